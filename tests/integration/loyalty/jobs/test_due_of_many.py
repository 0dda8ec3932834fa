"""What the hourly job costs where ten accounts of 100,000 are due, beside ten of ten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from loyalty.ledger.items import ACCOUNT
from loyalty.programme.usecases import current_programme
from loyalty.table import LoyaltyItem
from shared import clock
from shared.items.keys import customer_partition, shard_of
from tests.harness.aws.tables import count, multiply, undone
from tests.integration.loyalty.shop import BOB, expire, hear, order
from tests.meter.bill import Bill
from tests.meter.dynamodb.seam import Seam

TABLE: Final = LoyaltyItem.Meta.table_name
DUE: Final = 10
ALL: Final = 100_000
NOW: Final = datetime(2027, 2, 1, tzinfo=UTC)


def test_the_job_costs_what_is_due_and_not_what_there_is(set_clock: Callable[[str], None]) -> None:
    hear(*(order(f"A{number}", f"cus_{number:026}") for number in range(DUE)))
    set_clock((NOW - timedelta(hours=1)).isoformat())
    expire()  # what they are warned of
    set_clock(NOW.isoformat())
    with undone(TABLE):
        of_ten = _bill_of_the_job()
    hear(order("later", BOB, placed_at=NOW))
    multiply(TABLE, {"pk": customer_partition(BOB), "sk": ACCOUNT}, _others())
    assert count(TABLE) == ALL + DUE + 1  # each order's entry too
    of_all = _bill_of_the_job()
    assert of_ten.written == DUE * 2
    assert of_all == of_ten


def _others() -> Iterator[Mapping[str, str | None]]:
    """What differs of accounts that are not due: nine of ten have a date to come, one of a hundred an open hold."""
    for number in range(DUE + 1, ALL):
        pk = customer_partition(f"cus_{number:026}")
        dates: dict[str, str | None] = {"due_at": None, "due_shard": None}
        if number % 10:
            dates = {"due_at": _minute(number), "due_shard": shard_of(pk)}
        if number % 100 == 1:
            dates |= {"hold_until": _minute(1 + number % 60), "hold_shard": shard_of(pk)}
        yield {"pk": pk, **dates}


def _minute(later: int) -> str:
    """So many minutes from now, as accounts keep it."""
    return (NOW + timedelta(minutes=later)).strftime("%Y-%m-%dT%H:%MZ")


def _bill_of_the_job() -> Bill:
    current_programme(clock.now())
    bill = Bill()
    with Seam(lambda: bill).listening():
        assert expire() == {"advanced": DUE, "finished": True}
    return bill
