"""Tells the purchases as an order system does: each is placed and, a minute later, paid."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from infra.replay.people import Person
from infra.replay.sample import Purchase

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

_ENTRIES_A_CALL: Final = 10
_AT_ONCE: Final = 2


class NotTakenError(Exception):
    """The bus refused events. The message holds the error codes."""


def send(
    bus: EventBridgeClient,
    bus_name: str,
    purchases: Iterable[Purchase],
    people: Mapping[str, Person],
    done: Callable[[int], None],
) -> int:
    """Put both events of every purchase on the bus, and return the number of events.

    `done` is called with the number of orders in each batch. Raises NotTakenError when the bus refuses an event.
    """
    entries = [entry for purchase in purchases for entry in _entries(bus_name, purchase, people[purchase.buyer])]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for sent in pool.map(lambda batch: _put(bus, batch), _batches(entries)):
            done(sent // 2)
    return len(entries)


def _entries(bus_name: str, purchase: Purchase, person: Person) -> Iterator[dict[str, Any]]:
    order = _order(purchase, person)
    paid_at = (purchase.placed_at + timedelta(minutes=1)).isoformat()
    for name, detail in (("OrderPlaced", {"order": order}), ("OrderPaid", {"order": order, "paid_at": paid_at})):
        yield {"EventBusName": bus_name, "Source": "orders", "DetailType": name, "Detail": json.dumps(detail)}


def _order(purchase: Purchase, person: Person) -> dict[str, Any]:
    buyer = {"id": person.customer_id} if person.customer_id else {"email": person.email}
    line = {"product_id": "cd", "category": "music", "quantity": purchase.discs, "amount": purchase.amount}
    return {
        "id": purchase.order_id,
        "buyer": buyer,
        "placed_at": purchase.placed_at.isoformat(),
        "currency": purchase.currency.code,
        "total": purchase.amount,
        "lines": [line],
    }


def _batches(entries: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(entries)
    while batch := list(itertools.islice(left, _ENTRIES_A_CALL)):
        yield batch


def _put(bus: EventBridgeClient, batch: list[dict[str, Any]]) -> int:
    answer = bus.put_events(Entries=batch)  # type: ignore[arg-type]
    if answer["FailedEntryCount"]:
        codes = {entry["ErrorCode"] for entry in answer["Entries"] if entry.get("ErrorCode")}
        raise NotTakenError(", ".join(sorted(codes)))
    return len(batch)
