"""A shop's day as loyalty sees it: events into its inbox, HTTP calls, and what its table holds and tells."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from infra.generate.grants import policy
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.verification import verify
from loyalty.points import store
from loyalty.points.items import PointsAccount
from shared import ids
from shared.events.base import EventData
from shared.events.customers import (
    CustomerRegistered,
    CustomerStatus,
    CustomerUpdated,
    OrderRecorded,
    Profile,
)
from shared.events.privacy import ErasureRequested
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.harness.heard import house_event
from tests.harness.orders import recorded
from tests.harness.stage import Stage

stage: Final = Stage("loyalty")
call: Final = stage.call
# Names of tests carry them, so they are the same in every process.
ADA: Final = "cus_01HZX3Q7V8M4N5P6R7S8T9W0AD"
BOB: Final = "cus_01HZX3Q7V8M4N5P6R7S8T9W0BB"
CAT: Final = "cus_01HZX3Q7V8M4N5P6R7S8T9W0CC"
PLACED_AT: Final = datetime(2026, 1, 31, 12, tzinfo=UTC)


def order(order_id: str = "A1", customer_id: str | None = ADA, **facts: Any) -> OrderRecorded:
    """An order of $29.33, paid; `facts` replace those of it."""
    return recorded(order_id, customer_id, **{"placed_at": PLACED_AT, "paid_at": PLACED_AT, "total": 2933} | facts)


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
    return len(stage.deliver(*(house_event(event, version=version or next(_versions)) for event in events)))


def expire() -> dict[str, Any]:
    """Run the schedule's function once."""
    return stage.run("expire")


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


def told_of(name: str) -> list[dict[str, Any]]:
    """The data of every event of this name that the table's items carry, in no order."""
    return [told.data for told in stage.carried() if told.name == name]


def get(path: str, by: Role | str = Role.SUPPORT) -> Answer:
    return call("GET", path, by=by)


def adjust(body: Any, *, key: str | None = "k1", by: Role | str = Role.SUPPORT, customer_id: str = ADA) -> Answer:
    return call("POST", f"/api/customers/{customer_id}/points", body, by=by, key=key)


def allowed(function: str) -> set[str]:
    """What a function's policy allows on the table and its indexes."""
    granted = set()
    for statement in policy("loyalty", function)["Statement"]:
        named = statement["Resource"] if isinstance(statement["Resource"], list) else []
        indexes = [resource["Fn::Sub"].rpartition("/")[2] for resource in named]
        actions = [action for action in statement["Action"] if action.startswith("dynamodb:")]
        granted |= {f"{action} {index}".strip() for action in actions for index in indexes or [""]}
    return granted
