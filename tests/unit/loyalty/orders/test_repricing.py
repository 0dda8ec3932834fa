"""Which orders are repriced once the reason of their tier changes, and how far the next change is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.earning.models import Member, OrderFacts
from loyalty.earning.rules import price
from loyalty.earning.tiered import Step, Tiered, read_tiered, write_tiered
from loyalty.orders.order_entries import Earning, Kept, OrderEntries, Settlement
from loyalty.orders.repricing.rules import Plan, Repricing, plan
from loyalty.points.rules import TierSlack, slack_of_both, slack_with
from loyalty.points.tier_rules import fresh, requalify
from loyalty.programme.models import Programme
from loyalty.programme.tiers import BRONZE, GOLD, SILVER, TierBy, Tiers, TierWindow
from shared.events.loyalty import TierId

ADA: Final = "cus_A"
BOB: Final = "cus_B"
START: Final = datetime(2026, 5, 20, 12, tzinfo=UTC)
DAY: Final = START.date()
RULES: Final = Tiers()
# 10 points a unit; silver from 1,000 at x1.2, gold from 5,000 at x1.5.
RATES: Final = ((5_000, 3), (1_000, 2), (0, 1))


def tiered(had: int, worth: int = 100, **facts: Any) -> Tiered:
    """An order that earns 3, 2 or 1 times `worth`, and had so much before it."""
    steps = tuple(Step(threshold, rate * worth) for threshold, rate in RATES if threshold <= had)
    return replace(Tiered(TierBy.POINTS, had, "", "2026-05", steps), **facts)


def earned(number: int, points: int, by_tier: Tiered | None = None, account: str = ADA, **facts: Any) -> OrderEntries:
    """The entry `number` of an account."""
    at = (START + timedelta(minutes=number), number)
    return OrderEntries(Earning(account, points, at, 1, 100, "USD", DAY, tiered=by_tier, earning=100, **facts))


def returned(entries: OrderEntries, number: int, points: int, money: int = 100, account: str = ADA) -> OrderEntries:
    """A refund by the entry `number`, which takes so many points."""
    at = (START + timedelta(minutes=number), number)
    before = entries.settled[-1].reversed_money if entries.settled else 0
    settled = Settlement(at, number, before + money, points, account=account, kept=Kept(100 - before - money, 100))
    return replace(entries, settled=(*entries.settled, settled))


def repriced(entries: OrderEntries, number: int, points: int, worth: int) -> OrderEntries:
    at = (START + timedelta(minutes=number), number)
    again = Settlement(at, 1, 0, points, account=ADA, worth=worth)
    return replace(entries, repriced=(*entries.repriced, again))


def planned(orders: Sequence[OrderEntries], joined: Any = None, name: str = ADA, rules: Tiers = RULES) -> Plan:
    return plan({f"O{number}": each for number, each in enumerate(orders, 1)}, joined or {}, name, rules, "USD")


def moved(found: Plan) -> list[tuple[str, int, int]]:
    return [(each.order_id, each.worth, each.amount) for each in found.repricings]


GIVER: Final = earned(1, 5_000)
LATER: Final = earned(2, 300, tiered(5_000))


@pytest.mark.parametrize(
    ("orders", "expected", "slack"),
    [
        ([GIVER, LATER], [], TierSlack(2, 0)),
        ([returned(GIVER, 3, 5_000), LATER], [("O2", 100, 200)], TierSlack(2, None, 1_000)),
        ([returned(GIVER, 3, 1), LATER], [("O2", 200, 100)], TierSlack(2, 3_999, 1)),
        # A refund before the order earned is in what it had.
        ([returned(earned(1, 6_000), 2, 1_000), earned(3, 300, tiered(5_000))], [], TierSlack(3, 0)),
        # The order's own refund, and those of later orders, change nothing of its tier.
        ([GIVER, returned(LATER, 3, 300)], [], TierSlack(2, 0)),
        ([GIVER, LATER, returned(earned(3, 500), 4, 500)], [], TierSlack(2, 0)),
        # What is left of a refunded order is repriced in proportion.
        ([returned(GIVER, 4, 5_000), returned(LATER, 3, 150, 50)], [("O2", 100, 100)], TierSlack(2, None, 1_000)),
        # Once it is done nothing is to do, and a reinstatement gives it back.
        ([returned(GIVER, 3, 5_000), repriced(LATER, 4, 200, 100)], [], TierSlack(2, None, 1_000)),
        (
            [returned(returned(GIVER, 3, 5_000), 5, -5_000, -100), repriced(LATER, 4, 200, 100)],
            [("O2", 300, -200)],
            TierSlack(2, 0),
        ),
        # Never more than it gave.
        ([returned(GIVER, 3, -9_000), LATER], [], TierSlack(2, 9_000)),
        # Each follows those before it: O3 had gold by the points that O2 earned too much.
        (
            [returned(earned(1, 4_900), 4, 4_900), earned(2, 200, tiered(4_900)), earned(3, 600, tiered(5_100, 200))],
            [("O2", 100, 100), ("O3", 200, 400)],
            TierSlack(3, None, 900),
        ),
        # Amounts of another time do not count, nor does another measure.
        ([returned(GIVER, 3, 5_000), earned(2, 300, tiered(5_000, first="2026-06"))], [], TierSlack(2, 0)),
        ([returned(GIVER, 3, 5_000), earned(2, 300, tiered(5_000, last="2026-04"))], [], TierSlack(2, 0)),
        ([returned(GIVER, 3, 5_000), earned(2, 300, tiered(5_000, by=TierBy.MONEY))], [], None),
        # Entries of earlier releases do not say what they earned by a tier.
        ([returned(GIVER, 3, 5_000), earned(2, 300)], [], None),
    ],
)
def test_an_order_follows_the_orders_that_gave_its_tier(
    orders: list[OrderEntries], expected: list[tuple[str, int, int]], slack: TierSlack | None
) -> None:
    found = planned(orders)
    assert (moved(found), found.slack) == (expected, slack)


@pytest.mark.parametrize(
    ("by", "had", "expected"), [(TierBy.MONEY, 5_000, [("O2", 200, 100)]), (TierBy.ORDERS, 5_000, [("O2", 200, 100)])]
)
def test_it_goes_by_the_measure_of_the_programme(by: TierBy, had: int, expected: list[tuple[str, int, int]]) -> None:
    later = earned(2, 300, tiered(had, by=by))
    assert moved(planned([returned(GIVER, 3, 5_000), later], rules=Tiers(by=by))) == expected


@pytest.mark.parametrize(
    ("joined", "expected"),
    [
        # Before B was taken over, A had nothing of B's; afterwards it has.
        ({ADA: {BOB: 2}}, [("O2", 100, 200)]),
        ({ADA: {BOB: 9}}, []),
        ({ADA: {"cus_C": 2}, "cus_C": {BOB: 7}}, [("O2", 100, 200)]),
        ({}, []),
    ],
)
def test_amounts_of_a_customer_who_was_taken_over_count_from_then_on(
    joined: Any, expected: list[tuple[str, int, int]]
) -> None:
    theirs = returned(earned(1, 5_000, account=BOB), 4, 5_000)
    assert moved(planned([theirs, earned(3, 300, tiered(5_000))], joined)) == expected


def test_orders_of_a_customer_who_was_taken_over_follow_their_own() -> None:
    theirs = returned(earned(1, 5_000, account=BOB), 9, 5_000)
    found = planned([theirs, earned(2, 300, tiered(5_000), account=BOB)], {ADA: {BOB: 1}})
    assert (moved(found), found.slack) == ([("O2", 100, 200)], TierSlack(1, None, 1_000))


def test_a_repriced_order_counts_for_its_referral_in_proportion() -> None:
    order = replace(returned(earned(2, 300, tiered(5_000), brings=30), 3, 270, 90), repriced=())
    assert Repricing("O", order, 100, 20).qualifies == 0
    gone = earned(2, 300, tiered(5_000), brings=30)
    assert Repricing("O", gone, 0, 300).qualifies == -1


AMOUNTS: Final = st.integers(-3_000, 3_000)


@given(st.lists(st.tuples(st.integers(0, 4), AMOUNTS), max_size=8), st.integers(0, 3_000))
def test_while_there_is_slack_nothing_is_to_reprice(changes: list[tuple[int, int]], spare: int) -> None:
    """The slack is told of each change as it comes; the plan looks at all of them."""
    orders = [
        earned(1, 5_000 + spare),
        earned(2, 300, tiered(5_000 + spare)),
        earned(3, 10),
        earned(4, 30, tiered(1_100)),
    ]
    orders.append(earned(5, 10))
    slack = planned(orders).slack
    assert slack
    for number, (which, amount) in enumerate(changes, 6):
        orders[which] = returned(orders[which], number, -amount, 0)
        slack = slack.after(amount, which + 1)
        found = planned(orders)
        if not slack.is_due:
            assert moved(found) == []
        for each in found.repricings:
            index = int(each.order_id.removeprefix("O")) - 1
            orders[index] = repriced(orders[index], number, each.amount, each.worth)
        if slack.is_due:
            assert found.slack
            # Whatever was planned is enough: after it nothing is due.
            slack = planned(orders).slack
            assert slack
            assert not slack.is_due
            assert moved(planned(orders)) == []


def test_the_slack_is_the_least_of_all_orders_and_of_both_customers() -> None:
    assert slack_with(None, 3, 40) == TierSlack(3, 40)
    assert slack_with(TierSlack(3, 40, 7), 5, 60) == TierSlack(5, 40, 7)
    assert slack_of_both(None, None, 9) is None
    assert slack_of_both(TierSlack(3, 40), None, 9) == TierSlack(9, 40)
    assert slack_of_both(TierSlack(3, 40, 7), TierSlack(2, 50, 6), 9) == TierSlack(9, 40, 6)
    assert TierSlack(3, 40).after(-41, 3) == TierSlack(3, 40)


CLASSIC: Final = Programme()
SEVENTY: Final = OrderFacts(7_000, "USD", START)


@pytest.mark.parametrize(
    ("before", "tier", "limit", "expected"),
    [
        (0, BRONZE, None, None),
        (1_200, SILVER, None, (1_200, ((1_000, 840), (0, 700)))),
        (6_000, GOLD, None, (6_000, ((5_000, 1_050), (1_000, 840), (0, 700)))),
        (6_000, GOLD, 800, (6_000, ((5_000, 800), (1_000, 800), (0, 700)))),
        # A limit below all of them, and a tier that no amount reaches.
        (6_000, GOLD, 100, None),
        (1_200, GOLD, None, None),
    ],
)
def test_an_order_knows_what_it_earns_in_each_lower_tier(
    before: int, tier: TierId, limit: int | None, expected: tuple[int, tuple[tuple[int, int], ...]] | None
) -> None:
    state = requalify(fresh(RULES), before, DAY, DAY, RULES)
    points = price(SEVENTY, Member(tier), CLASSIC, limit).points
    found = Tiered.of(SEVENTY, Member(tier), CLASSIC, limit, points=points, state=state, on=DAY)
    assert (found and (found.had, found.steps)) == expected
    assert read_tiered(write_tiered(found)) == found


def test_in_a_grace_the_last_window_counts() -> None:
    rules = Tiers(window=TierWindow.CALENDAR_YEAR, by=TierBy.MONEY)
    programme = CLASSIC.model_copy(update={"tiers": rules})
    state = requalify(fresh(rules), 6_000, date(2026, 12, 31), date(2026, 12, 31), rules)
    points = price(SEVENTY, Member(GOLD), programme).points
    found = Tiered.of(SEVENTY, Member(GOLD), programme, None, points=points, state=state, on=date(2027, 1, 2))
    assert found
    assert (found.had, found.first, found.last) == (6_000, "2026-01", "2026-12")
    assert (found.counts(date(2026, 12, 31)), found.counts(date(2027, 1, 1))) == (True, False)
    assert read_tiered(write_tiered(found)) == found
