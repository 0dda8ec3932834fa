"""A version of the programme, as it is stored."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from loyalty.programme.models import Programme
from loyalty.table import LoyaltyItem
from shared.personal import Export, Ground, keep, personal, plain

PARTITION: Final = "PROGRAMME"
PREFIX: Final = "VERSION#"
# So that keys sort by number.
_DIGITS: Final = 6
LARGEST_NUMBER: Final = 10**_DIGITS - 1


class StoredVersion(LoyaltyItem, discriminator="programme_version"):
    """`PROGRAMME` / `VERSION#000001`: one version, written once. What is there cannot be written again."""

    # The programme as JSON text: 2 KB of a usual shop, and never near the 400 KB of an item, for no request is.
    document = plain(UnicodeAttribute())
    effective_from = plain(UTCDateTimeAttribute())
    created_at = plain(UTCDateTimeAttribute())
    created_by = personal(UnicodeAttribute(), "user.unique_id", keep(Ground.STAFF), export=Export.LEFT_OUT)
    note = plain(UnicodeAttribute(null=True))

    @property
    def number(self) -> int:
        """Counted from 1 without gaps."""
        return int(self.sk.removeprefix(PREFIX))

    @property
    def programme(self) -> Programme:
        """The document."""
        return Programme.model_validate_json(self.document)


def new_version(number: int, programme: Programme, *, effective_from: datetime, at: datetime, by: str) -> StoredVersion:
    """A fresh item for a version."""
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
