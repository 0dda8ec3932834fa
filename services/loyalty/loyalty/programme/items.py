"""The stored version of the programme."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from loyalty.programme.models import Programme
from loyalty.table import LoyaltyItem
from shared.items.personal import Export, Ground, keep, personal, plain
from shared.model import STORED

PARTITION: Final = "PROGRAMME"
PREFIX: Final = "VERSION#"
# The digits of a version's number in its key, so that keys sort by number.
_DIGITS: Final = 6
LARGEST_NUMBER: Final = 10**_DIGITS - 1


class StoredVersion(LoyaltyItem, discriminator="programme_version"):
    """`PROGRAMME` / `VERSION#000001`: one version, written once and never overwritten."""

    # The programme as JSON text: 2 KB for a usual shop. No request is large enough to reach the 400 KB of an item.
    document = plain(UnicodeAttribute())
    effective_from = plain(UTCDateTimeAttribute())
    created_at = plain(UTCDateTimeAttribute())
    created_by = personal(UnicodeAttribute(), "user.unique_id", keep(Ground.STAFF), export=Export.LEFT_OUT)
    note = plain(UnicodeAttribute(null=True))

    @property
    def number(self) -> int:
        """The number of the version, counted from 1 without gaps."""
        return int(self.sk.removeprefix(PREFIX))

    @property
    def programme(self) -> Programme:
        return Programme.model_validate_json(self.document, context=STORED)


def new_version(number: int, programme: Programme, *, effective_from: datetime, at: datetime, by: str) -> StoredVersion:
    """A new item for a version, not stored yet."""
    return StoredVersion(
        PARTITION,
        key_of(number),
        document=programme.model_dump_json(),
        effective_from=effective_from,
        created_at=at,
        created_by=by,
    )


def key_of(number: int) -> str:
    """The sort key of a version."""
    return f"{PREFIX}{number:0{_DIGITS}}"
