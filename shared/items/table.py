"""The base of every DynamoDB item, and the one way of writing items.

The item is the outbox: `tell` puts events on it, and the same write that changes the item stores them. An item that
is read and written again without `tell` loses them, so nothing is told twice. The stream's relay
(shared.messages.outbox) builds each event's data from the image that carried it.

Every item has a version. A fresh item may not exist yet; a loaded one must still have the version it was loaded
with. So `commit` never overwrites what it has not seen.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final, Self, TypeVar

from pynamodb.attributes import ListAttribute, MapAttribute, UnicodeAttribute, UTCDateTimeAttribute, VersionAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.exceptions import DoesNotExist, PutError, PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite
from pynamodb_attributes import IntegerAttribute

from shared import clock, ids
from shared.events.base import EventData
from shared.items.personal import Export, Ground, keep, personal, plain
from shared.items.readable import UnreadableItemError, broken_attribute
from shared.messages.cause import Cause
from shared.runtime import aws

I = TypeVar("I", bound="Item")  # noqa: E741
R = TypeVar("R")

# TransactWriteItems takes 100 operations at most (DynamoDB service quotas).
LARGEST_TRANSACTION: Final = 100
# With full jitter up to 0.8 s, six tries wait 1.3 s on average: well inside every function's 30 s.
TRIES: Final = 6
_FIRST_PAUSE: Final = 0.05

_LOST_CONDITION: Final = "ConditionalCheckFailed"
_LOST_TO_A_TRANSACTION: Final = "TransactionConflict"
_THROTTLED: Final = frozenset(
    {
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
    }
)
_ID_KEPT: Final = keep(Ground.SUPPRESSION)

# Reading a profile would spend two thirds of its time on the events, which nobody looks at.
_TOLD: Final = frozenset({"events", "outbox"})


class LostRaceError(Exception):
    """The item changed, or came to be, after it was read."""


class BusyError(Exception):
    """DynamoDB kept refusing for conflicts or throttling until the tries ran out; trying again later may work."""


class Told(MapAttribute[str, Any]):
    """One event that an item carries; its data is built from the item when it is published."""

    name = plain(UnicodeAttribute())
    id = plain(UnicodeAttribute())
    at = plain(UTCDateTimeAttribute())
    actor = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", _ID_KEPT, export=Export.LEFT_OUT)
    correlation_id = plain(UnicodeAttribute())
    causation_id = plain(UnicodeAttribute(null=True))
    # What the event is about, where one item tells the same event of several things: a segment's id, say.
    about = personal(UnicodeAttribute(null=True), "user.behavior", _ID_KEPT, export=Export.LEFT_OUT)


class TableMeta:
    """What the `Meta` of every table shares. Short timeouts: DynamoDB answers in milliseconds or not at all."""

    region: ClassVar[str] = aws.region()
    connect_timeout_seconds: ClassVar[int] = 2
    read_timeout_seconds: ClassVar[int] = 5
    max_retry_attempts: ClassVar[int] = 3


class Item(Model):
    """Base of the items of all tables. A service's own base adds `kind`, the discriminator, and its indexes."""

    # Keys name a person by nothing but a random id, a card's number or a keyed hash.
    pk = personal(UnicodeAttribute(hash_key=True), "user.unique_id.pseudonymous", _ID_KEPT, export=Export.LEFT_OUT)
    sk = personal(UnicodeAttribute(range_key=True), "user.unique_id.pseudonymous", _ID_KEPT, export=Export.LEFT_OUT)
    version = plain(VersionAttribute())
    # Gone with the item's next write; an erasure's own write may tell some.
    events = personal(
        ListAttribute(of=Told, null=True),
        "user.behavior",
        _ID_KEPT,
        export=Export.LEFT_OUT,
        bound="what one write tells",
    )
    # The scalar mark beside the list: a stream's filter sees scalars only. It is the first event's id.
    outbox = plain(UnicodeAttribute(null=True))

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """The item without the events that it carried: they are told already. Raises UnreadableItemError."""
        try:
            return super().from_raw_data({name: value for name, value in data.items() if name not in _TOLD})
        except Exception as error:
            raise UnreadableItemError(broken_attribute(cls, data)) from error

    @classmethod
    def _get_connection(cls) -> TableConnection:
        """PynamoDB's own, with the process's one client, where it would make one a class (docs/decisions/0008)."""
        own = super()._get_connection()
        own.connection._client = _connection().client  # noqa: SLF001
        return own

    def tell(self, event: type[EventData], cause: Cause, *, about: str | None = None) -> None:
        """Let the next write of this item also tell `event`."""
        told = Told(  # type: ignore[no-untyped-call]
            name=event.__name__,
            id=ids.new_event_id(),
            at=clock.now(),
            actor=cause.actor,
            correlation_id=cause.correlation_id,
            causation_id=cause.causation_id,
            about=about,
        )
        self.events = [*(self.events or []), told]
        self.outbox = self.events[0].id


class Expiring(Model):
    """Mixed into items that are rubbish after a while: DynamoDB deletes them some time after `expires_at`."""

    expires_at = plain(IntegerAttribute())  # epoch seconds


@dataclass(frozen=True)
class Put:
    """One item to write whole. `error` is raised when this very write's condition fails; LostRaceError without."""

    item: Item
    condition: Condition | None = None
    error: Exception | None = None


@dataclass(frozen=True)
class Delete:
    """One item to delete, at the version at which it was loaded."""

    item: Item
    condition: Condition | None = None
    error: Exception | None = None


@dataclass(frozen=True)
class Check:
    """One item that must be as `condition` says, and is not written: it guards the other writes of a commit."""

    kind: type[Item]
    pk: str
    sk: str
    condition: Condition
    error: Exception | None = None


Write = Put | Delete | Check


def find(kind: type[I], pk: str, sk: str) -> I | None:
    """The item as it is now (a consistent read), or None."""
    try:
        return kind.get(pk, sk, consistent_read=True)
    except DoesNotExist:
        return None


def commit(*writes: Write | None) -> None:
    """Make all the writes or none; None stands for a write that is not needed.

    Raises the error of the first write whose condition failed (LostRaceError where it names none), and BusyError
    when conflicts or throttling outlast the tries.
    """
    retry_busy(lambda: _write_once([write for write in writes if write is not None]))
    for put in (write for write in writes if isinstance(write, Put)):
        put.item.events = put.item.outbox = None  # stored: the object's next write must not tell them again


def retry_lost_races(attempt: Callable[[], R]) -> R:
    """Run `attempt`, which reads, decides and commits, again while another writer keeps getting in between.

    Raises LostRaceError when it loses to the end.
    """
    return _try_again(attempt, LostRaceError)


def retry_busy(attempt: Callable[[], R]) -> R:
    """Run `attempt` again while DynamoDB is too busy for it. Raises BusyError when it is to the end."""
    return _try_again(attempt, BusyError)


def read_image(base: type[I], image: Mapping[str, Any]) -> tuple[I, list[Told]]:
    """The item of a stream record's image, and the events that it carries."""
    item = base.from_raw_data(dict(image))
    carried = image.get("events", {}).get("L")
    return item, Item.events.deserialize(carried) if carried else []


def _try_again(attempt: Callable[[], R], after: type[Exception]) -> R:
    for pause in _pauses():
        try:
            return attempt()
        except after:
            if pause is None:
                raise
            time.sleep(pause)
    raise AssertionError


def _pauses() -> Iterator[float | None]:
    """Seconds to wait after each try, with full jitter; None after the last."""
    for tried in range(TRIES - 1):
        yield random.uniform(0, _FIRST_PAUSE * 2**tried)  # noqa: S311  # jitter, not a secret
    yield None


def _write_once(writes: list[Write]) -> None:
    if not writes:
        return
    if len(writes) == 1 and isinstance(writes[0], Put):
        _put(writes[0])
    else:
        _transact(writes)


def _put(write: Put) -> None:
    try:
        write.item.save(write.condition)
    except PutError as error:
        raise _meaning(error, error.cause_response_code, write) from error


def _transact(writes: list[Write]) -> None:
    # PynamoDB sends checks, deletions and puts in this order, and the reasons of a cancellation come in it.
    in_order = sorted(writes, key=lambda write: (Check, Delete, Put).index(type(write)))
    try:
        with TransactWrite(connection=_connection()) as transaction:
            for write in in_order:
                _add(transaction, write)
    except TransactWriteError as error:
        raise _meaning_of_cancellation(error, in_order) from error


def _add(transaction: TransactWrite, write: Write) -> None:
    match write:
        case Put():
            transaction.save(write.item, write.condition)
        case Delete():
            transaction.delete(write.item, write.condition)
        case Check():
            transaction.condition_check(write.kind, write.pk, write.sk, write.condition)


def _meaning_of_cancellation(error: TransactWriteError, writes: list[Write]) -> Exception:
    reasons = list(zip(error.cancellation_reasons, writes, strict=False))
    for reason, write in reasons:
        if reason is not None and reason.code == _LOST_CONDITION:
            return _meaning(error, reason.code, write)
    for reason, write in reasons:
        if reason is not None:
            return _meaning(error, reason.code, write)
    return _meaning(error, error.cause_response_code, writes[0])


def _meaning(error: PynamoDBException, code: str | None, write: Write) -> Exception:
    if code in {_LOST_CONDITION, "ConditionalCheckFailedException"}:
        return write.error or LostRaceError()
    if code in _THROTTLED or code in {
        _LOST_TO_A_TRANSACTION,
        "TransactionConflictException",
        "TransactionInProgressException",
    }:
        return BusyError()
    return error


@cache
def _connection() -> Connection:
    return Connection(
        region=TableMeta.region,
        connect_timeout_seconds=TableMeta.connect_timeout_seconds,
        read_timeout_seconds=TableMeta.read_timeout_seconds,
        max_retry_attempts=TableMeta.max_retry_attempts,
    )
