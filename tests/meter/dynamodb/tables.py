"""The services' tables as their templates have them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from shared.services import SERVICES
from tests.harness.aws.ground import STAGE, resources
from tests.meter.dynamodb.capacity import Index, Table


@cache
def tables() -> Mapping[str, Table]:
    """Every service's table, by the name it has at the tests' stage."""
    return {table.name: table for table in map(_table, SERVICES)}


def _table(service: str) -> Table:
    properties = resources(service)["Resources"]["Table"]["Properties"]
    indexes = tuple(_index(index) for index in properties.get("GlobalSecondaryIndexes", ()))
    return Table(f"regulars-{STAGE}-{service}", _keys(properties), indexes)


def _index(properties: Mapping[str, Any]) -> Index:
    projection = properties["Projection"]
    everything = projection["ProjectionType"] == "ALL"
    projected = None if everything else frozenset(projection.get("NonKeyAttributes", ()))
    return Index(properties["IndexName"], _keys(properties), projected)


def _keys(properties: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(key["AttributeName"] for key in properties["KeySchema"])
