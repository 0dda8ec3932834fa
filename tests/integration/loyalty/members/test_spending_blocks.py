"""Customers who may not spend: banned, inactive, frozen by staff, or with a blocked card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.events.customers import CustomerStatus
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.harness.interruptions import crash_at
from tests.integration.loyalty import cards, referrals, wallet
from tests.integration.loyalty.catalogue import claim
from tests.integration.loyalty.catalogue import reward as add_reward
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    call,
    entries,
    erasure,
    get,
    hear,
    order,
    points,
    registration,
    stage,
    told_of,
    update,
)
from tests.integration.loyalty.spending import capture, held, hold, let_in, places, quote, redeem, release

BANNED = CustomerStatus.BANNED
INACTIVE = CustomerStatus.INACTIVE
Act = Callable[[], Any]


@pytest.fixture(autouse=True)
def an_account(set_clock: Callable[[str], None]) -> None:
    """Ada has 293 points and $20 of credit, Bob a card."""
    set_clock("2026-02-01T12:00:20+00:00")
    hear(registration(), registration(BOB), order())
    assert wallet.issue(2_000).status == 201


def ban(status: CustomerStatus = BANNED, customer_id: str = ADA) -> None:
    hear(update(customer_id, status=status))


def freeze(
    *, frozen: bool = True, version: int | None = None, customer_id: str = ADA, by: Any = Role.SUPPORT
) -> Answer:
    """Freeze an account or unfreeze it, as read at `version`; the newest without one."""
    path = f"/api/customers/{customer_id}/freeze"
    seen = get(path).json["version"] if version is None else version
    body = {"frozen": frozen, "reason": "fraud_suspected", "note": "Six accounts"}
    return call("PUT", path, body, by=by, headers={"If-Match": f'"{seen}"'})


def block_card() -> None:
    assert cards.block(cards.number_of()).status == 200


def why(answer: Answer) -> str:
    assert (answer.status, answer.json["type"]) == (409, "/problems/spending-blocked"), answer.text
    return str(answer.json["why"])


STOPS: dict[str, Act] = {
    "banned": ban,
    "inactive": lambda: ban(INACTIVE),
    "frozen": freeze,
    "card_blocked": block_card,
}


@pytest.mark.parametrize("reason", STOPS)
def test_who_is_stopped_spends_nothing_and_keeps_everything(reason: str) -> None:
    reward = add_reward(points=10)
    STOPS[reason]()
    assert why(hold(100)) == reason
    assert why(redeem(100)) == reason
    assert why(claim(reward)) == reason
    assert why(wallet.hold(500)) == reason
    assert why(quote(1_000, points=100)) == reason
    assert why(quote(1_000, credit=100)) == reason
    nothing = quote(1_000).json
    assert (nothing["remaining"], nothing["points"]["available"], nothing["credit"]["available"]) == (1_000, 0, 0)
    view = get(f"/api/customers/{ADA}/points").json
    assert (view["available"], view["spending_block"]) == (293, reason)
    assert points() == [293]


@pytest.mark.parametrize("reason", STOPS)
def test_the_end_of_the_stop_lets_them_spend_again(reason: str) -> None:
    STOPS[reason]()
    ends: dict[str, Act] = {
        "banned": lambda: ban(CustomerStatus.ACTIVE),
        "inactive": lambda: ban(CustomerStatus.ACTIVE),
        "frozen": lambda: freeze(frozen=False),
        "card_blocked": lambda: cards.unblock(cards.number_of()),
    }
    ends[reason]()
    assert redeem(100).status == 201
    assert get(f"/api/customers/{ADA}/points").json["spending_block"] is None


def test_a_new_card_ends_the_block_of_the_old_one() -> None:
    block_card()
    cards.replace(cards.number_of())
    assert redeem(100).status == 201


def test_a_card_blocked_by_an_earlier_release_counts_once_it_is_blocked_again() -> None:
    block_card()
    one = account()
    one.card_blocked = None
    one.save()
    assert redeem(100).status == 201
    block_card()
    assert why(redeem(100, key="r2")) == "card_blocked"


@pytest.mark.parametrize("reason", ["banned", "inactive", "frozen"])
def test_a_stop_between_reading_and_writing_wins(reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, STOPS[reason])
    assert why(redeem(100)) == reason


def test_a_repeated_request_gets_its_first_answer_after_the_ban() -> None:
    first = redeem(100)
    ban()
    assert redeem(100).json == first.json


def test_a_hold_of_an_order_can_be_captured_and_any_hold_be_released() -> None:
    for_order, later, without, loose = (
        held(10, key="h1", order_id="A7"),
        held(20, key="h2"),
        held(30, key="h3"),
        held(40, key="h4"),
    )
    ban()
    assert capture(for_order).status == 200
    assert capture(later, order_id="A8").status == 200
    assert why(capture(without)) == "banned"
    assert release(without).status == 200
    assert release(loose).status == 200
    assert places() == (263, 0, 0)


def test_held_credit_follows_the_same_rule() -> None:
    for_order, without = wallet.held(100, key="h1", order_id="A7"), wallet.held(200, key="h2")
    freeze()
    assert wallet.capture(for_order).status == 200
    assert why(wallet.capture(without)) == "frozen"
    assert wallet.release(without).status == 200


@pytest.mark.parametrize("status", [BANNED, INACTIVE])
def test_nobody_banned_names_a_referrer_or_is_named(status: CustomerStatus) -> None:
    ban(status, BOB)
    refused = referrals.name(cards.number_of(BOB), customer_id=ADA)
    assert refused.status == 422
    assert why(referrals.name(cards.number_of(ADA), customer_id=BOB)) == status.value


def test_the_banned_earn_nothing_and_never_get_it_later() -> None:
    ban()
    hear(order("A2"))
    ban(CustomerStatus.ACTIVE)
    hear(order("A2"))
    assert points() == [293, 0]
    assert entries()[1].fact("parts") == [["base", 293], ["limit", -293]]
    hear(order("A3"))
    assert points() == [293, 0, 293]


@pytest.mark.parametrize(("excluded", "status", "earned"), [([], BANNED, 293), (["inactive"], INACTIVE, 0)])
def test_who_earns_is_a_setting(excluded: list[str], status: CustomerStatus, earned: int) -> None:
    set_programme(earning={"excluded_statuses": excluded})
    ban(status)
    hear(order("A2"))
    assert points()[1] == earned


def test_the_inactive_and_the_frozen_earn() -> None:
    ban(INACTIVE)
    freeze()
    hear(order("A2"))
    assert points() == [293, 293]


def test_an_order_of_the_banned_that_comes_back_takes_nothing() -> None:
    ban()
    hear(order("A2"), order("A2", refunded=2933))
    assert points() == [293, 0, 0]


def test_an_older_profile_lifts_no_ban_and_the_same_one_teaches_an_old_account() -> None:
    hear(update(status=BANNED), version=1_000_000)
    hear(update(), version=999_999)
    assert account().status is BANNED
    old = account()
    old.status = None
    old.save()
    hear(update(status=BANNED), version=1_000_000)
    assert account().status is BANNED


def test_a_freeze_is_written_down_and_told() -> None:
    first = freeze()
    assert (first.status, first.json["frozen"], first.headers["ETag"]) == (200, True, '"1"')
    freeze(frozen=False, by=Role.ADMIN)
    acts = get(f"/api/customers/{ADA}/freeze").json["acts"]
    assert [(act["number"], act["frozen"], act["reason"]) for act in acts] == [
        (2, False, "fraud_suspected"),
        (1, True, "fraud_suspected"),
    ]
    assert acts[1]["note"] == "Six accounts"
    assert acts[1]["by"].startswith("staff:")
    assert told_of("AccountFrozen") == [{"customer_id": ADA, "reason": "fraud_suspected"}]
    assert told_of("AccountUnfrozen") == [{"customer_id": ADA}]


def test_of_two_who_freeze_and_unfreeze_at_once_one_is_told() -> None:
    assert freeze(version=0).status == 200
    assert freeze(frozen=False, version=0).status == 412
    assert freeze(version=1).json["version"] == 1
    assert call("PUT", f"/api/customers/{ADA}/freeze", {"frozen": True}, by=Role.SUPPORT).status in {422, 428}


def test_a_freeze_without_a_reason_is_refused() -> None:
    path = f"/api/customers/{ADA}/freeze"
    assert call("PUT", path, {"frozen": True}, by=Role.SUPPORT, headers={"If-Match": '"0"'}).status == 422


@pytest.mark.parametrize("by", [ADA, Role.STOREFRONT, Role.MARKETING, Role.COMPLIANCE])
def test_only_the_service_desk_freezes(by: Role | str) -> None:
    assert freeze(by=by, version=0).status == 403


def test_a_crash_leaves_a_freeze_whole_or_absent() -> None:
    assert crash_at(1, freeze)
    assert account().freezes is None
    assert freeze().json["version"] == 1


def test_no_merge_escapes_a_freeze() -> None:
    freeze()
    referrals.merge(ADA, BOB)
    assert account(BOB).is_frozen
    assert get(f"/api/customers/{BOB}/freeze").json["acts"][0]["reason"] == "merged"
    freeze(frozen=False, customer_id=BOB)
    referrals.merge(ADA, BOB)
    assert not account(BOB).is_frozen


def test_an_erasure_removes_the_acts() -> None:
    freeze()
    hear(erasure())
    assert told_of("ErasureAnswered")[0]["erased"]["freezes"] == 1
    assert "Six accounts" not in stage.stored()
