"""moto's DynamoDB without the way through HTTP: the same engine, some ten times as fast.

A call that moto refuses is made once more the long way, so that the error is the one botocore makes of it. Nothing
is written by a refused call, so the second is refused alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

from botocore.client import BaseClient
from moto.core import DEFAULT_ACCOUNT_ID  # type: ignore[attr-defined]
from moto.dynamodb.responses import DynamoHandler

from tests.harness.aws.tables import REGION

_METHODS: Final[Mapping[str, str]] = {
    "GetItem": "get_item",
    "PutItem": "put_item",
    "DeleteItem": "delete_item",
    "Query": "query",
    "Scan": "scan",
    "BatchGetItem": "batch_get_item",
    "BatchWriteItem": "batch_write_item",
    "TransactWriteItems": "transact_write_items",
}
_CLIENT: Final[Any] = BaseClient  # the stubs leave out what is private
_THE_LONG_WAY: Final = _CLIENT._make_api_call


@contextmanager
def direct_calls() -> Iterator[None]:
    """Let every client of this process make its calls so."""

    def directly(client: BaseClient, operation: str, params: Mapping[str, Any]) -> Any:
        return call(operation, params, lambda: _THE_LONG_WAY(client, operation, params))

    with mock.patch.object(_CLIENT, "_make_api_call", directly):
        yield


@contextmanager
def calls_through_botocore() -> Iterator[None]:
    """Let calls go the long way again, for whoever looks at what botocore sends and is answered."""
    with mock.patch.object(_CLIENT, "_make_api_call", _THE_LONG_WAY):
        yield


def call(operation: str, params: Mapping[str, Any], the_long_way: Callable[[], Any]) -> Any:
    """Make a DynamoDB call."""
    method = _METHODS.get(operation)
    if method is None:
        return the_long_way()
    handler = DynamoHandler()
    handler.region, handler.current_account, handler.body = REGION, DEFAULT_ACCOUNT_ID, dict(params)
    try:
        return getattr(handler, method)().result
    except Exception:  # noqa: BLE001  # whatever it is, botocore says it in its own way
        return the_long_way()
