"""Idempotency-Key: the first answer is stored with the effect, in the same transaction, and is given again.

The caller, the route, the values in its path and the key determine a receipt's name. The receipt holds the fingerprint
of the body, so that the same key with another body is refused. Two simultaneous requests both try to put the receipt.
One transaction loses whole, reads the winner's receipt and replays it.

An answer may hold personal data. So it lies where an erasure sweeps anyway: in the customer's own partition
(`CUSTOMER#<id>` / `RECEIPT#<hash>`). A route under `/customers/{customer_id}` knows this partition in advance. A
request that creates a customer does not. Its use case takes `attempt.receipts_of(customer_id, view)`, which puts the
answer into the new customer's partition, and a pointer to it under `RECEIPT#<hash>`. Any other answer (of a segment, a
campaign) lies under `RECEIPT#<hash>` itself. DynamoDB removes receipts some time after `expires_at`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, final

from pynamodb.attributes import UnicodeAttribute
from pynamodb_attributes import IntegerAttribute

from shared.contract import Idempotency
from shared.errors import BadRequestError, GoneError, InvalidError
from shared.http.replies import NO_HEADERS, headers_of
from shared.items.keys import customer_partition
from shared.items.personal import DROP, Export, Ground, keep, personal, plain
from shared.items.table import Expiring, Item, Put, find

if TYPE_CHECKING:
    from shared.auth import Principal

# Twice the promised 24 hours: a client that retries "tomorrow" is still safe.
KEPT_SECONDS: Final = 48 * 3600
_CUSTOMER_ID: Final = "customer_id"
# Visible ASCII, at most 255 characters (draft-ietf-httpapi-idempotency-key leaves the length to the server).
KEY: Final = r"[!-~]{1,255}"
_KEY: Final = re.compile(KEY)


class ReplayError(Exception):
    """Another request with the same key was faster. Its receipt holds the answer."""


class KeyRequiredError(BadRequestError):
    """The route moves value, and a retry must not move it twice."""

    slug = "idempotency-key-required"
    title = "Send an Idempotency-Key header"


class KeyReusedError(InvalidError):
    """The key was used for another request before."""

    slug = "idempotency-key-reused"
    title = "This Idempotency-Key was used with another body"


class ReceiptMixin(Item, Expiring):
    """The attributes of a receipt. A service's own is `class Receipt(<its base>, ReceiptMixin, discriminator=…)`."""

    # A hash of what was sent; DynamoDB removes it with the receipt.
    fingerprint = personal(
        UnicodeAttribute(), "user.unique_id.pseudonymous", keep(Ground.SUPPRESSION), export=Export.LEFT_OUT
    )
    status = plain(IntegerAttribute())
    headers = personal(UnicodeAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    body = personal(UnicodeAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    # The partition of the answer itself, if it is another one.
    held_by = personal(
        UnicodeAttribute(null=True), "user.unique_id.pseudonymous", keep(Ground.SUPPRESSION), export=Export.LEFT_OUT
    )


class Dump(Protocol):
    def __call__(self, view: object) -> str:
        """The JSON text of `view`."""


@dataclass(frozen=True)
class Answer:
    """An earlier answer."""

    status: int
    headers: dict[str, str]
    body: str


@final
class Attempt:
    """A request that carries an Idempotency-Key. A use case adds `attempt and attempt.receipt(view)` to its commit."""

    def __init__(self, receipts: type[ReceiptMixin], name: ReceiptName, dump: Dump, status: int) -> None:
        self._receipts = receipts
        self._name = name
        self._dump = dump
        self._status = status
        self._expired: ReceiptMixin | None = None

    def receipt(self, view: object, status: int | None = None, headers: Mapping[str, str] = NO_HEADERS) -> Put:
        """The write that stores `view` as the answer. It fails with ReplayError if another request was faster.

        `status` and `headers` are those of the handler's Reply, if it returns one.
        """
        if self._name.partition is None and str(getattr(view, "id", "")).startswith("cus_"):
            message = "an answer about a new customer belongs into their partition: use receipts_of"
            raise AssertionError(message)
        return self._answer((self._name.pk, self._name.sk), view, status, headers)

    def receipts_of(
        self, customer_id: str, view: object, status: int | None = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> tuple[Put, ...]:
        """The writes that store an answer about a customer whom this request creates."""
        if self._name.partition is not None:
            return (self.receipt(view, status, headers),)
        held_by = customer_partition(customer_id)
        pointer = self._item((self._name.pk, self._name.sk), status)
        pointer.held_by, pointer.body, pointer.headers = held_by, None, None
        return Put(pointer, error=ReplayError()), self._answer((held_by, self._name.held_sk), view, status, headers)

    def replay(self) -> Answer | None:
        """The earlier answer, or None if there is none within KEPT_SECONDS.

        Raises KeyReusedError if it answered another body, GoneError if its customer has been erased since.
        """
        found = find(self._receipts, self._name.pk, self._name.sk)
        if found is None or found.expires_at <= _now():
            self._expired = found
            return None
        if found.fingerprint != self._name.fingerprint:
            raise KeyReusedError
        return _answer_in(self._held(found))

    def _held(self, found: ReceiptMixin) -> ReceiptMixin:
        if found.held_by is None:
            return found
        held = find(self._receipts, found.held_by, self._name.held_sk)
        if held is None:
            raise GoneError("The answer to this Idempotency-Key has been erased.")
        return held

    def _answer(self, key: tuple[str, str], view: object, status: int | None, headers: Mapping[str, str]) -> Put:
        item = self._item(key, status)
        item.headers = json.dumps(headers_of(view) | dict(headers))
        item.body = self._dump(view)
        item.held_by = None
        return Put(item, error=ReplayError())

    def _item(self, key: tuple[str, str], status: int | None) -> ReceiptMixin:
        # An expired receipt that is not removed yet is replaced at its version. A new receipt must not exist yet.
        expired = self._expired
        item = expired if expired and (expired.pk, expired.sk) == key else self._receipts(*key)
        item.fingerprint = self._name.fingerprint
        item.status = status or self._status
        item.expires_at = _now() + KEPT_SECONDS
        return item


@dataclass(frozen=True)
class ReceiptName:
    """The place of a request's receipt, and the fingerprint of its body."""

    digest: str
    partition: str | None
    fingerprint: str

    @classmethod
    def of(cls, principal: Principal, route: str, path: Mapping[str, str], key: str, body: bytes) -> ReceiptName:
        """The name of a request. A repetition of the request has the same name."""
        scope = json.dumps([principal.actor, route, dict(path), key], sort_keys=True)
        customer_id = path.get(_CUSTOMER_ID)
        partition = customer_partition(customer_id) if customer_id else None
        return cls(hashlib.sha256(scope.encode()).hexdigest(), partition, _fingerprint(body))

    @property
    def pk(self) -> str:
        """The receipt's partition: the customer's own if the path names a customer."""
        return self.partition or self.held_sk

    @property
    def sk(self) -> str:
        """The receipt's sort key in its partition."""
        return self.held_sk if self.partition else "RECEIPT"

    @property
    def held_sk(self) -> str:
        """The receipt's sort key in a customer's partition."""
        return f"RECEIPT#{self.digest}"


def read_key(header: str | None, idempotency: Idempotency) -> str | None:
    """The Idempotency-Key of a request, or None if the request has none and needs none.

    Raises KeyRequiredError if a required key is missing, BadRequestError if the header is no key.
    """
    if idempotency is Idempotency.NONE:
        return None
    if header is None:
        if idempotency.is_required:
            raise KeyRequiredError
        return None
    key = header.strip().strip('"')
    if not _KEY.fullmatch(key):
        raise BadRequestError("Idempotency-Key must be 1 to 255 visible ASCII characters.")
    return key


def _fingerprint(body: bytes) -> str:
    """The fingerprint of a body. Equal JSON has one fingerprint, in any spacing and order. Other bodies are bytes."""
    with contextlib.suppress(ValueError, RecursionError):
        body = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    return hashlib.sha256(body).hexdigest()


def _answer_in(receipt: ReceiptMixin) -> Answer:
    return Answer(receipt.status, json.loads(receipt.headers or "{}"), receipt.body or "")


def _now() -> int:
    # Real time, like DynamoDB's own removal: a shift of the local cloud's clock must not give a retry a second effect.
    return int(time.time())
