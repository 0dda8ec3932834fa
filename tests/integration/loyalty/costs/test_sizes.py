"""How large accounts and entries grow, and what an operation on them costs, whatever the history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest

from loyalty.programme.usecases import current_programme
from shared import clock
from shared.events.customers import OrderStatus
from shared.events.foreign import OrderLine
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import account, adjust, entries, expire, hear, order, registration, stage
from tests.meter.bill import Bill
from tests.meter.dynamodb.seam import Seam
from tests.meter.dynamodb.sizes import Image, item_size

Clock = Callable[[str], None]
# What DynamoDB charges one write unit for.
UNIT = 1024
LINES = [OrderLine(product_id=f"product-{n}", category="music", quantity=1, amount=9_000) for n in range(3)]


def big_order(order_id: str, **facts: Any) -> Any:
    """An order as a busy shop's are: an id of 26 characters, an amount of four digits before the point."""
    return order(
        f"ORD-2026-0000000000-{order_id:>06}", total=1_234_567, tax=98_765, shipping=1_999, lines=LINES, **facts
    )


def live_thirteen_months(set_clock: Clock) -> None:
    """A verified customer of two groups with a card, who has bought in each of thirteen months."""
    set_clock("2026-01-05T10:00:00+00:00")
    groups = ["wholesale", "newsletter"]
    hear(
        registration(
            birthday=date(1990, 5, 17), groups=groups, email_verified=True, registered_at="2026-01-05T10:00:00Z"
        )
    )
    for month in range(13):
        day = datetime(2026 + month // 12, month % 12 + 1, 15, 9, tzinfo=UTC)
        set_clock(day.isoformat())
        expire()
        hear(big_order(f"{month}", placed_at=day, paid_at=day))


def sizes(kind: str) -> list[int]:
    return [item_size(image) for image in stage.items() if image["kind"]["S"] == kind]


def image_of_account() -> Image:
    [found] = [image for image in stage.items() if image["kind"]["S"] == "account"]
    return found


@contextmanager
def measured() -> Iterator[Bill]:
    """A bill of what is done meanwhile."""
    bill = Bill()
    with Seam(lambda: bill).listening():
        yield bill


def test_an_account_with_thirteen_monthly_lots_fits_into_one_unit(set_clock: Clock) -> None:
    live_thirteen_months(set_clock)
    assert len(account().lots) == 13
    assert len(account().qualifying or {}) == 14
    assert item_size(image_of_account()) <= UNIT


def test_entries_of_every_kind_fit_into_one_unit_with_the_events_that_they_tell(set_clock: Clock) -> None:
    set_programme(pending={"until": "days", "days": 14})
    live_thirteen_months(set_clock)
    expire()
    paid = datetime(2027, 1, 15, 9, tzinfo=UTC)
    hear(big_order("12", placed_at=paid, refunded=1_000_000, status=OrderStatus.PARTLY_REFUNDED))
    cancelled = {"cancelled_at": paid, "status": OrderStatus.CANCELLED}
    hear(big_order("12", placed_at=paid, refunded=1_000_000, **cancelled))
    hear(big_order("12", placed_at=paid, refunded=1_000_000, reinstated_at=paid, status=OrderStatus.PARTLY_REFUNDED))
    adjust({"points": -100_000, "reason": "é" * 100})
    for month in range(2, 13):
        set_clock(f"2027-{month:02}-01T00:00:00+00:00")
        expire()
    kinds = {entry.entry_kind.value for entry in entries()}
    assert kinds == {"earned", "ripened", "reversed", "reinstated", "adjusted", "expired"}
    assert max(sizes("entry")) <= UNIT


def test_accruing_costs_six_units_in_two_calls_and_eight_where_the_due_date_comes_nearer(set_clock: Clock) -> None:
    live_thirteen_months(set_clock)
    set_clock("2027-01-20T10:00:00+00:00")
    late = datetime(2027, 1, 20, 9, tzinfo=UTC)
    current_programme(clock.now())
    with measured() as bill:
        hear(big_order("20", placed_at=late, paid_at=late))
    assert bill.writes == {"account": 2, "entry": 2, "entries_by_account": 1, "entries_by_day": 1}
    assert (bill.calls, bill.read_units) == (2, 1)
    account_before = account().due_at
    old = datetime(2026, 1, 2, tzinfo=UTC)
    with measured() as bill:
        hear(big_order("21", placed_at=old.replace(year=2025), paid_at=old))
    assert account().due_at < account_before
    assert bill.writes == {"account": 2, "entry": 2, "entries_by_account": 1, "entries_by_day": 1, "due_accounts": 2}


def test_the_first_lot_brings_a_due_date_for_one_unit_more() -> None:
    hear(registration())
    with measured() as bill:
        hear(order())
    # Out of the band of no points, too.
    assert (bill.write_units, bill.writes["due_accounts"], bill.writes["accounts_by_tier"]) == (9, 1, 2)


def test_an_order_within_the_band_of_the_balance_writes_no_index_of_accounts() -> None:
    hear(order("A1"), order("A2"))
    with measured() as bill:
        hear(order("A3"))
    assert (account().balance, bill.writes["accounts_by_tier"]) == (879, 0)
    with measured() as bill:
        hear(order("A4"))
    assert (account().balance, bill.writes["accounts_by_tier"]) == (1_172, 2)


# None of the operations leaves the band of the balance.
@pytest.mark.parametrize("before", [2, 60])
def test_an_operation_costs_the_same_whatever_the_history(before: int) -> None:
    for number in range(before):
        hear(order(f"A{number}"))
    bills = []
    for operation in (
        lambda: hear(order("B1")),
        lambda: hear(order("B1", refunded=1_000, status=OrderStatus.PARTLY_REFUNDED)),
        lambda: adjust({"points": -5, "reason": "spent"}, key=f"{before}"),
    ):
        with measured() as bill:
            operation()
        bills.append((bill.calls, bill.write_units))
    # A refund looks at the order, and at what was spent on it; an adjustment keeps a receipt.
    assert bills == [(2, 6), (4, 6), (3, 8)]


def test_points_kept_by_the_day_make_an_account_larger(set_clock: Clock) -> None:
    """What `exact_days` costs: an account that buys daily outgrows its unit within weeks."""
    set_programme(expiry={"exact_days": True})
    days = [datetime(2026, month, day, tzinfo=UTC) for month in (1, 2) for day in range(1, 29)]
    hear(*(order(f"A{number}", placed_at=day) for number, day in enumerate(days)))
    assert (len(account().lots), account().lots[date(2027, 1, 5)]) == (56, 351)
    assert item_size(image_of_account()) > UNIT
