"""What real shops send: withdrawn currencies, ids of every form, faults that must not cost an order."""

from __future__ import annotations

from typing import Any

import pytest

from shared.events.foreign import OrderPlaced, OrderRefunded
from tests.harness.heard import foreign_event
from tests.harness.logs import captured_logs
from tests.harness.orders import order, placed, refunded
from tests.integration.customers.desk import call, customer_of, deliver, kinds, register, totals


def told(event: OrderPlaced | OrderRefunded | None = None, **changed: Any) -> dict[str, Any]:
    """An event with other fields in its order."""
    envelope = foreign_event(event or placed(order()))
    envelope["detail"]["order"] |= changed
    return envelope


def refused(envelope: dict[str, Any], field: str) -> bool:
    """Whether the event is refused, by the name of the field, and leaves nothing."""
    with captured_logs() as lines:
        failed = len(deliver(envelope))
    return failed == 1 and f'"{field}"' in lines.getvalue() and not kinds()


@pytest.mark.parametrize(
    ("code", "last", "too_late"),
    [
        ("HRK", "2022-12-31T10:00:00Z", "2023-02-01T00:00:00Z"),
        ("BGN", "2025-12-31T10:00:00Z", "2026-02-01T00:00:00Z"),
        ("ANG", "2025-06-30T10:00:00Z", "2025-07-01T00:00:00Z"),
    ],
)
def test_an_order_in_a_withdrawn_currency_counts_if_it_was_placed_before_the_end(
    code: str, last: str, too_late: str
) -> None:
    assert refused(told(currency=code, placed_at=too_late), "order.currency")
    assert not deliver(told(currency=code, placed_at=last))
    assert not deliver(told(refunded(order(), 400), currency=code, placed_at=last))
    assert totals(customer_of(), code) == (1, 0)
    ada = register("ada@example.org").json["id"]
    body = {"id": "phone-1", "currency": code, "total": 5}
    path = f"/api/customers/{ada}/orders"
    assert call("POST", path, body | {"placed_at": too_late}).json["errors"][0]["field"] == "currency"
    assert call("POST", path, body).json["errors"][0]["field"] == "currency"
    assert call("POST", path, body | {"placed_at": last}).status == 201


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR"])
def test_what_is_no_money_pays_no_order(code: str) -> None:
    assert refused(told(currency=code), "order.currency")
