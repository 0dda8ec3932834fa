"""The stored catalogue: rewards, the counts of limited rewards, and codes to give."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from typing import Final

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.catalogue.rules import CodeSource, Offer, RewardKind, RewardStatus
from loyalty.ledger.attributes import read_moment
from loyalty.ledger.due_dates import minute_of
from loyalty.ledger.overdue import is_over
from loyalty.table import DateAttribute, LoyaltyItem, TextAttribute
from shared.events.loyalty import TierId
from shared.items.personal import plain

CATALOGUE: Final = "REWARDS"
REWARD: Final = "REWARD#"
STOCK: Final = "STOCK"
KNOWN: Final = "CODE#"
FREE: Final = "FREE#"


class StoredReward(LoyaltyItem, discriminator="reward"):
    """`REWARDS` / `REWARD#<reward id>`: a reward as staff described it. No claim writes this item."""

    name = plain(UnicodeAttribute())
    reward_kind = plain(UnicodeEnumAttribute(RewardKind))
    points = plain(IntegerAttribute())
    value = plain(IntegerAttribute(null=True))
    description = plain(UnicodeAttribute(null=True))
    valid_from = plain(DateAttribute(null=True))
    valid_until = plain(DateAttribute(null=True))
    stock = plain(IntegerAttribute(null=True))
    limit_per_customer = plain(IntegerAttribute(null=True))
    tiers: TextAttribute[tuple[TierId, ...]] = plain(TextAttribute(list, tuple, null=True), bound="one of each tier")
    status = plain(UnicodeEnumAttribute(RewardStatus))
    code_source = plain(UnicodeEnumAttribute(CodeSource))
    code_prefix = plain(UnicodeAttribute(null=True))
    code_length = plain(IntegerAttribute())
    created_at = plain(UTCDateTimeAttribute())

    @classmethod
    def fresh(cls, reward_id: str, now: datetime) -> StoredReward:
        """A new empty reward, not stored yet."""
        return cls(CATALOGUE, REWARD + reward_id, created_at=now)

    @property
    def id(self) -> str:
        return self.sk.removeprefix(REWARD)

    def offer(self, *, taken: int = 0, had: int = 0, has_code: bool = True) -> Offer:
        """The reward as a customer may have it who had it so often, once so many were given to all."""
        first, last = self.valid_from, self.valid_until
        tiers, limit = self.tiers or (), self.limit_per_customer
        return Offer(self.points, self.status, first, last, tiers, self.stock, limit, taken, had, has_code)


class Stock(LoyaltyItem, discriminator="reward_stock"):
    """`REWARD#<reward id>` / `STOCK`: the number given of a limited reward, and what open checkouts hold of it.

    It is separate from the reward, so that no claim makes a change by staff lose its race.
    """

    taken = plain(IntegerAttribute(default=0))
    # How many open checkouts hold, by the minute until which they do. Nobody has to take away what is over, and the
    # account of each customer says which is theirs.
    held: TextAttribute[dict[str, int]] = plain(
        TextAttribute(dict, dict, null=True), bound="an end for each minute of the longest hold"
    )

    @classmethod
    def fresh(cls, reward_id: str) -> Stock:
        """A count of zero, not stored yet."""
        return cls(partition_of(reward_id), STOCK)

    def gone(self, now: datetime) -> int:
        """How many were given, or are held by checkouts that are open."""
        return self.taken + sum(self._open(now).values())

    def hold(self, until: datetime, now: datetime) -> None:
        """Set one aside until a minute."""
        self._change(until, 1, now)

    def release(self, until: datetime, now: datetime) -> None:
        """Give one back that was set aside until a minute. One that is over is free already."""
        if minute_of(until) in self._open(now):
            self._change(until, -1, now)

    def _change(self, until: datetime, by: int, now: datetime) -> None:
        held = Counter(self._open(now))
        held[minute_of(until)] += by
        self.held = {minute: count for minute, count in sorted(held.items()) if count} or None

    def _open(self, now: datetime) -> dict[str, int]:
        return {minute: count for minute, count in (self.held or {}).items() if not is_over(read_moment(minute), now)}


class KnownCode(LoyaltyItem, discriminator="known_code"):
    """`REWARD#<reward id>` / `CODE#<hash>`: a posted code, kept for ever so that it is never given twice."""

    @classmethod
    def of(cls, reward_id: str, code: str) -> KnownCode:
        """The item of a code, not stored yet."""
        return cls(partition_of(reward_id), KNOWN + hash_of(code))


class FreeCode(LoyaltyItem, discriminator="free_code"):
    """`REWARD#<reward id>` / `FREE#<hash>`: a code that no claim has yet; the claim that gives it deletes the item.

    The hash spreads codes evenly, so that simultaneous claims start at different places. It also keeps the code, which
    is as good as money, out of keys.
    """

    code = plain(UnicodeAttribute())

    @classmethod
    def of(cls, reward_id: str, code: str) -> FreeCode:
        """The item of a code, not stored yet."""
        return cls(partition_of(reward_id), FREE + hash_of(code), code=code)


def partition_of(reward_id: str) -> str:
    """The partition of a reward's counts and codes."""
    return REWARD + reward_id


def hash_of(code: str) -> str:
    """The hash of a code for keys: 128 bits of its SHA-256 in hexadecimal digits."""
    return hashlib.sha256(code.encode()).hexdigest()[:32]
