"""Whoever turns out to have referred themselves keeps no reward for it, on neither side, whatever came first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from loyalty.identity import merge as merge_usecase
from loyalty.identity import referral_merge
from loyalty.orders import referral_rewards
from shared.events.customers import CustomersMerged, OrderRecorded, OrderStatus
from tests.integration.loyalty.referrals import merge, name, read, rewards_of
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    CAT,
    account,
    adjust,
    entries,
    erasure,
    get,
    hear,
    order,
    registration,
    told_of,
)

EARNED: Final = 293
A_DAY: Final = datetime(2026, 2, 2, tzinfo=UTC)
DAN: Final = "cus_01K00000000000000000000DAN"
JOINED: Final = CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at="2026-11-22T00:00:00Z")
EITHER: Final = pytest.mark.parametrize(("gone", "stays"), [(ADA, BOB), (BOB, ADA)])


@pytest.fixture(autouse=True)
def friends() -> None:
    """Bob has a card and brought Ada, who has not bought yet."""
    set_programme(earning={"bonuses": {"referrer": 50, "referee": 30}})
    hear(registration(BOB), registration(), registration(CAT))
    assert name().status == 201


def cancelled() -> OrderRecorded:
    return order(cancelled_at=A_DAY, status=OrderStatus.CANCELLED)


def verified(customer_id: str) -> bool:
    return bool(get(f"/api/customers/{customer_id}/points/verification").json["holds"])


def crash(*_: object) -> None:
    raise RuntimeError


@EITHER
def test_both_sides_are_withdrawn_once_the_two_are_one(gone: str, stays: str) -> None:
    hear(order())
    merge(gone, stays)
    assert [each for each in rewards_of(stays) if each[1] < 0] == [("referrer", -50), ("referee", -30)]
    assert (account(stays).balance, account(stays).earned) == (EARNED, EARNED)
    assert sorted(event["points"] for event in told_of("PointsReversed")) == [-50, -30]
    assert verified(stays)
    assert read(customer_id=stays)["state"] == "same_person"


@EITHER
def test_no_event_that_comes_later_or_again_grants_them(gone: str, stays: str) -> None:
    hear(order())
    merge(gone, stays)
    merge(gone, stays)
    hear(order(), order("A2", stays))
    hear(cancelled())
    assert account(stays).balance == EARNED
    hear(order(reinstated_at=A_DAY))
    assert account(stays).balance == 2 * EARNED
    assert read(customer_id=stays)["state"] == "same_person"
    entries(stays)


@EITHER
def test_the_order_may_be_paid_before_or_after(gone: str, stays: str) -> None:
    hear(order(paid_at=None, status=OrderStatus.PLACED))
    merge(gone, stays)
    hear(order())
    assert account(stays).balance == EARNED
    assert rewards_of(stays) == []


@EITHER
def test_an_order_heard_again_before_the_merge_is_complete_withdraws_them(
    monkeypatch: pytest.MonkeyPatch, gone: str, stays: str
) -> None:
    hear(order())
    with monkeypatch.context() as patched:
        patched.setattr(merge_usecase, "settle_referral_rewards", crash)
        assert hear(CustomersMerged(customer_id=stays, merged_id=gone, merged_at="2026-11-22T00:00:00Z")) == 1
    assert read(customer_id=stays)["state"] == "same_person"
    hear(order("A2", stays))
    assert account(stays).balance == 2 * EARNED


@pytest.mark.parametrize(("module", "step"), [(merge_usecase, "settle_referral_rewards"), (referral_rewards, "commit")])
def test_a_merge_that_died_withdraws_them_when_it_is_heard_again(
    monkeypatch: pytest.MonkeyPatch, module: Any, step: str
) -> None:
    hear(order())
    with monkeypatch.context() as patched:
        patched.setattr(module, step, crash)
        assert hear(JOINED) == 1
    assert account(ADA).balance == EARNED + 80
    assert hear(JOINED) == 0
    assert account(ADA).balance == EARNED


@pytest.mark.parametrize(
    "joins", [[(BOB, CAT), (ADA, CAT)], [(ADA, CAT), (BOB, CAT)], [(CAT, BOB), (ADA, CAT)], [(BOB, CAT), (CAT, ADA)]]
)
def test_they_may_be_one_by_way_of_a_third(joins: list[tuple[str, str]]) -> None:
    hear(order())
    for gone, stays in joins:
        merge(gone, stays)
    assert account(joins[-1][1]).balance == EARNED
    assert read(customer_id=account(ADA).customer_id)["state"] == "same_person"


def test_many_guests_with_the_card_of_one_customer_gain_nothing() -> None:
    for number, guest in enumerate((CAT, DAN)):
        hear(registration(guest))
        assert name(customer_id=guest).status == 201
        hear(order(f"G{number}", guest))
        merge(guest, BOB)
    assert account(BOB).balance == 2 * EARNED


@EITHER
@pytest.mark.parametrize("gives", [{"referee": 30}, {"referrer": 50}, {}])
def test_a_side_that_was_given_nothing_does_not_hide_who_it_was(gone: str, stays: str, gives: dict[str, int]) -> None:
    set_programme(earning={"bonuses": gives})
    hear(order())
    assert read()["referrer_id"] == BOB
    merge(gone, stays)
    assert account(stays).balance == EARNED
    assert read(customer_id=stays)["state"] == "same_person"


def test_a_side_that_was_given_nothing_is_known_as_long_as_orders_come_and_go() -> None:
    set_programme(earning={"bonuses": {"referee": 30}})
    hear(order(), cancelled(), order(reinstated_at=A_DAY))
    merge(ADA, BOB)
    assert account(BOB).balance == EARNED


@pytest.mark.parametrize("policy", ["negative", "debt", "floor"])
def test_what_was_spent_of_them_is_taken_from_the_rest(policy: str) -> None:
    set_programme(earning={"bonuses": {"referrer": 50, "referee": 30}}, refunds={"below_zero": policy})
    hear(order())
    assert adjust({"points": -50, "reason": "spent"}, customer_id=BOB).status == 201
    assert adjust({"points": -30, "reason": "spent"}, customer_id=ADA).status == 201
    merge(BOB, ADA)
    assert account().balance == EARNED - 80


def test_rewards_of_another_friend_stay() -> None:
    hear(order())
    merge(ADA, CAT)
    assert account(CAT).balance == EARNED + 30
    assert read(customer_id=CAT)["state"] == "thanked"


def test_of_two_referrals_the_one_by_oneself_alone_ends() -> None:
    assert name(customer_id=CAT).status == 201
    hear(order(), order("C1", CAT))
    merge(ADA, BOB)
    assert (account(BOB).balance, account(CAT).balance) == (EARNED + 50, EARNED + 30)


def test_a_friend_who_was_erased_is_nobody_s_other_self() -> None:
    hear(erasure(BOB), order())
    merge(CAT, ADA)
    assert account().balance == EARNED + 30


def test_a_merge_sees_a_reward_that_is_granted_at_that_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = referral_merge._begun

    def meanwhile(*about: Any) -> Any:
        monkeypatch.setattr(referral_merge, "_begun", begun)
        found = begun(*about)
        hear(order())
        return found

    monkeypatch.setattr(referral_merge, "_begun", meanwhile)
    merge(ADA, BOB)
    assert account(BOB).balance == EARNED


@EITHER
def test_what_an_earlier_release_left_is_not_granted_again(
    monkeypatch: pytest.MonkeyPatch, gone: str, stays: str
) -> None:
    hear(order())
    with monkeypatch.context() as patched:
        patched.setattr(referral_merge, "_ended", lambda _, referral, *others: referral)
        merge(gone, stays)
    assert account(stays).balance == EARNED + 80
    hear(cancelled())
    assert account(stays).balance == 0
    hear(order(reinstated_at=A_DAY))
    assert account(stays).balance == EARNED
    assert read(customer_id=stays)["state"] == "same_person"
