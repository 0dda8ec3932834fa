"""The consent log in the table: entries that are never changed, and one item a customer that sums them up."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from privacy.consents.models import How
from privacy.table import PrivacyItem, Receipt
from shared.events.customers import Channel, Consent
from shared.items.keys import customer_partition
from shared.items.personal import DROP, Export, Ground, keep, personal, plain
from shared.items.table import find
from shared.items.tombstones import TombstoneMixin

_ENTRIES: Final = "CONSENT#"
_STATE: Final = "CONSENTS"
_RECEIPTS: Final = "RECEIPT#"
_KEPT: Final = keep(Ground.CONSENT)


class ConsentEntry(PrivacyItem, discriminator="consent"):
    """`CUSTOMER#<id>` / `CONSENT#<decided at>#<channel>#<caused by>`: written once, named by what caused it."""

    customer_id = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", _KEPT)
    channel = personal(UnicodeEnumAttribute(Channel), "user.privacy_preferences", _KEPT)
    granted = personal(BooleanAttribute(), "user.privacy_preferences", _KEPT)
    decided_at = personal(UTCDateTimeAttribute(), "user.privacy_preferences", _KEPT)
    how = personal(UnicodeEnumAttribute(How), "user.privacy_preferences", _KEPT)
    entered_by = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", _KEPT, export=Export.LEFT_OUT)
    caused_by = plain(UnicodeAttribute())
    logged_at = personal(UTCDateTimeAttribute(), "user.privacy_preferences", _KEPT)


class ConsentState(PrivacyItem, TombstoneMixin, discriminator="consents"):
    """`CUSTOMER#<id>` / `CONSENTS`: what stands, and how long the log is. Written with each entry.

    An erasure turns it into the tombstone: since every entry is written with it at its version, none can slip past.
    """

    standing = personal(JSONAttribute(null=True), "user.privacy_preferences", DROP, bound="a consent for each channel")
    entries = personal(IntegerAttribute(default=0), "user.privacy_preferences", _KEPT, export=Export.LEFT_OUT)

    def consents(self) -> dict[Channel, Consent]:
        """What stands, by channel."""
        standing = [Consent.model_validate(consent) for consent in self.standing or []]
        return {consent.channel: consent for consent in standing}


def new_entry(customer_id: str, decided: Consent, caused_by: str) -> ConsentEntry:
    """A fresh entry of a decision; it cannot be stored twice for the same cause."""
    at = decided.decided_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return ConsentEntry(
        customer_partition(customer_id),
        f"{_ENTRIES}{at}#{decided.channel}#{caused_by}",
        customer_id=customer_id,
        channel=decided.channel,
        granted=decided.granted,
        decided_at=decided.decided_at,
        caused_by=caused_by,
    )


def find_state(customer_id: str) -> ConsentState | None:
    """The customer's state as it is now, None where nothing was ever logged or erased."""
    return find(ConsentState, customer_partition(customer_id), _STATE)


def state_of(customer_id: str) -> ConsentState:
    """The customer's state as it is now, or a fresh one."""
    return find_state(customer_id) or ConsentState(customer_partition(customer_id), _STATE)


def newest_entries(customer_id: str, before: str | None, limit: int) -> list[ConsentEntry]:
    """Entries of a log that lie before the key `before`, `limit` at most, newest first."""
    first, after_last = _ENTRIES, _ENTRIES + "~"
    between = ConsentEntry.sk.between(first, before or after_last)
    # `between` takes both ends in, so the entry at `before` comes first and is dropped.
    found = ConsentEntry.query(
        customer_partition(customer_id),
        between,
        consistent_read=True,
        scan_index_forward=False,
        limit=limit + (1 if before else 0),
    )
    return [entry for entry in found if entry.sk != before]


def all_entries(customer_id: str) -> list[ConsentEntry]:
    """The whole log."""
    partition = customer_partition(customer_id)
    return list(ConsentEntry.query(partition, ConsentEntry.sk.startswith(_ENTRIES), consistent_read=True))


def receipts_of(customer_id: str) -> list[Receipt]:
    """The answers kept in the customer's partition."""
    return list(Receipt.query(customer_partition(customer_id), Receipt.sk.startswith(_RECEIPTS), consistent_read=True))
