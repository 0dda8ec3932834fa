"""What was spent on an order comes back with its money, and referral rewards come and go: a case a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Final

import pytest

from loyalty.ledger.balances import Balances, EntryKind, GraceLot, Lots, Taken
from loyalty.ledger.due_dates import Watch
from loyalty.ledger.reversals import LotShare
from loyalty.ledger.rules import ReturnPolicy
from loyalty.ledger.terms import Terms
from loyalty.orders.order_entries import Earning, OrderEntries, ReversedMark, Settlement
from loyalty.orders.payment.means import Returned
from loyalty.orders.refunds import Restored, ReversedShare, Spending, change_reward, settle_spent
from loyalty.programme.models import Programme

NOW: Final = datetime(2026, 2, 10, 12, tzinfo=UTC)
SOON: Final = date(2026, 5, 31)
LATE: Final = date(2027, 1, 31)
OVER: Final = date(2026, 1, 31)
GRACE: Final = date(2026, 3, 12)
POLICY: Final = ReturnPolicy(NOW.date(), GRACE, fills_debt=True)
SPENT: Final = Taken({SOON: 60, LATE: 40})


def share(of: str, version: int = 2, *, reinstated: bool = False) -> ReversedShare:
    return ReversedShare("A1", version, Fraction(of), reinstated=reinstated)


@pytest.mark.parametrize(
    ("returned", "of", "amount"),
    [
        # Without `payments` the money says it all.
        (None, "999/1000", 69),
        (None, "1", 100),
        # All that points paid is back, and no money: nothing of the gift.
        (Returned(7, 7, 0, 1), "1/2", 70),
        # All money is back, and the points are not.
        (Returned(6, 7, 1, 1), "1", 60),
        (Returned(7, 7, 0, 1), "1", 70),
        (Returned(7, 7, 1, 1), "1", 100),
    ],
)
def test_the_price_of_a_gift_comes_back_with_the_whole_order(returned: Returned | None, of: str, amount: int) -> None:
    reversed_share = replace(share(of), returned=returned)
    assert reversed_share.of(Spending("A", SPENT, gifts=30)) == amount


def test_an_order_without_money_is_known_to_be_whole_by_what_is_returned() -> None:
    earned = Earning("A", 10, ("", 0), total=100)
    settled = Settlement(("", 1), version=2, total=0, returned=Returned(1, 1, 1, 1))
    known = ReversedShare.known("A1", OrderEntries(earned=earned, settled=(settled,)))
    assert known
    assert known.is_whole


def back(version: int, **lots: int) -> Restored:
    return Restored(version, {{"soon": SOON, "late": LATE, "over": OVER}[name]: part for name, part in lots.items()})


@pytest.mark.parametrize(
    ("reversed_share", "later", "kind", "amount", "of"),
    [
        # A part of the money: the latest expiring first.
        (share("1/4"), (), EntryKind.RESTORED, 25, {"2027-01-31": 25}),
        (share("1/2"), (), EntryKind.RESTORED, 50, {"2026-05-31": 10, "2027-01-31": 40}),
        (share("1"), (), EntryKind.RESTORED, 100, {"2026-05-31": 60, "2027-01-31": 40}),
        # Never more than the share: a third is rounded down.
        (share("1/3"), (), EntryKind.RESTORED, 33, {"2027-01-31": 33}),
        # Settled already by this version for another payment of the order.
        (share("1/2"), (back(2, late=25),), EntryKind.RESTORED, 25, {"2026-05-31": 10, "2027-01-31": 15}),
        # More of it later: the difference.
        (share("1/2", 3), (back(2, late=25),), EntryKind.RESTORED, 25, {"2026-05-31": 10, "2027-01-31": 15}),
        # Reinstated: taken again.
        (share("0", 3, reinstated=True), (back(2, late=25),), EntryKind.REDEEMED, -25, {"2027-01-31": -25}),
        # What was taken last comes back first, and to where it came from.
        (share("1", 4), (back(2, soon=60, late=40), back(3, late=-100)), EntryKind.RESTORED, 100, {"2027-01-31": 100}),
        # Reinstated before the cancellation was heard: written down, so that this changes nothing any more.
        (share("0", 3, reinstated=True), (), EntryKind.RESTORED, 0, {}),
    ],
)
def test_what_was_spent_follows_the_money_of_the_order(
    reversed_share: ReversedShare, later: tuple[Restored, ...], kind: EntryKind, amount: int, of: Mapping[str, int]
) -> None:
    before = Balances(lots={LATE: 500}, spent=100)
    change = settle_spent(before, Spending("cus_A", SPENT, later), reversed_share, None, POLICY)
    assert change
    assert (change.posting.kind, change.posting.amount, change.posting.after.spent) == (kind, amount, 100 - amount)
    facts = {name: fact for name, fact in change.facts.items() if fact is not None}
    assert facts == {"version": reversed_share.version, "of": of, "order": "A1"}


@pytest.mark.parametrize(
    ("reversed_share", "later", "known"),
    [
        (share("0"), (), None),
        (share("1/4", 3), (back(2, late=25),), None),
        (share("0", 3, reinstated=True), (back(3),), None),
        # An older version than was settled, or than is known of the order.
        (share("1", 2), (back(3, late=25),), None),
        (share("1", 2), (), share("0", 3)),
    ],
)
def test_nothing_comes_back_that_is_not_missing(
    reversed_share: ReversedShare, later: tuple[Restored, ...], known: ReversedShare | None
) -> None:
    assert settle_spent(Balances(), Spending("cus_A", SPENT, later), reversed_share, known, POLICY) is None


def test_a_version_that_is_known_is_settled_for_a_later_payment() -> None:
    change = settle_spent(Balances(), Spending("cus_A", SPENT), share("1/4"), share("1/4"), POLICY)
    assert change
    assert change.posting.amount == 25


def test_what_is_back_is_the_sum_of_what_came_and_was_taken_again() -> None:
    spending = Spending("cus_A", SPENT, (back(2, late=25, soon=5), back(4, late=-20), back(3)))
    assert (spending.restored, spending.version) == ({SOON: 5, LATE: 5}, 4)
    assert (Spending("cus_A", SPENT).restored, Spending("cus_A", SPENT).version) == ({}, 0)


@pytest.mark.parametrize(("is_paid", "lot"), [(True, GRACE), (False, OVER)])
def test_a_lot_that_has_ended_comes_back_with_a_grace_if_the_order_was_paid(is_paid: bool, lot: date) -> None:
    policy = replace(POLICY, gives_grace=is_paid)
    change = settle_spent(Balances(owed=10), Spending("cus_A", Taken({OVER: 30})), share("1"), None, policy)
    assert change
    assert (change.posting.after.lots, change.posting.after.owed) == ({lot: 20}, 0)


def test_an_order_that_is_cancelled_again_and_again_gives_one_grace() -> None:
    """Its points come back into a grace, are taken again by the reinstatement, and come back to that grace's lot."""
    graces = replace(POLICY, gives_grace=True)
    back_once = settle_spent(Balances(spent=30), Spending("cus_A", Taken({OVER: 30})), share("1"), None, graces)
    assert back_once
    first = Restored(2, {OVER: 30})
    spending = Spending("cus_A", Taken({OVER: 30}), (first,))
    again = settle_spent(back_once.posting.after, spending, share("0", 3, reinstated=True), None, graces)
    assert again
    assert again.facts["of"] == {GRACE.isoformat(): -30}
    assert again.facts["graced"] == {f"{GRACE}/{OVER}": 30}
    taken = Restored(3, {GRACE: -30}, {GraceLot(GRACE, OVER): 30})
    later = replace(graces, today=date(2026, 3, 20), grace_until=date(2026, 4, 19))
    spending = replace(spending, later=(first, taken))
    back_twice = settle_spent(again.posting.after, spending, share("1", 4), None, later)
    assert back_twice
    assert back_twice.posting.after.lots == {GRACE: 30}


def of_a(known: ReversedShare) -> ReversedShare:
    """The share of an order that earned for A."""
    return replace(known, customer_id="cus_A")


EARNED: Final = Earning("cus_A", 100, (NOW, 1), 2, 1_000, "USD")
SETTLED: Final = (Settlement((NOW, 2), 4, 500), Settlement((NOW, 3), 6, 250))


@pytest.mark.parametrize(
    ("entries", "known"),
    [
        (OrderEntries(), None),
        (OrderEntries(EARNED), of_a(share("0", 2))),
        (OrderEntries(EARNED, settled=SETTLED), of_a(share("1/4", 6))),
        # Earned and settled by one version: the settlement says it.
        (OrderEntries(EARNED, settled=(Settlement((NOW, 2), 2, 500),)), of_a(share("1/2", 2))),
        (OrderEntries(mark=ReversedMark(3, 1_000, 200, is_cancelled=False)), share("1/5", 3)),
        (OrderEntries(mark=ReversedMark(3, 0, 0, is_cancelled=True)), share("1", 3)),
        (OrderEntries(mark=ReversedMark(3, 0, 0, is_cancelled=False)), share("0", 3)),
        (OrderEntries(EARNED, mark=ReversedMark(9, 1_000, 1_000, is_cancelled=True)), of_a(share("1", 9))),
    ],
)
def test_the_newest_version_says_how_much_of_an_order_is_reversed(
    entries: OrderEntries, known: ReversedShare | None
) -> None:
    assert ReversedShare.known("A1", entries) == known


GRANTED: Final = Earning("cus_A", 50, (NOW, 1), lot=LATE)
ENDED: Final = Earning("cus_A", 50, (NOW, 1), lot=OVER)
WITHDRAWN: Final = Settlement((NOW, 2), taken_back=50, still_in_lot=50)


@pytest.mark.parametrize(
    ("entries", "before", "grants", "amount", "after"),
    [
        (OrderEntries(GRANTED), Balances(lots={LATE: 50}, earned=50), False, -50, {}),
        # What was spent of it is owed.
        (OrderEntries(GRANTED), Balances(lots={LATE: 20}, earned=50, spent=30), False, -50, {}),
        (OrderEntries(GRANTED, settled=(WITHDRAWN,)), Balances(), True, 50, {LATE: 50}),
        (
            OrderEntries(Earning("cus_A", 50, (NOW, 1), lot=OVER), settled=(WITHDRAWN,)),
            Balances(),
            True,
            50,
            {OVER: 50},
        ),
    ],
)
def test_a_reward_is_withdrawn_and_granted_again_as_it_was(
    entries: OrderEntries, before: Balances, grants: bool, amount: int, after: Lots
) -> None:
    change = change_reward(before, entries, (LotShare(LATE, 50),), _terms(), grants=grants)
    assert change
    assert (change.posting.amount, change.posting.after.lots, change.facts["taken_back"]) == (amount, after, -amount)


@pytest.mark.parametrize("entries", [OrderEntries(), OrderEntries(Earning("cus_A", 0, (NOW, 1)))])
def test_whoever_was_granted_nothing_has_nothing_to_lose(entries: OrderEntries) -> None:
    assert change_reward(Balances(), entries, (), _terms(), grants=False) is None


def _terms() -> Terms:
    programme = Programme()
    return Terms(1, Watch.of(programme, NOW), programme, NOW)
