"""Reads whole tables of the services, for checks from outside. No API offers this, and none should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_read_value = TypeDeserializer().deserialize


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
        asked: dict[str, Any] = {
            "ExpressionAttributeValues": {f":{name}": {"S": text} for name, text in values.items()}
        }
        if "#status" in condition:
            asked["ExpressionAttributeNames"] = {"#status": "status"}
        pages = self._pages(service, Select="COUNT", FilterExpression=condition, **asked)
        return sum(page["Count"] for page in pages)

    def _pages(self, service: str, **options: Any) -> Iterator[Any]:
        paginator = self.dynamodb.get_paginator("scan")
        return iter(paginator.paginate(TableName=f"regulars-{self.stage}-{service}", ConsistentRead=True, **options))
