"""What the tables hold, as plain values, read past the services."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models.dynamo_type import Item

from shared.services import SERVICES
from tests.harness.aws.ground import table_name
from tests.harness.aws.tables import table
from tests.simulation.aws.world import World

Row = Mapping[str, Any]


def about(row: Row) -> str | None:
    """Whom a row is about."""
    if row["pk"].startswith("CUSTOMER#"):
        return customer_of(row)
    if row["kind"] == "membership":
        return str(row["sk"])
    who: str | None = row.get("customer_id") or str(row.get("account", "")).partition("#")[0]
    return who or None


def customer_of(row: Row) -> str:
    """Whose row it is, by its partition."""
    return str(row["pk"]).removeprefix("CUSTOMER#")


@dataclass(frozen=True)
class Tables:
    """All rows of all tables, by service, as they are at one moment."""

    rows: Mapping[str, list[Row]]

    @classmethod
    def of(cls, services: tuple[str, ...] = SERVICES) -> Tables:
        """The tables as they are."""
        return cls({service: list(_rows(service)) for service in services})

    def of_kind(self, service: str, kind: str) -> list[Row]:
        """The rows of one kind of item."""
        return [row for row in self.rows[service] if row["kind"] == kind]

    def at(self, service: str, pk: str, sk: str) -> Row | None:
        """One row."""
        return next((row for row in self.rows[service] if row["pk"] == pk and row["sk"] == sk), None)

    def own(self, service: str, customer_id: str, sk: str) -> Row | None:
        """A row in a customer's partition."""
        return self.at(service, f"CUSTOMER#{customer_id}", sk)

    @property
    def merged(self) -> dict[str, str]:
        """Which guest turned out to be which customer, as customers keeps it."""
        return {customer_of(row): row["merged_into"] for row in self.of_kind("customers", "merged_profile")}

    def survivor(self, customer_id: str) -> str:
        """Who somebody is by now, to customers."""
        return self.merged.get(customer_id, customer_id)

    def digest(self) -> str:
        """The same for the same contents, in whatever order."""
        lines = sorted(
            json.dumps([service, row], sort_keys=True) for service in self.rows for row in self.rows[service]
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def waiting_text(world: World) -> list[tuple[str, str]]:
    """Every message that waits, and every dead letter, with where it is."""
    inboxes = [(f"inbox of {name}", one.body) for name, queue in world.queues.items() for one in queue.waiting]
    return inboxes + [
        (f"dead letters of {name}", one.body) for name, queue in world.queues.items() for one in queue.dead
    ]


def stored_form(row: Row) -> dict[str, Any]:
    """A row as DynamoDB gives it."""
    assert isinstance(row, _StoredRow)
    return dict(row.stored)


def _rows(service: str) -> Iterator[Row]:
    for held in table(table_name(service)).items.values():
        for item in held.values():
            yield _plain(item)


def _plain(item: Item) -> Row:
    """Moto puts a new item for each write, so what one says can be kept with it."""
    known: Row | None = getattr(item, "simulated_row", None)
    if known is None:
        known = _StoredRow(item.to_json()["Attributes"])
        item.simulated_row = known  # type: ignore[attr-defined]
    return known


class _StoredRow(dict[str, Any]):
    """A row that remembers its form in DynamoDB."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        super().__init__((name, _value(value)) for name, value in stored.items())
        self.stored = stored


def _value(typed: Mapping[str, Any]) -> Any:
    [(kind, value)] = typed.items()
    match kind:
        case "N":
            return int(value)
        case "S" if value[:1] in {"{", "["}:
            return json.loads(value)
        case "B" if isinstance(value, bytes):
            value = value.hex()
        case "L":
            return [_value(each) for each in value]
        case "M":
            return {name: _value(each) for name, each in value.items()}
        case "NULL":
            return None
    return value
