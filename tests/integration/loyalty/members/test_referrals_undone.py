"""Referral rewards follow the referee's orders: both sides have them as long as one of these qualifies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.orders import referral_rewards
from loyalty.orders import usecases as order_usecases
from loyalty.orders.refunds import taken_back_target
from loyalty.programme.usecases import current_programme
from shared import clock, ids
from shared.events.customers import OrderRecorded, OrderStatus
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
    expire,
    hear,
    order,
    registration,
    stage,
    told_of,
)
from tests.meter.bill import Bill
from tests.meter.dynamodb.seam import Seam

Clock = Callable[[str], None]
BONUSES: Final = {"bonuses": {"referrer": 50, "referee": 30}}
TOTAL: Final = 2_933
EARNED: Final = 293
BANDS: Final = "accounts_by_tier"  # the list of accounts by balance (decision 0022)
A_DAY: Final = datetime(2026, 2, 2, tzinfo=UTC)
numbers: Final = count(1)
# Each example has a customer and orders of its own, and needs no table of its own.
examples: Final = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

GIVEN: Final = ([("referee", 30)], [("referrer", 50)])
TAKEN: Final = ([("referee", 30), ("referee", -30)], [("referrer", 50), ("referrer", -50)])
AGAIN: Final = ([*TAKEN[0], ("referee", 30)], [*TAKEN[1], ("referrer", 50)])


@pytest.fixture(autouse=True)
def friends() -> None:
    """Bob has a card and brought Ada, who has not bought yet."""
    set_programme(earning=BONUSES)
    hear(registration(BOB), registration(), registration(CAT))
    assert name().status == 201


def cancelled(order_id: str = "A1", **facts: Any) -> OrderRecorded:
    return order(order_id, cancelled_at=A_DAY, status=OrderStatus.CANCELLED, **facts)


def reinstated(order_id: str = "A1", **facts: Any) -> OrderRecorded:
    return order(order_id, reinstated_at=A_DAY, **facts)


def refunded(amount: int, order_id: str = "A1", **facts: Any) -> OrderRecorded:
    return order(order_id, refunded=amount, status=OrderStatus.PARTLY_REFUNDED, **facts)


def both() -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """What Ada and Bob were given and lost."""
    return rewards_of(ADA), rewards_of(BOB)


@contextmanager
def measured() -> Iterator[Bill]:
    """A bill of what is done meanwhile."""
    current_programme(clock.now())
    bill = Bill()
    with Seam(lambda: bill).listening():
        yield bill


# --- one order


@pytest.mark.parametrize("undone", [cancelled(), refunded(TOTAL)])
def test_both_lose_their_thanks_with_the_order_that_brought_them(undone: OrderRecorded) -> None:
    hear(order(), undone)
    assert both() == TAKEN
    assert (account().balance, account(BOB).balance) == (0, 0)
    reversed_ = [(event["points"], event["order_id"]) for event in told_of("PointsReversed")]
    assert sorted(reversed_, key=str) == [(-293, "A1"), (-30, None), (-50, None)]
    assert [entry.entry_kind.value for entry in entries(BOB)] == ["earned", "reversed"]
    assert (account(BOB).earned, account().earned) == (None, None)


def test_a_partial_refund_leaves_them_while_ten_dollars_stay() -> None:
    hear(order(), refunded(TOTAL - 1_001))
    assert both() == GIVEN
    hear(refunded(TOTAL - 980))
    assert both() == TAKEN


def test_an_order_whose_points_are_all_gone_stands_no_more_though_a_cent_of_it_does() -> None:
    hear(order(), refunded(TOTAL - 9))
    assert both() == TAKEN


def test_a_reinstatement_gives_them_again_once_however_often_it_is_heard() -> None:
    hear(order(), version=1)
    hear(cancelled(), version=3)
    hear(reinstated(), reinstated(), version=5)
    assert both() == AGAIN
    hear(cancelled(), version=4)
    assert both() == AGAIN
    hear(cancelled(), version=6)
    hear(reinstated(), version=7)
    assert (account().balance, account(BOB).balance) == (EARNED + 30, 50)
    assert sorted(event["points"] for event in told_of("PointsReinstated")) == [30, 30, 50, 50, 293, 293]


def test_an_order_that_is_first_heard_of_when_it_is_called_off_thanks_nobody_until_it_stands() -> None:
    hear(cancelled())
    assert both() == ([], [])
    assert read()["state"] == "waiting"
    hear(reinstated())
    assert both() == GIVEN


def test_an_order_that_earns_no_point_thanks_nobody() -> None:
    hear(order(currency="EUR"), order("A2", total=9))
    assert both() == ([], [])
    hear(order("A3"), cancelled(currency="EUR"), cancelled("A2", total=9))
    assert both() == GIVEN


def test_the_state_says_how_it_stands() -> None:
    hear(order(), cancelled())
    amounts = {"customer_points": 30, "referrer_points": 50}
    assert read() == {"customer_id": ADA, "state": "waiting", "referrer_id": BOB, **amounts}
    set_programme(earning={"bonuses": {"referrer": 1, "referee": 1}})
    assert read()["customer_points"] == 30
    hear(reinstated())
    assert read() == {"customer_id": ADA, "state": "thanked", "referrer_id": BOB, **amounts}


# --- more than one


def test_they_stay_as_long_as_another_order_stands() -> None:
    hear(order("A1"), order("A2"), cancelled("A1"))
    assert both() == GIVEN
    hear(cancelled("A2"))
    assert both() == TAKEN


def test_they_come_again_with_the_first_order_that_stands_and_no_more_with_the_next() -> None:
    hear(order("A1"), cancelled("A1"), order("A2"))
    assert both() == AGAIN
    hear(reinstated("A1"), order("A3"), cancelled("A2"), cancelled("A1"))
    assert both() == AGAIN
    hear(cancelled("A3"))
    assert (sum(amounts_of(ADA)), sum(amounts_of(BOB))) == (0, 0)


def amounts_of(customer_id: str) -> list[int]:
    """The amounts of an account's referral rewards."""
    return [amount for _, amount in rewards_of(customer_id)]


def history(steps: list[str | int], order_id: str, customer_id: str) -> list[OrderRecorded]:
    """An order's versions: placed, paid, and after each step; a number refunds as much more."""
    facts: dict[str, Any] = {}
    versions = [order(order_id, customer_id, paid_at=None, status=OrderStatus.PLACED), order(order_id, customer_id)]
    for step in steps:
        if isinstance(step, int):
            facts["refunded"] = min(facts.get("refunded", 0) + step, TOTAL)
        elif facts.get("cancelled_at"):
            facts |= {"cancelled_at": None, "reinstated_at": A_DAY}
        else:
            facts["cancelled_at"] = A_DAY
        versions.append(order(order_id, customer_id, **facts))
    return versions


def stands(newest: OrderRecorded) -> bool:
    """Whether so many points of an order do as $10 earn: the least that an order must keep for a referral."""
    undone = TOTAL if newest.cancelled_at else newest.refunded
    stay = EARNED - taken_back_target(EARNED, TOTAL, undone)
    return newest.paid_at is not None and stay >= EARNED * 10_00 // TOTAL


STEPS = st.lists(st.one_of(st.just("turn"), st.integers(1, 2_000)), max_size=4)


@examples
@given(st.lists(STEPS, min_size=1, max_size=3), st.data())
def test_whatever_is_heard_in_whatever_order_the_newest_of_each_order_decides(
    orders: list[list[str | int]], data: st.DataObject
) -> None:
    new, run = ids.new_customer_id(), next(numbers)
    hear(registration(new))
    assert name(customer_id=new).status == 201
    before = account(BOB).balance
    told = [list(enumerate(history(steps, f"N{run}-{n}", new), 1)) for n, steps in enumerate(orders)]
    older = st.lists(st.sampled_from([version for versions in told for version in versions]), max_size=8)
    for version, event in data.draw(st.permutations([*data.draw(older), *(versions[-1] for versions in told)])):
        assert hear(event, version=version) == 0
    is_due = any(stands(versions[-1][1]) for versions in told)
    assert account(BOB).balance - before == (50 if is_due else 0)
    assert sum(amounts_of(new)) == (30 if is_due else 0)
    assert read(customer_id=new)["state"] == ("thanked" if is_due else "waiting")


def test_bringing_new_accounts_that_buy_and_return_gains_nobody_a_point() -> None:
    for turn in range(3):
        new = ids.new_customer_id()
        hear(registration(new))
        name(customer_id=new)
        hear(order(f"L{turn}", new), cancelled(f"L{turn}", customer_id=new))
        assert (account(BOB).balance, account(new).balance) == (0, 0)


# --- what was done with them meanwhile


@pytest.mark.parametrize(("policy", "after"), [("negative", -50), ("debt", -50), ("floor", 0)])
def test_thanks_that_were_spent_are_owed_or_forgiven_as_those_of_an_order(policy: str, after: int) -> None:
    set_programme(earning=BONUSES, refunds={"below_zero": policy})
    hear(order())
    assert adjust({"points": -50, "reason": "spent"}, customer_id=BOB).status == 201
    hear(cancelled())
    assert account(BOB).balance == after
    hear(reinstated())
    assert account(BOB).balance == 0


def test_a_later_programme_changes_neither_what_is_taken_nor_what_is_given_again() -> None:
    hear(order())
    set_programme(earning={"bonuses": {"referrer": 500, "referee": 300}})
    hear(cancelled())
    assert both() == TAKEN
    hear(reinstated())
    assert both() == AGAIN


def test_limits_are_no_reason_to_give_less_again() -> None:
    set_programme(earning={**BONUSES, "limits": {"per_day": 320}})
    hear(order(), cancelled(), reinstated())
    assert rewards_of(ADA) == [("referee", 27), ("referee", -27), ("referee", 27)]


def test_thanks_that_had_expired_are_neither_owed_nor_given_again(set_clock: Clock) -> None:
    set_clock("2026-02-10T12:00:00+00:00")
    hear(order())
    set_clock("2027-03-10T12:00:00+00:00")
    expire()
    hear(cancelled())
    assert (account().balance, account(BOB).balance) == (0, 0)
    hear(reinstated())
    assert (account().balance, account(BOB).balance) == (0, 0)


def test_what_is_given_again_after_its_end_has_ended_too(set_clock: Clock) -> None:
    set_clock("2026-02-10T12:00:00+00:00")
    hear(order(), cancelled())
    set_clock("2027-03-10T12:00:00+00:00")
    hear(reinstated())
    assert account(BOB).lots == {date(2027, 2, 28): 50}
    expire()
    assert account(BOB).balance == 0


# --- crashes, and others at the same time


def test_a_crash_after_the_order_is_made_good_by_the_same_event(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, event in enumerate([order(), cancelled(), reinstated()], 1):
        with monkeypatch.context() as patched:
            patched.setattr(order_usecases, "settle_referral_rewards", crash)
            assert hear(event, version=number) == 1
        assert hear(event, version=number) == 0
        assert both() == (GIVEN, TAKEN, AGAIN)[number - 1]


def test_a_crash_after_the_order_is_made_good_by_whatever_is_heard_next(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order("A1"))
    with monkeypatch.context() as patched:
        patched.setattr(order_usecases, "settle_referral_rewards", crash)
        assert hear(cancelled("A1")) == 1
    hear(order("A2", currency="EUR"))
    assert both() == TAKEN


def test_both_sides_change_or_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(referral_rewards, "commit", crash)
        assert hear(order()) == 1
    assert both() == ([], [])
    hear(order("A2"))
    assert both() == GIVEN


def crash(*_: object) -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    ("meanwhile", "expected"),
    [
        (lambda: hear(order("A2")), GIVEN),
        (lambda: hear(reinstated(), version=3), GIVEN),
        (lambda: hear(cancelled(), version=2), TAKEN),
        (lambda: hear(order("B1", BOB)), TAKEN),
        (lambda: merge(BOB, CAT), (TAKEN[0], [("referrer", -50)])),
    ],
)
def test_what_happens_between_their_reading_and_their_writing_is_seen(
    monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], Any], expected: Any
) -> None:
    hear(order(), version=1)
    work = referral_rewards._sides

    def late(*about: Any) -> Any:
        monkeypatch.setattr(referral_rewards, "_sides", work)
        found = work(*about)
        meanwhile()
        return found

    monkeypatch.setattr(referral_rewards, "_sides", late)
    assert hear(cancelled(), version=2) == 0
    assert (rewards_of(ADA), rewards_of(account(BOB).customer_id)) == expected


# --- erased and merged


def test_a_friend_erased_meanwhile_is_passed_over() -> None:
    hear(order(), erasure(BOB), cancelled())
    assert both() == (TAKEN[0], GIVEN[1])
    hear(reinstated())
    assert both() == (AGAIN[0], GIVEN[1])


def test_a_friend_erased_before_the_first_order_is_given_and_loses_nothing() -> None:
    hear(erasure(BOB), order(), cancelled())
    assert both() == (TAKEN[0], [])


def test_after_an_erasure_of_the_customer_nothing_moves() -> None:
    hear(order(), erasure(), cancelled())
    assert rewards_of(BOB) == GIVEN[1]
    assert BOB not in str([image for image in stage.items() if image["pk"]["S"] == f"CUSTOMER#{ADA}"])


def test_of_a_friend_who_was_merged_whoever_they_are_now_loses_them() -> None:
    hear(order())
    merge(BOB, CAT)
    hear(cancelled())
    assert (rewards_of(ADA), rewards_of(CAT), account(CAT).balance) == (TAKEN[0], [("referrer", -50)], 0)
    hear(reinstated())
    assert account(CAT).balance == 50


@pytest.mark.parametrize(("gone", "stays"), [(ADA, CAT), (CAT, ADA)])
def test_a_customer_who_was_merged_goes_on_under_either_id(gone: str, stays: str) -> None:
    hear(order())
    merge(gone, stays)
    hear(cancelled())
    assert (account(stays).balance, account(BOB).balance) == (0, 0)
    hear(order("A2", stays))
    assert (account(stays).balance, account(BOB).balance) == (EARNED + 30, 50)
    hear(cancelled("A2", customer_id=gone))
    assert (account(stays).balance, account(BOB).balance) == (0, 0)


@pytest.mark.parametrize(("gone", "stays"), [(ADA, CAT), (CAT, ADA)])
def test_what_another_had_bought_before_they_were_one_keeps_no_thanks(gone: str, stays: str) -> None:
    hear(order("C1", CAT), order("A1"))
    merge(gone, stays)
    hear(cancelled("A1"))
    assert (account(stays).balance, account(BOB).balance) == (EARNED, 0)
    hear(cancelled("C1", customer_id=CAT))
    assert (account(stays).balance, account(BOB).balance) == (0, 0)


@pytest.mark.parametrize(("gone", "stays"), [(ADA, CAT), (CAT, ADA)])
def test_two_who_were_both_brought_and_are_one_lose_both_thanks(gone: str, stays: str) -> None:
    assert name(customer_id=CAT).status == 201
    hear(order("A1"), order("C1", CAT))
    merge(gone, stays)
    hear(cancelled("A1"))
    assert (account(stays).balance, account(BOB).balance) == (EARNED + 30, 50)
    hear(order("S1", stays))
    assert account(BOB).balance == 100
    hear(cancelled("C1", customer_id=CAT))
    assert account(BOB).balance == 100
    hear(cancelled("S1", customer_id=stays))
    assert (account(stays).balance, account(BOB).balance) == (0, 0)


@pytest.mark.parametrize(("gone", "stays"), [(ADA, BOB), (BOB, ADA)])
def test_whoever_turns_out_to_be_their_own_friend_before_they_were_thanked_is_not(
    monkeypatch: pytest.MonkeyPatch, gone: str, stays: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(order_usecases, "settle_referral_rewards", crash)
        assert hear(order()) == 1
    merge(gone, stays)
    hear(order())
    assert account(stays).balance == EARNED


def test_a_second_friend_of_one_who_has_bought_is_none() -> None:
    assert name(customer_id=CAT).status == 201
    hear(order())
    merge(CAT, ADA)
    hear(order("A2"), order("C1", CAT))
    assert both() == GIVEN


def test_of_two_who_both_wait_one_is_thanked_for() -> None:
    assert name(customer_id=CAT).status == 201
    merge(ADA, CAT)
    hear(order("C1", CAT), cancelled("C1", customer_id=CAT))
    assert (account(CAT).balance, account(BOB).balance) == (0, 0)
    assert rewards_of(BOB) == TAKEN[1]


# --- what it costs


def test_an_order_of_somebody_whom_nobody_brought_costs_what_it_always_did() -> None:
    hear(order("C0", CAT))
    bills = []
    for event in (order("C1", CAT), refunded(100, "C1", customer_id=CAT), cancelled("C1", customer_id=CAT)):
        with measured() as bill:
            hear(event)
        bills.append((bill.calls, bill.read_units, bill.write_units - bill.writes[BANDS]))
    assert bills == [(2, 1, 6), (4, 3, 6), (4, 3, 6)]


def test_so_does_an_order_of_somebody_who_was_thanked_for_as_long_as_another_stands() -> None:
    hear(order("A0"))
    bills = []
    for event in (order("A1"), refunded(100, "A1"), cancelled("A1")):
        with measured() as bill:
            hear(event)
        bills.append((bill.calls, bill.read_units, bill.write_units - bill.writes[BANDS]))
    assert bills == [(2, 1, 6), (4, 3, 6), (4, 3, 6)]


def test_thanks_cost_two_reads_and_one_transaction_more_and_their_end_three() -> None:
    hear(order("B0", BOB), order("C0", CAT))
    with measured() as bill:
        hear(order())
    assert (bill.calls, bill.read_units) == (2 + 3, 1 + 2)
    del bill.writes[BANDS]
    assert bill.writes == {"account": 6, "entry": 6, "entries_by_account": 3, "entries_by_day": 3, "due_accounts": 1}
    with measured() as bill:
        hear(cancelled())
    assert (bill.calls, bill.read_units) == (4 + 4, 3 + 3)
    del bill.writes[BANDS]
    assert bill.writes == {"account": 6, "entry": 6, "entries_by_account": 3, "entries_by_day": 3}


def test_what_an_account_keeps_of_it_leaves_room_for_thirteen_months_of_points() -> None:
    """All of it is to fit into one unit (test_sizes)."""
    hear(order())
    [kept] = [
        image["referrals"]["S"] for image in stage.items() if image["pk"]["S"] == f"CUSTOMER#{ADA}" and "lots" in image
    ]
    assert len(f"referrals{kept}") < 55
