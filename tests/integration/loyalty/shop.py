"""A shop's day as loyalty sees it: events into its inbox, HTTP calls, and what its table holds and tells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from chalice.test import Client, HTTPResponse

from infra.apps import load_app
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.verification import verify
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.table import LoyaltyItem
from shared import ids
from shared.events.base import EventData
from shared.events.customers import (
    CustomerRegistered,
    CustomerStatus,
    CustomerUpdated,
    OrderRecorded,
    OrderStatus,
    Profile,
)
from shared.events.privacy import ErasureRequested
from shared.functions import relay_of
from shared.roles import Role
from tests.harness.aws.context import LambdaContext
from tests.harness.aws.ground import BUS
from tests.harness.heard import house_event, sqs_batch
from tests.harness.tokens import bearer

APP: Final[Any] = load_app("loyalty")
CLIENT: Final = Client(APP.app)
# Names of tests carry them, so they are the same in every process.
ADA: Final = "cus_01HZX3Q7V8M4N5P6R7S8T9W0AD"
BOB: Final = "cus_01HZX3Q7V8M4N5P6R7S8T9W0BB"
CAT: Final = "cus_01HZX3Q7V8M4N5P6R7S8T9W0CC"
PLACED_AT: Final = datetime(2026, 1, 31, 12, tzinfo=UTC)


def order(order_id: str = "A1", customer_id: str | None = ADA, **facts: Any) -> OrderRecorded:
    """An order of $29.33, paid; `facts` replace those of it."""
    values: dict[str, Any] = {
        "order_id": order_id,
        "customer_id": customer_id,
        "status": OrderStatus.PAID,
        "placed_at": PLACED_AT,
        "paid_at": PLACED_AT,
        "currency": "USD",
        "total": 2933,
        "refunded": 0,
    }
    return OrderRecorded(**values | facts)


def registration(customer_id: str = ADA, **facts: Any) -> CustomerRegistered:
    return CustomerRegistered(customer_id=customer_id, profile=profile(**facts))


def update(customer_id: str = ADA, **facts: Any) -> CustomerUpdated:
    return CustomerUpdated(customer_id=customer_id, profile=profile(**facts))


def profile(**facts: Any) -> Profile:
    """Of somebody who registered before any entry was posted; `facts` replace those of it."""
    values = {"email": "ada@example.com", "status": CustomerStatus.ACTIVE, "registered_at": PLACED_AT}
    return Profile(**values | facts)


def erasure(customer_id: str = ADA) -> ErasureRequested:
    return ErasureRequested(request_id=ids.new_request_id(), customer_id=customer_id)


_versions: Final = count(1)


def hear(*events: EventData, version: int | None = None) -> int:
    """Deliver events in this order, each told at `version` or at a newer one than any before; how many failed."""
    batch = sqs_batch(*(house_event(event, version=version or next(_versions)) for event in events))
    return len(APP.inbox(batch, LambdaContext())["batchItemFailures"])


def expire() -> dict[str, Any]:
    """Run the schedule's function once."""
    event = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}, "version": "0", "account": "1"}
    more = {"id": "1", "time": "2026-01-01T00:00:00Z", "region": "us-east-1", "resources": []}
    answer: dict[str, Any] = APP.expire(event | more, LambdaContext())
    return answer


def account(customer_id: str = ADA) -> PointsAccount:
    found = store.find_account(customer_id)
    assert found
    return found


def entries(customer_id: str = ADA) -> list[Entry]:
    """The ledger, oldest first; it is checked whenever a test looks at it."""
    held = account(customer_id)
    found = ledger.entries_of(held.name, before=None, kind=None, limit=None)[::-1]
    found_wrong = verify(held, found).what
    assert found_wrong is None
    return found


def points(customer_id: str = ADA) -> list[int]:
    return [entry.amount for entry in entries(customer_id)]


def told() -> list[tuple[str, dict[str, Any]]]:
    """Names and data of what the table's items carry, in no order."""
    relay = relay_of("loyalty", BUS)
    carried = [entry for image in images() for entry in relay.entries_of(image)]
    return [(entry["DetailType"], json.loads(entry["Detail"])["data"]) for entry in carried]


def images() -> list[dict[str, Any]]:
    """Every item of the table, in DynamoDB's own form."""
    found: list[dict[str, Any]] = LoyaltyItem._get_connection().scan()["Items"]
    return found


def told_of(name: str) -> list[dict[str, Any]]:
    return [data for told_name, data in told() if told_name == name]


def get(path: str, by: Role | str = Role.SUPPORT) -> HTTPResponse:
    return CLIENT.http.get(path, headers=bearer(by))


def adjust(body: Any, *, key: str | None = "k1", by: Role | str = Role.SUPPORT, customer_id: str = ADA) -> HTTPResponse:
    headers: Mapping[str, str] = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
    path = f"/api/customers/{customer_id}/points"
    return CLIENT.http.post(path, headers={**headers, **bearer(by)}, body=json.dumps(body).encode())
