"""Who may ask to send points, how many and to whom; and what nobody learns by asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.settings import LoyaltySettings
from loyalty.transfers import store, usecases
from loyalty.transfers.rules import MOST_REQUESTS
from shared.events.customers import CustomersMerged, CustomerStatus
from shared.events.loyalty import TransferRequested
from shared.roles import Role
from tests.harness.interruptions import after_first, crash_at
from tests.harness.logs import captured_logs
from tests.integration.loyalty import cards, spending
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, CAT, account, call, erasure, get, hear, registration, stage, update
from tests.integration.loyalty.transfers.transfers import (
    BOUGHT,
    Clock,
    allow,
    ask,
    asked,
    available,
    code_of,
    confirm,
    listed,
    open_shop,
    problem,
    send,
)

UNKNOWN_CARD = "402938475611"


@pytest.fixture(autouse=True)
def shop(set_clock: Clock) -> None:
    open_shop(set_clock)


def freeze(customer_id: str) -> None:
    body, headers = {"frozen": True, "reason": "dispute"}, {"If-Match": '"0"'}
    assert call("PUT", f"/api/customers/{customer_id}/freeze", body, by=Role.SUPPORT, headers=headers).status == 200


def test_a_request_moves_nothing_and_its_code_is_in_the_event_alone() -> None:
    with captured_logs() as lines:
        answer = ask()
    view = answer.json
    assert (answer.status, view["state"], view["points"], view["tries_left"]) == (201, "pending", 100, 5)
    assert (view["code_ends_at"], view["other_id"]) == ("2026-03-10T12:15:00Z", None)
    assert view["recipient"] == f"…{cards.number_of(BOB)[-4:]}"
    code = code_of(view["id"])
    assert available() == (1_000, 0)
    assert account().entries == 1
    assert code not in stage.stored() + answer.text + lines.getvalue()
    assert listed().json["data"] == [view]
    assert listed(BOB).json["data"] == []


def test_transfers_are_off_unless_the_shop_allows_them() -> None:
    set_programme()
    assert problem(ask()) == "transfers-off"


def test_staff_may_ask_for_a_customer_and_nobody_else() -> None:
    view = ask(by=Role.SUPPORT).json
    assert (view["state"], view["other_id"]) == ("pending", BOB)
    for other in (BOB, Role.STOREFRONT, Role.MARKETING):
        assert ask(by=other, key="t2").status == 403


def test_a_repeated_request_is_one() -> None:
    assert ask().json == ask().json
    assert len(stage.told_of(TransferRequested)) == 1
    assert problem(ask(200)) == "idempotency-key-reused"
    assert ask(key=None).status == 400


def test_whoever_tells_events_again_without_the_secret_tells_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    asked()
    monkeypatch.setattr(LoyaltySettings, "read", classmethod(lambda cls: cls()))
    assert [told.code for told in stage.told_of(TransferRequested)] == [None]


def test_a_request_that_dies_before_its_write_leaves_nothing() -> None:
    assert crash_at(1, ask)
    assert (listed().json["data"], stage.told_of(TransferRequested)) == ([], [])
    assert ask().status == 201


@pytest.mark.parametrize("points", [99, 1_001, 0, -1, 100.5, True])
def test_a_number_of_points_that_the_programme_does_not_allow_is_named(points: Any) -> None:
    refused = ask(points)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "points")


@pytest.mark.parametrize("to", [{"card_number": UNKNOWN_CARD, "customer_id": BOB}, {"points": 100}])
def test_one_recipient_must_be_named(to: dict[str, Any]) -> None:
    refused = call("POST", f"/api/customers/{ADA}/transfers", {"points": 100, **to}, by=ADA, key="k")
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "customer_id")


def unverify() -> None:
    hear(update(email_verified=False))


def ban() -> None:
    hear(update(email_verified=True, status=CustomerStatus.BANNED))


def hold_most() -> None:
    spending.held(950)


def block_card() -> None:
    cards.block(cards.number_of())


@pytest.mark.parametrize(
    ("befalls", "slug", "about"),
    [
        (unverify, "email-not-verified", {}),
        (ban, "spending-blocked", {"why": "banned"}),
        (lambda: freeze(ADA), "spending-blocked", {"why": "frozen"}),
        (block_card, "spending-blocked", {"why": "card_blocked"}),
        (hold_most, "insufficient-points", {"available": 50}),
    ],
)
def test_who_may_not_spend_so_much_may_not_send_it(
    befalls: Callable[[], None], slug: str, about: dict[str, Any]
) -> None:
    befalls()
    refused = ask()
    assert (refused.status, problem(refused)) == (403 if slug == "email-not-verified" else 409, slug)
    assert about.items() <= refused.json.items()
    assert stage.told_of(TransferRequested) == []


def test_a_new_account_and_one_that_never_bought_may_not_send(set_clock: Clock) -> None:
    hear(registration(CAT, email_verified=True, registered_at=BOUGHT))
    call("POST", f"/api/customers/{CAT}/points", {"points": 500, "reason": "Welcome"}, by=Role.SUPPORT, key="a")
    refused = ask(by=CAT, customer_id=CAT)
    assert (problem(refused), refused.json["why"]) == ("transfer-not-allowed", "no_order_yet")
    set_clock("2026-03-01T12:00:00+00:00")
    refused = ask()
    assert (refused.json["why"], refused.json["from"]) == ("account_too_young", "2026-03-02")
    allow(account_days=29, buyers_only=False)
    assert ask().status == 201
    assert ask(by=CAT, customer_id=CAT).status == 201


# --- nobody learns who there is


def ban_bob() -> None:
    hear(update(BOB, status=CustomerStatus.INACTIVE))


def erase_bob() -> None:
    hear(erasure(BOB))


def fill_bob() -> None:
    allow(received_per_month=100)
    send()


def block_bob() -> None:
    body = {"number": cards.number_of(BOB), "reason": "lost"}
    assert cards.post("card/block", body, customer_id=BOB).status == 200


RECIPIENTS: list[tuple[Callable[[], Any], Callable[[], dict[str, str]]]] = [
    (lambda: None, lambda: {"card_number": UNKNOWN_CARD}),
    (lambda: None, lambda: {"card_number": cards.number_of(ADA)}),
    (lambda: None, lambda: {"customer_id": ADA}),
    (lambda: None, lambda: {"customer_id": CAT}),
    (ban_bob, lambda: {"customer_id": BOB}),
    (lambda: freeze(BOB), lambda: {"card_number": cards.number_of(BOB)}),
    (block_bob, lambda: {"card_number": cards.number_of(BOB)}),
    (block_bob, lambda: {"customer_id": BOB}),
    (erase_bob, lambda: {"customer_id": BOB}),
    (fill_bob, lambda: {"customer_id": BOB}),
]


@pytest.mark.parametrize(("befalls", "to"), RECIPIENTS)
def test_whoever_cannot_receive_gets_one_answer_that_says_nothing(
    befalls: Callable[[], Any], to: Callable[[], dict[str, str]]
) -> None:
    befalls()
    refused = ask(key="refused", to=to())
    assert (refused.status, problem(refused)) == (409, "recipient-unavailable")
    assert refused.json.keys() <= {"type", "title", "status", "detail", "instance", "request_id"}
    assert BOB not in refused.text


def test_whoever_tries_numbers_learns_of_a_few_a_day(set_clock: Clock) -> None:
    for number in range(MOST_REQUESTS):
        assert problem(ask(key=f"k{number}", to={"card_number": UNKNOWN_CARD})) == "recipient-unavailable"
    for to in ({"card_number": UNKNOWN_CARD}, {"customer_id": BOB}):
        refused = ask(key="one-more", to=to)
        assert (problem(refused), refused.json["limit"], refused.json["left"]) == (
            "transfer-limit",
            "requests_per_day",
            0,
        )
    set_clock("2026-03-11T12:00:00+00:00")
    assert ask(key="tomorrow").status == 201


def test_of_two_tries_at_once_both_count(monkeypatch: pytest.MonkeyPatch) -> None:
    other = lambda: ask(key="other", to={"card_number": UNKNOWN_CARD})  # noqa: E731
    after_first(monkeypatch, usecases.store, "requests_today", other)
    ask(key="one", to={"card_number": UNKNOWN_CARD})
    counted = store.requests_today(account(), usecases.points_store.terms_now())
    assert counted.made == 2


# --- limits


def test_a_sender_has_limits_of_the_day_and_the_month(set_clock: Clock) -> None:
    allow(per_day=150, per_month=250, smallest=10)
    send(100)
    refused = ask(51, key="t2")
    assert (problem(refused), refused.json["limit"], refused.json["left"]) == ("transfer-limit", "per_day", 50)
    send(50, key="t2")
    set_clock("2026-03-11T00:00:00+00:00")
    refused = ask(101, key="t3")
    assert (refused.json["limit"], refused.json["left"]) == ("per_month", 100)
    set_clock("2026-04-01T00:00:00+00:00")
    send(101, key="t4")


def test_what_was_only_asked_for_counts_towards_no_limit_of_points() -> None:
    allow(per_day=150)
    first = asked(100)
    second = asked(100, key="t2")
    assert confirm(first).status == 200
    refused = confirm(second)
    assert (problem(refused), refused.json["limit"]) == ("transfer-limit", "per_day")
    assert available() == (900, 100)


def test_a_null_limit_is_none() -> None:
    allow(per_day=None, per_month=None, received_per_month=None)
    send(1_000)
    assert available() == (0, 1_000)


def test_who_turned_out_to_be_one_has_one_limit() -> None:
    allow(per_day=150)
    send(100)
    hear(registration(CAT))
    hear(CustomersMerged(customer_id=CAT, merged_id=ADA, merged_at=usecases.clock.now()))
    hear(update(CAT, email_verified=True))
    assert problem(ask(100, key="t2", by=CAT, customer_id=CAT)) == "transfer-limit"


# --- lists


def test_transfers_are_listed_in_pages_and_each_side_sees_its_own(set_clock: Clock) -> None:
    made = []
    for number in range(3):
        set_clock(f"2026-03-10T12:0{number}:00+00:00")
        made.append(send(100, key=f"k{number}"))
    page = listed(query="?limit=2").json
    assert [row["id"] for row in page["data"]] == made[:0:-1]
    rest = listed(query=f"?limit=2&cursor={page['next_cursor']}").json
    assert ([row["id"] for row in rest["data"]], rest["next_cursor"]) == (made[:1], None)
    [row, *_] = listed(BOB).json["data"]
    assert (row["direction"], row["recipient"], row["other_id"]) == ("received", None, None)
    assert ADA not in listed(BOB).text
    assert BOB not in listed(ADA).text
    assert listed(BOB, by=Role.SUPPORT).json["data"][0]["other_id"] == ADA
    assert get(f"/api/customers/{BOB}/transfers/{made[0]}", by=BOB).json["state"] == "completed"
    assert get(f"/api/customers/{BOB}/transfers/{made[0]}", by=CAT).status == 403
