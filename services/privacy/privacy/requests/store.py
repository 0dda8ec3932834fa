"""Requests in the table: the request itself, the guard that keeps it the only open one, and its two indexes."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from operator import attrgetter
from typing import Final

from pynamodb.attributes import JSONAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb_attributes import UnicodeEnumAttribute

from privacy.requests import rules
from privacy.requests.models import Answer, RequestKind, RequestStatus
from privacy.table import PrivacyItem
from shared.items.keys import SHARDS, customer_partition, shard_of
from shared.items.personal import Export, Ground, keep, personal, plain
from shared.items.table import find
from shared.jobs import rows_due

_PREFIX: Final = "REQUEST#"
_KEPT: Final = keep(Ground.ERASURE)


class RequestsByTime(GlobalSecondaryIndex["Request"]):
    """Which requests of a status are there, newest first? Ids sort by time, so the key itself is the order."""

    class Meta:
        index_name = "requests_by_time"
        projection = IncludeProjection(
            ["kind", "asks_for", "customer_id", "status", "created_at", "due_at", "completed_at", "answers"]
        )

    listed_in = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class RequestsOpen(GlobalSecondaryIndex["Request"]):
    """Which requests is the chase to look at by a day? Those that are done stay in it for two days."""

    class Meta:
        index_name = "requests_open"
        projection = IncludeProjection(["kind"])

    open_shard = UnicodeAttribute(hash_key=True)
    chase_on = UnicodeAttribute(range_key=True)


class Request(PrivacyItem, discriminator="request"):
    """`REQUEST#<id>` / `REQUEST`. It names a person by id only, and stays as the proof that they were erased."""

    asks_for = personal(UnicodeEnumAttribute(RequestKind), "user.privacy_preferences", _KEPT)
    customer_id = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", _KEPT)
    status = personal(UnicodeEnumAttribute(RequestStatus), "user.privacy_preferences", _KEPT)
    requested_by = personal(UnicodeAttribute(), "user.unique_id", keep(Ground.STAFF), export=Export.LEFT_OUT)
    created_at = personal(UTCDateTimeAttribute(), "user.privacy_preferences", _KEPT)
    due_at = personal(UTCDateTimeAttribute(), "user.privacy_preferences", _KEPT)
    approved_by = personal(UnicodeAttribute(null=True), "user.unique_id", keep(Ground.STAFF), export=Export.LEFT_OUT)
    approved_at = personal(UTCDateTimeAttribute(null=True), "user.privacy_preferences", _KEPT)
    cancelled_by = personal(UnicodeAttribute(null=True), "user.unique_id", keep(Ground.STAFF), export=Export.LEFT_OUT)
    cancelled_at = personal(UTCDateTimeAttribute(null=True), "user.privacy_preferences", _KEPT)
    completed_at = personal(UTCDateTimeAttribute(null=True), "user.privacy_preferences", _KEPT)
    answers = personal(JSONAttribute(null=True), "user.privacy_preferences", _KEPT, bound="an Answer by each service")

    listed_in = plain(UnicodeAttribute())
    open_shard = plain(UnicodeAttribute(null=True))
    chase_on = plain(UnicodeAttribute(null=True))  # a day, YYYY-MM-DD

    requests_by_time = RequestsByTime()
    requests_open = RequestsOpen()

    @property
    def id(self) -> str:
        """The request's id, `req_…`."""
        return self.pk.removeprefix(_PREFIX)

    def turn(self, status: RequestStatus, now: datetime) -> None:
        """Take a status, and the places in the indexes that go with it."""
        self.status = status
        self.listed_in = f"{status}#{shard_of(self.id)}"
        self.look_on(rules.first_look(status, self.due_at, now))

    def look_on(self, day: date | None) -> None:
        """Let the chase look at it on a day, or no more."""
        self.open_shard = shard_of(self.id) if day else None
        self.chase_on = day.isoformat() if day else None

    def answered(self) -> dict[str, Answer]:
        """What the services answered so far."""
        return {service: Answer.model_validate(answer) for service, answer in (self.answers or {}).items()}


class OpenRequest(PrivacyItem, discriminator="open_request"):
    """`CUSTOMER#<id>` / `OPEN#<kind>`: there is one open request of a kind a customer, and this says which."""

    request_id = plain(UnicodeAttribute())


def new_request(request_id: str) -> Request:
    """A fresh item for a request."""
    return Request(_PREFIX + request_id, "REQUEST")


def new_guard(customer_id: str, kind: RequestKind, request_id: str) -> OpenRequest:
    """A fresh guard: it cannot be stored while another is there."""
    return OpenRequest(customer_partition(customer_id), _guard_key(kind), request_id=request_id)


def find_request(request_id: str) -> Request | None:
    """The request as it is now."""
    return find(Request, _PREFIX + request_id, "REQUEST")


def find_guard(customer_id: str, kind: RequestKind) -> OpenRequest | None:
    """The guard of the customer's open request of a kind."""
    return find(OpenRequest, customer_partition(customer_id), _guard_key(kind))


def newest_first(statuses: Iterable[RequestStatus], before: str | None, limit: int) -> list[Request]:
    """Requests of these statuses that are older than the request `before`, `limit` at most.

    They come from an index: what changed a moment ago may be missing, or there twice.
    """
    places = [f"{status}#{shard}" for status in statuses for shard in SHARDS]
    merged = heapq.merge(*(_newest_in(place, before, limit) for place in places), key=attrgetter("pk"), reverse=True)
    return list(itertools.islice(merged, limit))


def to_chase(today: date) -> Iterator[str]:
    """Ids of open requests that the chase is to look at by `today`, the longest due first."""
    for request in rows_due(Request.requests_open, Request.chase_on, today.isoformat()):
        yield request.id


def _newest_in(place: str, before: str | None, limit: int) -> Iterator[Request]:
    older = Request.pk < _PREFIX + before if before else None
    return Request.requests_by_time.query(place, older, scan_index_forward=False, limit=limit)


def _guard_key(kind: RequestKind) -> str:
    return f"OPEN#{kind}"
