"""What each operation costs on a customer's thousandth order, beside what it cost on the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from loyalty.days import day_after
from loyalty.programme.usecases import current_programme
from loyalty.table import LoyaltyItem
from shared import clock
from shared.events.customers import OrderRecorded, OrderStatus
from tests.harness.aws.tables import undone
from tests.integration.loyalty.shop import account, adjust, entries, expire, hear, order, registration
from tests.integration.loyalty.spending import capture, held, hold, redeem, release
from tests.meter.bill import Bill
from tests.meter.dynamodb.seam import Seam

At = Callable[[datetime], None]

TABLE: Final = LoyaltyItem.Meta.table_name
BEGAN: Final = datetime(2024, 1, 10, 10, tzinfo=UTC)
# After how many orders the operations are measured. At one a day, points have long been expiring at the last.
AFTER: Final = (1, 10, 100, 1_000)
# What the design allows one transaction.
MOST_ITEMS: Final = 3
# The refund of an order that gave a tier settles later orders too, and reads the whole ledger for it (decision 0019).
REPRICES: Final = "reverse what has expired"
# With the place in the list of accounts, the account of a thousand daily orders passes one kilobyte (decision 0022).
PASSES_A_UNIT: Final = "expire after a warning"
# An operation leaves the band of the balance or not, whatever the number of orders before it (decision 0022).
BANDS: Final = "accounts_by_tier"


def test_each_operation_costs_on_the_thousandth_order_what_it_cost_on_the_first(
    set_clock: Callable[[str], None],
) -> None:
    def at(moment: datetime) -> None:
        set_clock(moment.isoformat())
        current_programme(moment)

    bills = _live(at)
    kinds = Counter(entry.entry_kind.value for entry in entries())
    seen = {"earned": 1_000, "captured": 100, "reversed": 40, "restored": 20, "expired": 22}
    assert {kind: kinds[kind] for kind in seen} == seen
    assert {name for name, (first, *_) in bills.items() if not 2 <= first.written <= MOST_ITEMS} == set()
    assert {bill.writes[BANDS] for each in bills.values() for bill in each} <= {0, 2}
    assert {name: found for name, each in bills.items() if (found := _unlike(each))}.keys() <= {REPRICES, PASSES_A_UNIT}
    assert _unlike(bills[PASSES_A_UNIT]) == {"write units": [7, 7, 8, 10], "account": [2, 2, 2, 4]}
    # Here it concerns one order: a transaction more, and the reads before it, of which a query gives a megabyte.
    first, *_, last = bills[REPRICES]
    assert (last.calls - first.calls, last.written - first.written) == (4, 2)


def _unlike(bills: list[Bill]) -> dict[str, list[float]]:
    """What is not alike: calls and items at all; and units, in all or in any place, by more than one."""
    counts = {"calls": [bill.calls for bill in bills], "items": [bill.written for bill in bills]}
    units = {"read units": [bill.read_units for bill in bills]}
    units["write units"] = [bill.write_units - bill.writes[BANDS] for bill in bills]
    for place in sorted({place for bill in bills for place in bill.writes} - {BANDS}):
        units[place] = [bill.writes[place] for bill in bills]
    return {name: each for name, each in counts.items() if max(each) != min(each)} | {
        name: each for name, each in units.items() if max(each) - min(each) > 1
    }


# --- a life


def _live(at: At) -> dict[str, list[Bill]]:
    """A customer's life; and for each operation what it cost after so many orders."""
    bills: dict[str, list[Bill]] = {}
    for since, orders in pairwise((0, *AFTER)):
        for number in range(since, orders):
            _live_a_day(number, at)
        for name, bill in _bills_after(orders, at).items():
            bills.setdefault(name, []).append(bill)
    return bills


def _live_a_day(number: int, at: At) -> None:
    """An order a day. Every tenth is partly paid with points; every 25th, an earlier one comes back in part."""
    at(BEGAN + timedelta(days=number))
    if number == 0:
        groups = ["wholesale", "newsletter"]
        assert hear(registration(registered_at=BEGAN, birthday=date(1990, 5, 17), groups=groups)) == 0
    if (account().due_at or "never") < clock.now().isoformat():
        expire()
    if number % 10 == 1:
        assert capture(held(200, key=f"paid-{number}", order_id=f"A{number}")).status == 200
    assert hear(_order(number)) == 0
    if number % 25 == 4:
        assert hear(_refunded(number - 3)) == 0


def _bills_after(orders: int, at: At) -> dict[str, Bill]:
    """What each operation costs now; none of them has happened afterwards."""
    now, bills = clock.now(), {}
    for name, operation in _operations(orders, at).items():
        with undone(TABLE):
            bills[name] = operation()
        at(now)
    return bills


def _operations(orders: int, at: At) -> Mapping[str, Callable[[], Bill]]:
    newest = f"A{orders - 1}"
    return {
        "earn": lambda: _bill(lambda: hear(_order(orders)) == 0),
        "hold": lambda: _bill(lambda: hold(50).status == 201),
        "capture": lambda: _bill_of_an_end(lambda name: capture(name).status == 200),
        "capture for an order": lambda: _bill_of_an_end(lambda name: capture(name, order_id=newest).status == 200),
        "release": lambda: _bill_of_an_end(lambda name: release(name).status == 200),
        "redeem": lambda: _bill(lambda: redeem(50).status == 201),
        "redeem for an order": lambda: _bill(lambda: redeem(50, order_id=newest).status == 201),
        "reverse": lambda: _bill(lambda: hear(_refunded(orders - 1)) == 0),
        "reverse what has expired": lambda: _bill_of_a_late_refund(at),
        "expire": lambda: _bill_of_expiry(at, lambda: hear(_order(orders)) == 0),
        "expire after a warning": lambda: _bill_of_expiry(at, lambda: True),
        "adjust": lambda: _bill(lambda: adjust({"points": 50, "reason": "A late delivery"}).status == 201),
    }


def _bill(succeeds: Callable[[], bool]) -> Bill:
    bill = Bill()
    with Seam(lambda: bill).listening():
        assert succeeds()
    return bill


def _bill_of_an_end(succeeds: Callable[[str], bool]) -> Bill:
    name = held(50)
    return _bill(lambda: succeeds(name))


def _bill_of_expiry(at: At, succeeds_before: Callable[[], bool]) -> Bill:
    """Of the job right after a lot's last day. Whatever is due before has been done in time, and then this."""
    over = datetime.combine(day_after(min(account().lots)), time(), UTC)
    while (due := datetime.fromisoformat(account().due_at or "")) < over:
        at(due)
        expire()
    assert succeeds_before()
    at(over)
    return _bill(lambda: expire()["advanced"] == 1)


def _bill_of_a_late_refund(at: At) -> Bill:
    """Of the very first order, whose lot is over by now, or else as soon as it is."""
    over = datetime.combine(date(2025, 2, 1), time(), UTC)
    if clock.now() < over:
        at(over)
        expire()
    return _bill(lambda: hear(_refunded(0)) == 0)


def _order(number: int) -> OrderRecorded:
    day = BEGAN + timedelta(days=number)
    return order(f"A{number}", placed_at=day, paid_at=day)


def _refunded(number: int) -> OrderRecorded:
    return _order(number).model_copy(update={"refunded": 1_000, "status": OrderStatus.PARTLY_REFUNDED})
