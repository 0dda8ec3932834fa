"""Many customers at once: their items written straight into the tables, as the services would have stored them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ulid import ULID

from shared.items.keys import customer_partition, shard_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from infra.local.stage import LocalStage

Item = dict[str, Any]

# BatchWriteItem's limit (DynamoDB quota), and what two cores keep up with.
_A_BATCH: Final = 25
_AT_ONCE: Final = 4
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


def customer_id(number: int) -> str:
    """The id of the customer with this number, the same in every run."""
    moment = int((_EPOCH + timedelta(seconds=number)).timestamp() * 1000)
    return f"cus_{ULID.from_bytes(moment.to_bytes(6, 'big') + number.to_bytes(10, 'big'))}"


def fill(stage: LocalStage, numbers: range) -> None:
    """Let there be the customers of these numbers: profile, stats and account, registered, with an order each."""
    dynamodb = stage.deployment.session.client("dynamodb", endpoint_url=stage.cloud.endpoint)
    name = f"regulars-{stage.deployment.stage}"
    tables = {f"{name}-customers": (_profile, _stats), f"{name}-loyalty": (_account,)}
    requests = (
        (table, {"PutRequest": {"Item": make(number)}})
        for number in numbers
        for table, makers in tables.items()
        for make in makers
    )
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for some in _batches(requests, _A_BATCH * 200):
            list(pool.map(lambda batch: _write(dynamodb, batch), _batches(some, _A_BATCH)))


def _write(dynamodb: DynamoDBClient, batch: list[tuple[str, Item]]) -> None:
    left: Mapping[str, Any] = {}
    for table, request in batch:
        left = {**left, table: [*left.get(table, []), request]}
    while left:
        left = dynamodb.batch_write_item(RequestItems=left)["UnprocessedItems"]


def _batches(entries: Iterable[Any], size: int) -> Iterator[list[Any]]:
    left = iter(entries)
    while batch := list(itertools.islice(left, size)):
        yield batch


def _profile(number: int) -> Item:
    one = customer_id(number)
    moment = _moment(number)
    return {
        "pk": {"S": customer_partition(one)},
        "sk": {"S": "PROFILE"},
        "kind": {"S": "profile"},
        "version": {"N": "1"},
        "status": {"S": "active"},
        "source": {"S": "registration"},
        "email": {"S": f"ada.lovelace{number}@example.com"},
        "email_verified": {"BOOL": True},
        "first_name": {"S": "Ada"},
        "last_name": {"S": "Lovelace"},
        "phone": {"S": f"+1202{number:07}"},
        "date_of_birth": {"S": "1986-07-14"},
        "locale": {"S": "en-US"},
        "consents": {"S": "[]"},
        "created_at": {"S": moment},
        "registered_at": {"S": moment},
        "shard": {"S": shard_of(one)},
        "listed_at": {"S": f"{(_EPOCH + timedelta(seconds=number)).isoformat(timespec='microseconds')}#{one}"},
    }


def _stats(number: int) -> Item:
    moment = _moment(number)
    return {
        "pk": {"S": customer_partition(customer_id(number))},
        "sk": {"S": "STATS#USD"},
        "kind": {"S": "stats"},
        "version": {"N": "1"},
        "orders": {"N": "1"},
        "spent": {"N": "4490"},
        "first_order_at": {"S": moment},
        "last_order_at": {"S": moment},
    }


def _account(number: int) -> Item:
    one = customer_id(number)
    return {
        "pk": {"S": customer_partition(one)},
        "sk": {"S": "ACCOUNT"},
        "kind": {"S": "account"},
        "version": {"N": "1"},
        "earned": {"N": "449"},
        "entries": {"N": "1"},
        "tier": {"S": "bronze"},
        "lots": {"S": '{"2037-01-01":449}'},
        "due_at": {"S": "2036-12-02T00:00Z"},
        "due_shard": {"S": shard_of(one)},
        "registered_at": {"N": str(int((_EPOCH + timedelta(seconds=number)).timestamp()) * 1_000_000)},
    }


def _moment(number: int) -> str:
    return (_EPOCH + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.%f+0000")
