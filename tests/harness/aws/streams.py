"""What the streams of the tables carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models.table import StreamShard

from tests.harness.aws.ground import table_name
from tests.harness.aws.tables import table


def records_of(service: str, *, after: str | None = None) -> list[dict[str, Any]]:
    """The records of a table's stream as Lambda gets them, after a sequence number or from the beginning.

    Straight from moto, whose iterators return what was rolled back once a transaction was cancelled.
    """
    shard = shard_of(service)
    start = int(after) - shard.starting_sequence_number + 1 if after else 0
    return [record.to_json() for record in shard.items[start:]]


def is_carried(record: Mapping[str, Any]) -> bool:
    """Whether the event source mapping lets a record pass (infra/generate/service.yaml): those with events do."""
    return record["eventName"] in {"INSERT", "MODIFY"} and "outbox" in record["dynamodb"].get("NewImage", {})


def shard_of(service: str) -> StreamShard:
    """The one shard of a table's stream."""
    shard = table(table_name(service)).stream_shard
    assert shard is not None  # every table has a stream
    return shard
