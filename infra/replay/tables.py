"""Reads whole tables of the services, for checks from outside. No API offers this, and none should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.types import TypeDeserializer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_read_value = TypeDeserializer().deserialize
_ABSENT: Final = {"NULL": True}


@dataclass(frozen=True)
class Tables:
    dynamodb: DynamoDBClient
    stage: str

    def items(self, service: str, kind: str) -> Iterator[dict[str, Any]]:
        """The items of one kind in a service's table, as Python values. Reads the whole table."""
        for page in self._pages(
            service, FilterExpression="kind = :kind", ExpressionAttributeValues={":kind": {"S": kind}}
        ):
            for item in page["Items"]:
                yield {name: _read_value(value) for name, value in item.items()}

    def count(self, service: str, condition: str, **values: str) -> int:
        """The number of a service's items that meet `condition`, which may use `#status`. Reads the whole table."""
        pages = self._pages(service, Select="COUNT", **_asked(condition, values))
        return sum(page["Count"] for page in pages)

    def values(self, service: str, attribute: str, condition: str, **values: str) -> list[Any]:
        """`attribute` of each item that meets `condition`, None where it is absent. Reads the whole table."""
        asked = _asked(condition, values)
        names = {**asked.pop("ExpressionAttributeNames", {}), "#value": attribute}
        pages = self._pages(service, ProjectionExpression="#value", ExpressionAttributeNames=names, **asked)
        return [_read_value(item.get(attribute, _ABSENT)) for page in pages for item in page["Items"]]

    def _pages(self, service: str, **options: Any) -> Iterator[Any]:
        paginator = self.dynamodb.get_paginator("scan")
        return iter(paginator.paginate(TableName=f"regulars-{self.stage}-{service}", ConsistentRead=True, **options))


def _asked(condition: str, values: Mapping[str, str]) -> dict[str, Any]:
    """The filter of a scan."""
    asked: dict[str, Any] = {
        "FilterExpression": condition,
        "ExpressionAttributeValues": {f":{name}": {"S": text} for name, text in values.items()},
    }
    if "#status" in condition:
        asked["ExpressionAttributeNames"] = {"#status": "status"}
    return asked
