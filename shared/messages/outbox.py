"""The relay: reads the table's stream, and tells the events that items carry to the bus.

It builds a record's events from the record's own image, so it tells exactly the stored data. The stream may repeat a
record. Then the same event is told again, because its id and data come from the item.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from shared.events.base import EventData, Metadata
from shared.items.table import Item, Told, read_image
from shared.runtime.aws import client
from shared.runtime.observability import count, describe, logger

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

# PutEvents takes at most ten entries and 256 KB (EventBridge quotas). The margin is for the fields around the detail.
ENTRIES_A_CALL: Final = 10
BYTES_A_CALL: Final = 240 * 1024

T = TypeVar("T")
# Builds an event's data from the item that carries the event.
Build = Callable[[Any, Told], EventData]
# The builders of a service, by the names of the events.
Builders = Mapping[str, Build]


@dataclass(frozen=True)
class Announcement:
    """One entry for the bus, with the sequence number of its stream record."""

    sequence_number: str
    entry: PutEventsRequestEntryTypeDef


@dataclass(frozen=True)
class Relay:
    """The relay of one service. `base` is its table's base item, and `builders` name the events that it tells."""

    service: str
    base: type[Item]
    builders: Builders
    bus_name: str

    def publish(self, event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
        """Publish the events of a batch of stream records.

        Returns the partial batch response: the first failed record. Lambda delivers again from there.
        """
        failed: set[str] = set()
        announcements: list[Announcement] = []
        for record in event["Records"]:
            try:
                announcements.extend(self._announcements(record["dynamodb"]))
            except Exception as error:  # noqa: BLE001  # one bad record fails alone
                logger.error("record not told", extra={"event_id": record.get("eventID"), **describe(error)})
                failed.add(record["dynamodb"]["SequenceNumber"])
        for batch in batches(announcements, lambda announcement: announcement.entry):
            failed |= _put_events(batch)
        count("EventsTold", len(announcements))
        return {"batchItemFailures": [{"itemIdentifier": number} for number in sorted(failed, key=int)[:1]]}

    def entries_of(self, image: Mapping[str, Any]) -> list[PutEventsRequestEntryTypeDef]:
        """The events of an item in DynamoDB's own form, as entries for PutEvents."""
        item, carried = read_image(self.base, image)
        return [self._entry(item, told) for told in carried]

    def _announcements(self, record: Mapping[str, Any]) -> Iterator[Announcement]:
        # A deletion has no new image. So an event about a deletion is stored on another item.
        for entry in self.entries_of(record.get("NewImage", {})) if "NewImage" in record else ():
            yield Announcement(record["SequenceNumber"], entry)

    def _entry(self, item: Item, told: Told) -> PutEventsRequestEntryTypeDef:
        data = self._build(item, told)
        metadata = Metadata(
            event_id=told.id,
            occurred_at=told.at,
            correlation_id=told.correlation_id,
            causation_id=told.causation_id,
            customer_id=getattr(data, "customer_id", None),
            version=item.version or 0,
            actor=told.actor,
        )
        detail = {"metadata": metadata.model_dump(mode="json"), "data": data.model_dump(mode="json")}
        return {
            "EventBusName": self.bus_name,
            "Source": f"regulars.{self.service}",
            "DetailType": told.name,
            "Time": told.at,
            "Detail": json.dumps(detail, separators=(",", ":")),
        }

    def _build(self, item: Item, told: Told) -> EventData:
        return self.builders[told.name](item, told)


def batches(things: Iterable[T], entry_of: Callable[[T], PutEventsRequestEntryTypeDef]) -> Iterator[list[T]]:
    """The things in their order, in batches whose entries one call takes. A larger entry is a batch of its own."""
    batch: list[T] = []
    filled = 0
    for thing in things:
        size = _size_of(entry_of(thing))
        if batch and (len(batch) == ENTRIES_A_CALL or filled + size > BYTES_A_CALL):
            yield batch
            batch, filled = [], 0
        batch.append(thing)
        filled += size
    if batch:
        yield batch


def _size_of(entry: PutEventsRequestEntryTypeDef) -> int:
    """The entry's bytes, nearly as EventBridge counts them."""
    return len(entry["Detail"].encode()) + len(entry["DetailType"]) + len(entry["Source"])


def _put_events(batch: Sequence[Announcement]) -> set[str]:
    """Publish a batch. Returns the sequence numbers of the records whose entries the bus did not take."""
    try:
        answer = client("events").put_events(Entries=[announcement.entry for announcement in batch])
    except Exception as error:  # noqa: BLE001  # the stream delivers them again
        logger.error("bus not reached", extra=describe(error))
        return {announcement.sequence_number for announcement in batch}
    if not answer["FailedEntryCount"]:
        return set()
    refused = [(a, r) for a, r in zip(batch, answer["Entries"], strict=True) if r.get("ErrorCode")]
    logger.warning("bus refused entries", extra={"codes": [result["ErrorCode"] for _, result in refused]})
    return {announcement.sequence_number for announcement, _ in refused}
