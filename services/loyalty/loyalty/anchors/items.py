"""The stored anchors: where the chain of each account stood at the end of a day."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from loyalty.table import LoyaltyItem, TextAttribute
from shared.items.keys import SHARDS
from shared.items.personal import Export, Ground, keep, personal

PARTITION: Final = "ANCHORS#"
# More buckets make a verification cheaper, fewer make a day's anchors cheaper. A bucket lies in one shard of the days.
BUCKETS: Final = 64 * len(SHARDS)


class Anchor(NamedTuple):
    """The number of an account's newest entry on a day, and its hash."""

    number: int
    hash: bytes


Anchors = Mapping[str, Anchor]


def _write_anchors(anchors: Anchors) -> dict[str, Any]:
    return {name: [each.number, b64encode(each.hash).decode()] for name, each in sorted(anchors.items())}


def _read_anchors(written: dict[str, Any]) -> Anchors:
    return {name: Anchor(int(number), b64decode(head)) for name, (number, head) in written.items()}


class DayAnchors(LoyaltyItem, discriminator="anchors"):
    """`ANCHORS#<bucket>` / `<day>#<page>`: the anchors of the accounts of a bucket that moved on a day.

    The page of the day's entries has them. Written by the job that closes the day, and never changed.
    """

    anchors: TextAttribute[Anchors] = personal(
        TextAttribute(_write_anchors, _read_anchors),
        "user.unique_id.pseudonymous",
        keep(Ground.ACCOUNTING),
        export=Export.LEFT_OUT,
        bound="120 bytes for each account of a page of 2,000 entries",
    )


def partition_of(account_pk: str) -> str:
    """The partition of the anchors of the accounts in a customer's partition."""
    return f"{PARTITION}{zlib.crc32(account_pk.encode()) % BUCKETS:03}"
