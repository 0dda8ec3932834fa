"""Orders that are refunded, cancelled and reinstated, in any order and number; and what nobody gains by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.ledger.balances import EntryKind
from loyalty.orders.refunds import taken_back_target
from shared.events.customers import CustomersMerged, OrderRecorded, OrderStatus
from tests.integration.loyalty import wallet
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    adjust,
    entries,
    erasure,
    expire,
    hear,
    order,
    points,
    told_of,
)
from tests.integration.loyalty.spending import post, redeem

Clock = Callable[[str], None]
LOT: Final = date(2027, 1, 31)
TOTAL: Final = 2_933
EARNED: Final = 293
A_DAY: Final = datetime(2026, 2, 2, tzinfo=UTC)
numbers: Final = count(1)
# Each example has orders of its own, and needs no table of its own.
examples: Final = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def cancelled(order_id: str = "A1", **facts: Any) -> OrderRecorded:
    return order(order_id, cancelled_at=A_DAY, status=OrderStatus.CANCELLED, **facts)


def reinstated(order_id: str = "A1", **facts: Any) -> OrderRecorded:
    return order(order_id, reinstated_at=A_DAY, **facts)


def refunded(amount: int, order_id: str = "A1", **facts: Any) -> OrderRecorded:
    return order(order_id, refunded=amount, status=OrderStatus.PARTLY_REFUNDED, **facts)


def buy_with(amount: int) -> None:
    """Points pay for a part of somebody's order, which is paid."""
    assert redeem(amount, order_id="P").status == 201


def returned() -> OrderRecorded:
    """The order that points paid for, sent back whole."""
    return order("P", None, refunded=TOTAL, status=OrderStatus.REFUNDED)


def spend(amount: int, key: str = "spent") -> None:
    assert adjust({"points": -amount, "reason": "spent"}, key=key).status == 201


def kinds() -> list[str]:
    return [entry.entry_kind.value for entry in entries()]


def history(steps: list[str | int], order_id: str) -> list[OrderRecorded]:
    """An order's versions: placed, paid, and after each step; a number refunds as much more."""
    facts: dict[str, Any] = {}
    versions = [order(order_id, paid_at=None, status=OrderStatus.PLACED), order(order_id)]
    for step in steps:
        if isinstance(step, int):
            facts["refunded"] = min(facts.get("refunded", 0) + step, TOTAL)
        elif facts.get("cancelled_at"):
            facts |= {"cancelled_at": None, "reinstated_at": A_DAY}
        else:
            facts["cancelled_at"] = A_DAY
        versions.append(order(order_id, **facts))
    return versions


STEPS = st.lists(st.one_of(st.just("turn"), st.integers(1, 1_500)), max_size=5)


@examples
@given(STEPS, st.data())
def test_whatever_is_heard_in_whatever_order_the_newest_decides(steps: list[str | int], data: st.DataObject) -> None:
    order_id = f"N{next(numbers)}"
    versions = list(enumerate(history(steps, order_id), 1))
    # Any of the older ones, once, twice or never; the newest at least once.
    heard = data.draw(st.permutations([*data.draw(st.lists(st.sampled_from(versions), max_size=6)), versions[-1]]))
    hear(order(f"G{order_id}", total=5_000))
    assert redeem(100, key=order_id, order_id=order_id).status == 201
    before, spent_before = account().balance, account().spent or 0
    for version, event in heard:
        assert hear(event, version=version) == 0
    newest = versions[-1][1]
    undone = TOTAL if newest.cancelled_at else newest.refunded
    stands = EARNED - taken_back_target(EARNED, TOTAL, undone) if newest.paid_at else 0
    restored = 100 * undone // TOTAL
    earned = [entry for entry in entries() if entry.pk == f"ORDER#{order_id}" and entry.entry_kind is EntryKind.EARNED]
    if earned:  # another tier may have multiplied
        stands = earned[0].amount - taken_back_target(earned[0].amount, TOTAL, undone)
    assert account().balance - before == stands + restored
    assert spent_before - (account().spent or 0) == restored


def test_an_order_cancelled_and_reinstated_earns_again_once() -> None:
    hear(order(), cancelled(), reinstated(), cancelled(), reinstated())
    assert points() == [293, -293, 293, -293, 293]
    assert (account().lots, account().earned) == ({LOT: 293}, 293)
    assert kinds() == ["earned", "reversed", "reinstated", "reversed", "reinstated"]
    assert sorted(event["points"] for event in told_of("PointsReinstated")) == [293, 293]


def test_a_cancellation_heard_after_the_reinstatement_it_came_before_changes_nothing() -> None:
    hear(order(), version=1)
    hear(reinstated(), version=5)
    hear(cancelled(), version=4)
    assert account().balance == 293
    hear(cancelled(), version=6)
    assert account().balance == 0


@pytest.mark.parametrize("newer", [reinstated(), reinstated(paid_at=None), order(refunded=5)])
def test_an_older_version_gives_back_nothing_that_was_spent_after_a_newer_one(newer: OrderRecorded) -> None:
    hear(order("G1", total=5_000))
    hear(cancelled(paid_at=newer.paid_at), version=2)
    hear(newer, version=3)
    before = account().balance
    assert redeem(100, order_id="A1").status == 201
    hear(cancelled(paid_at=newer.paid_at), version=2)
    assert account().balance == before - 100
    hear(cancelled(paid_at=newer.paid_at), version=4)
    assert account().balance == 500


def test_a_cancelled_order_that_is_paid_after_all_earns_nothing_until_it_is_reinstated() -> None:
    hear(cancelled(paid_at=None), cancelled())
    assert account().balance == 0
    hear(reinstated())
    assert (account().balance, account().lots) == (293, {LOT: 293})


def test_a_refund_outlives_a_cancellation_and_its_end() -> None:
    hear(order(), refunded(1_000), cancelled(refunded=1_000), reinstated(refunded=1_000))
    assert (account().balance, points()) == (193, [293, -100, -193, 193])


def test_a_refund_of_an_order_that_earned_nothing_is_a_reversal_and_no_news() -> None:
    hear(order(currency="EUR"), refunded(1_000, currency="EUR"))
    assert (kinds(), points()) == (["earned", "reversed"], [0, 0])
    assert told_of("PointsReversed") == told_of("PointsReinstated") == []


def test_a_cancellation_takes_a_tier_at_once_and_a_reinstatement_gives_it_back() -> None:
    hear(order(total=10_000))
    assert account().tier == "silver"
    hear(cancelled(total=10_000))
    assert account().tier == "bronze"
    hear(reinstated(total=10_000))
    assert account().tier == "silver"


# --- after the points' end


def test_what_is_given_back_after_its_lot_ended_has_ended_too(set_clock: Clock) -> None:
    hear(order(), cancelled())
    set_clock("2027-02-10T00:00:00+00:00")
    expire()
    hear(reinstated())
    assert account().lots == {LOT: 293}
    assert redeem(100).status == 409
    hear(cancelled(), reinstated(), cancelled(), reinstated())
    assert (account().balance, account().expired) == (0, 293)


def test_what_was_given_back_late_is_what_another_cancellation_takes(set_clock: Clock) -> None:
    """Of the same lot, another order's points have expired; they pay for this one's no second time."""
    hear(order("A1"), order("B1"), cancelled("A1"))
    set_clock("2027-02-10T00:00:00+00:00")
    expire()
    assert account().expired == 293
    hear(reinstated("A1"))
    assert account().balance == 293
    hear(cancelled("A1"))
    assert (account().balance, account().lots) == (0, {})
    hear(reinstated("A1"), cancelled("A1"), cancelled("B1"))
    assert account().balance == 0


def test_what_was_given_back_late_and_filled_debt_is_not_paid_by_what_another_order_lost(set_clock: Clock) -> None:
    hear(order("A1"), order("B1"), cancelled("A1"), order("C1", placed_at=datetime(2026, 5, 1, tzinfo=UTC)))
    set_clock("2027-02-10T00:00:00+00:00")
    expire()
    spend(293)
    hear(cancelled("C1"))
    assert account().balance == -293
    hear(reinstated("A1"))
    assert account().balance == 0
    hear(cancelled("A1"))
    assert account().balance == -293


def test_points_that_ended_before_an_order_pay_for_no_refund_of_it(set_clock: Clock) -> None:
    """Where points live by activity all of them share one lot, of which some may have ended years ago."""
    set_programme(expiry={"mode": "inactivity", "months": 6})
    hear(order("A1"))
    set_clock("2027-12-01T00:00:00+00:00")
    expire()
    assert account().expired == 293
    paid = datetime(2027, 12, 1, tzinfo=UTC)
    hear(order("A2", placed_at=paid, paid_at=paid))
    spend(293)
    hear(cancelled("A2", placed_at=paid))
    assert account().balance == -293
    hear(reinstated("A2", placed_at=paid))
    adjust({"points": 293, "reason": "spent by mistake"}, key="back")
    set_clock("2028-12-01T00:00:00+00:00")
    expire()
    hear(cancelled("A2", placed_at=paid), cancelled("A1"))
    assert (account().balance, account().expired) == (0, 586)


def test_what_had_expired_does_not_come_back_by_a_reinstatement(set_clock: Clock) -> None:
    hear(order())
    set_clock("2027-02-10T00:00:00+00:00")
    expire()
    for _ in range(2):
        hear(cancelled())
        assert account().balance == 0
        hear(reinstated())
        assert account().balance == 0
    assert points() == [293, -293, 0, 0, 0, 0]


def test_a_refund_after_a_part_expired_then_a_cancellation_and_its_end_leave_what_the_refund_did(
    set_clock: Clock,
) -> None:
    hear(order(total=10_000))
    spend(600)
    set_clock("2027-02-10T00:00:00+00:00")
    expire()
    assert account().balance == 0
    hear(refunded(5_000, total=10_000))
    assert (account().balance, account().balances.owed) == (-100, 100)  # 400 of the 500 had expired
    for _ in range(2):
        hear(cancelled(total=10_000, refunded=5_000), reinstated(total=10_000, refunded=5_000))
        assert account().balance == -100


# --- below zero


def test_debt_is_filled_by_what_is_earned_next_and_by_gifts() -> None:
    hear(order())
    spend(293)
    hear(refunded(TOTAL))
    assert (account().balance, account().available) == (-293, 0)
    adjust({"points": 100, "reason": "A gift"}, key="gift")
    assert (account().balance, account().available, account().owed) == (-193, 0, 193)
    hear(order("A2"))
    assert (account().balance, account().available, account().owed) == (100, 100, None)


def test_a_shop_may_stop_at_zero_and_bear_the_rest() -> None:
    set_programme(refunds={"below_zero": "floor"})
    hear(order())
    spend(200)
    hear(refunded(TOTAL))
    assert (points(), account().balance) == ([293, -200, -93], 0)
    assert entries()[-1].fact("forgiven") == 200
    hear(order("A2"))
    assert account().balance == 293


def test_what_a_shop_bore_is_not_given_back_when_the_order_is_reinstated() -> None:
    set_programme(refunds={"below_zero": "floor"})
    hear(order())
    spend(200)
    for _ in range(3):
        hear(cancelled(), reinstated())
        assert account().balance == 93


def test_a_shop_may_take_debt_from_earnings_alone() -> None:
    set_programme(refunds={"below_zero": "debt"})
    hear(order())
    spend(293)
    hear(refunded(TOTAL))
    adjust({"points": 100, "reason": "A gift"}, key="gift")
    assert (account().balance, account().available, account().owed) == (-193, 100, 293)
    spend(100, "again")
    hear(order("A2"))
    assert (account().balance, account().available, account().owed) == (0, 0, None)


@pytest.mark.parametrize("policy", ["negative", "debt"])
def test_buying_earning_spending_and_cancelling_in_a_loop_gains_nobody_a_point(policy: str) -> None:
    set_programme(refunds={"below_zero": policy})
    hear(order("G1", total=5_000))
    start = account().balance
    for turn in range(4):
        first, second = f"L{turn}", f"M{turn}"
        hear(order(first))
        assert redeem(100, key=first, order_id=second).status == 201
        hear(order(second, total=500))
        hear(cancelled(first), cancelled(second, total=500))
        assert account().balance == start
    assert account().spent in {None, 0}


MOVES: Final = st.sampled_from(["buy", "spend", "cancel", "reinstate", "refund"])


@examples
@given(st.lists(st.tuples(MOVES, st.integers(0, 2)), max_size=10))
def test_no_loop_of_any_kind_gains_a_point(moves: list[tuple[str, int]]) -> None:
    """When all orders are cancelled in the end, nothing is left but what there was, whatever happened before."""
    run = next(numbers)
    hear(order(f"W{run}", total=5_000))
    start, states = account().balance, {n: {"order_id": f"X{run}-{n}", "refunded": 0} for n in range(3)}
    for number, (move, n) in enumerate(moves):
        state = states[n]
        match move:
            case "spend":
                redeem(100, key=f"{run}-{number}", order_id=str(state["order_id"]))
                continue
            case "cancel":
                state |= {"cancelled_at": A_DAY}
            case "reinstate" if state.get("cancelled_at"):
                state |= {"cancelled_at": None, "reinstated_at": A_DAY}
            case "refund":
                state["refunded"] = min(int(str(state["refunded"])) + 700, TOTAL)
        hear(order(**state))  # type: ignore[arg-type]
    hear(*(order(**(state | {"cancelled_at": A_DAY})) for state in states.values()))  # type: ignore[arg-type]
    assert account().balance == start


@pytest.mark.parametrize("is_erased", [False, True])
def test_what_paid_for_an_order_comes_back_though_the_order_is_nobodys(*, is_erased: bool) -> None:
    """A till's order without a buyer, or one whose buyer was erased: somebody else's points and credit paid for it."""
    buyer = BOB if is_erased else None
    hear(order("A1", total=5_000))
    wallet.issue(1_000)
    assert redeem(200, order_id="P").status == 201
    assert wallet.capture(wallet.held(1_000, order_id="P")).status == 200
    hear(order("P", buyer))
    if is_erased:
        hear(erasure(BOB))
    called_off = order("P", None, cancelled_at=A_DAY, status=OrderStatus.CANCELLED)
    hear(called_off, called_off)
    assert (account().available, wallet.credit().balance) == (500, 1_000)
    hear(order("P", None, reinstated_at=A_DAY))
    assert (account().available, wallet.credit().balance) == (300, 0)


def test_what_is_spent_late_on_an_order_of_nobodys_that_was_called_off_comes_back_at_once() -> None:
    hear(order("A1", total=5_000), order("P", None, cancelled_at=A_DAY, status=OrderStatus.CANCELLED))
    assert redeem(200, order_id="P").status == 201
    assert account().available == 500


def test_what_expires_in_its_grace_counts_as_taken_back(set_clock: Clock) -> None:
    """What the points paid for is returned after their lot's end, and their order when the grace is over too."""
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order())
    set_clock("2027-01-31T23:50:00+00:00")
    buy_with(100)
    set_clock("2027-02-01T00:05:00+00:00")
    expire()
    hear(returned())
    assert (points(), account().available) == ([293, -100, -193, 100], 100)
    set_clock("2027-04-01T12:00:00+00:00")
    expire()
    assert (entries()[-1].sk.partition("#")[0], entries()[-1].amount) == ("2027-01-31", -100)
    hear(refunded(TOTAL))
    assert (points()[-1], account().balance, account().owed) == (0, 0, None)


def test_what_is_in_its_grace_is_taken_back_before_what_is_others(set_clock: Clock) -> None:
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order())
    set_clock("2027-01-31T23:50:00+00:00")
    buy_with(293)
    set_clock("2027-02-10T00:05:00+00:00")
    hear(returned())
    adjust({"points": 50, "reason": "A late delivery"})
    grace = min(account().lots)
    hear(refunded(TOTAL // 2))
    assert (account().lots[grace], points()[-1]) == (146, -147)
    assert sum(account().grace_lots.values()) == 146
    set_clock("2027-04-01T12:00:00+00:00")
    expire()
    hear(refunded(TOTAL))
    assert (account().balance, account().owed, account().grace_lots) == (50, None, None)


def test_points_of_an_account_that_was_merged_are_of_their_lot_in_their_grace_too(set_clock: Clock) -> None:
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order("B1", BOB), order("A1"))
    set_clock("2027-01-31T23:50:00+00:00")
    post("redemptions", {"points": 293, "order_id": "P"}, key="r1", customer_id=BOB)
    set_clock("2027-02-10T00:05:00+00:00")
    hear(returned())
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at=A_DAY))
    set_clock("2027-04-01T12:00:00+00:00")
    expire()
    hear(refunded(TOTAL, "B1", customer_id=BOB))
    assert (account().balance, account().owed) == (0, None)


def test_what_had_expired_comes_back_of_an_order_before_what_was_taken_out_of_a_grace(set_clock: Clock) -> None:
    """Four points, of which two expire and two are in their grace: a cancellation takes these, for good."""
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order(total=40))
    set_clock("2027-01-31T23:50:00+00:00")
    buy_with(2)
    set_clock("2027-02-10T00:05:00+00:00")
    expire()
    hear(returned())
    hear(cancelled(total=40))
    assert (points()[-1], account().balance) == (-2, 0)
    hear(reinstated(total=40, refunded=20))
    assert (points()[-1], account().balance) == (0, 0), "the two that stand are those that had expired"
