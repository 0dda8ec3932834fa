"""What the tests of segments share: events to send, and what came of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from segments.features.store import find_row
from shared.events.customers import CustomerRegistered, CustomerStatus, CustomerUpdated, OrderStats, Profile
from shared.events.privacy import ErasureRequested
from tests.harness.heard import house_event
from tests.harness.orders import NOON, recorded
from tests.harness.stage import Stage

ADA: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
BEN: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAW"
REQUEST: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAX"

stage: Final = Stage("segments")
hear: Final = stage.hear


def refresh(context: Any = None) -> dict[str, Any]:
    """Run the schedule."""
    return stage.run("refresh", context)


def registered(
    customer_id: str = ADA,
    *,
    version: int = 1,
    at: datetime = NOON,
    status: CustomerStatus = CustomerStatus.ACTIVE,
    as_update: bool = False,
) -> dict[str, Any]:
    """A profile as customers tells it."""
    profile = Profile(email="ada@example.com", first_name="Ada", status=status, registered_at=at)
    kind = CustomerUpdated if as_update else CustomerRegistered
    return house_event(kind(customer_id=customer_id, profile=profile), version=version)


def ordered(
    customer_id: str | None = ADA,
    *,
    version: int = 1,
    orders: int = 1,
    spent: int = 1000,
    days_ago: int = 0,
    currency: str = "USD",
) -> dict[str, Any]:
    """An order as customers tells it, with the customer's stats after it; `spent` in minor units."""
    at = NOON - timedelta(days=days_ago)
    stats = OrderStats(
        version=version, currency=currency, orders=orders, spent=spent, first_order_at=at, last_order_at=at
    )
    facts = {"placed_at": at, "currency": currency, "total": spent, "stats": stats if customer_id else None}
    return house_event(recorded(f"o-{version}", customer_id, **facts))


def erasure(customer_id: str = ADA, request_id: str = REQUEST) -> dict[str, Any]:
    """The request to forget somebody."""
    return house_event(ErasureRequested(request_id=request_id, customer_id=customer_id))


def segments_of(customer_id: str = ADA) -> list[str]:
    """What the row says."""
    row = find_row(customer_id)
    return [held.segment_id for held in row.held or ()] if row else []


def memberships() -> dict[str, list[str]]:
    """What the membership items say, by customer."""
    found: dict[str, list[str]] = {}
    for item in stage.items():
        if item["kind"]["S"] == "membership":
            found.setdefault(item["sk"]["S"], []).append(item["pk"]["S"].split("#")[1])
    return {customer_id: sorted(segments) for customer_id, segments in found.items()}


def told() -> list[tuple[str, str, str | None]]:
    """Every event that was told: name, customer, segment."""
    return [(told.name, told.data["customer_id"], told.data.get("segment_id")) for told in stage.told()]


def stored_size(item: dict[str, Any]) -> int:
    """The bytes that DynamoDB counts of an item in its own form: names, values, 3 for a list or map and 1 an entry."""
    return sum(len(name) + _size(value) for name, value in item.items())


def _size(value: dict[str, Any]) -> int:
    [(kind, held)] = value.items()
    if kind == "M":
        return 3 + sum(1 + len(name) + _size(part) for name, part in held.items())
    if kind == "L":
        return 3 + sum(1 + _size(part) for part in held)
    return len(str(held))
