"""The account and its entries, as they are stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.ledger.rules import EntryKind, Posting, Standing, due_on, is_past_hidden
from loyalty.table import DateAttribute, LotsAttribute, LoyaltyItem
from shared.events import Profile, Tier
from shared.keys import customer_partition, shard_of

ACCOUNT: Final = "ACCOUNT"


class DueAccounts(GlobalSecondaryIndex["Account"]):
    """Accounts with points that expire, soonest first. `kind` is in it because PynamoDB filters by it."""

    class Meta:
        index_name = "due_accounts"
        projection = IncludeProjection(["kind"])

    due_shard = UnicodeAttribute(hash_key=True)
    due_on = DateAttribute(range_key=True)


class EntriesByCustomer(GlobalSecondaryIndex["Entry"]):
    """One customer's ledger by entry number."""

    class Meta:
        index_name = "entries_by_customer"
        projection = AllProjection()

    customer_id = UnicodeAttribute(hash_key=True)
    seq = IntegerAttribute(range_key=True)


class Account(LoyaltyItem, discriminator="account"):
    """One customer's points: `CUSTOMER#<id>` / `ACCOUNT`. With `erased_at` it is the tombstone of an erased person."""

    customer_id = UnicodeAttribute()
    # The number of the newest entry; not named `seq`, which would put the account into the index of entries.
    entries = IntegerAttribute(default=0)
    balance = IntegerAttribute(default=0)
    earned = IntegerAttribute(default=0)
    tier = UnicodeEnumAttribute(Tier, default=Tier.BRONZE)
    lots = LotsAttribute(default=dict)
    written_off = LotsAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_on = DateAttribute(null=True)
    # When it came to be, or the moment of an older order: before the registration, it was a guest's.
    opened_at = UTCDateTimeAttribute(null=True)
    # Of the profile, at the version that told them.
    registered_at = UTCDateTimeAttribute(null=True)
    email_verified = BooleanAttribute(null=True)
    profile_version = IntegerAttribute(null=True)
    card_number = UnicodeAttribute(null=True)
    card_issued_at = UTCDateTimeAttribute(null=True)
    erased_at = UTCDateTimeAttribute(null=True)
    # Of a tombstone: counts by kind of what there was, and the adjustments whose reasons are still to be removed.
    erased: Any = JSONAttribute(null=True)
    unfinished: Any = JSONAttribute(null=True)

    due_accounts = DueAccounts()

    @classmethod
    def fresh(cls, customer_id: str, now: datetime) -> Account:
        """An account with nothing in it, not stored yet."""
        return cls(customer_partition(customer_id), ACCOUNT, customer_id=customer_id, opened_at=now)

    @property
    def standing(self) -> Standing:
        """What the ledger's rules need to know of it."""
        return Standing(self.balance, self.earned, self.tier, self.lots, self.written_off or {})

    def learn(self, profile: Profile, version: int) -> bool:
        """Take over what it needs of a profile; whether it is newer than the one known."""
        if version <= (self.profile_version or 0):
            return False
        self.registered_at, self.email_verified = profile.registered_at, profile.email_verified
        self.profile_version = version
        return True

    def date_back(self, bought_at: datetime) -> None:
        """Let it have begun when its customer bought, though the order may be heard of after the registration."""
        self.opened_at = min(self.opened_at or bought_at, bought_at)

    @property
    def hides_past(self) -> bool:
        """Whether it holds what a guest bought and nobody has shown yet to be that guest."""
        return is_past_hidden(self.opened_at, self.registered_at, verified=bool(self.email_verified))

    def turn(self, posting: Posting, *, reached: bool) -> None:
        """Let it stand as after `posting`, its newest entry; `reached` when its due date has come."""
        after = posting.after
        self.entries += 1
        self.balance, self.earned, self.tier = after.balance, after.earned, after.tier
        self.lots, self.written_off = after.lots, after.written_off or None
        self.move_due(reached=reached)

    def move_due(self, *, reached: bool) -> None:
        """Set when expiry looks at it next."""
        self.due_on = due_on(self.lots, None if reached else self.due_on)
        self.due_shard = shard_of(self.customer_id) if self.due_on else None


class Entry(LoyaltyItem, discriminator="entry"):
    """One operation on one account, written once. Its key is made of what caused it.

    | pk | sk | what |
    | `ORDER#<order id>` | `EARN` | what the order earned |
    | `ORDER#<order id>` | `REVERSE#<refunded>` | what a refund took back, by the amount refunded until then |
    | `ADJUSTMENT#<id>` | `ENTRY` | what staff added or took |
    | `EXPIRY#<customer>` | `<last day>#<number>` | lots that expired, by the latest of their days |
    | `ERASURE#<customer>` | `ENTRY` | what was voided |
    """

    customer_id = UnicodeAttribute()
    seq = IntegerAttribute()
    entry_kind = UnicodeEnumAttribute(EntryKind)
    points = IntegerAttribute()
    balance = IntegerAttribute()
    lots = LotsAttribute()
    tier_before = UnicodeEnumAttribute(Tier)
    tier = UnicodeEnumAttribute(Tier)
    cause = UnicodeAttribute()
    actor = UnicodeAttribute()
    posted_at = UTCDateTimeAttribute()
    reason = UnicodeAttribute(null=True)
    # The last day of the points given, or of the lot that a reversal is about.
    expires_on = DateAttribute(null=True)
    # Of an order's entries: the money, in the minor unit, and what the points were multiplied by.
    currency = UnicodeAttribute(null=True)
    total = IntegerAttribute(null=True)
    refunded = IntegerAttribute(null=True)
    multiplier = UnicodeAttribute(null=True)
    # Of a reversal: the earned points that it undoes, those that had expired among them.
    taken_back = IntegerAttribute(null=True)

    by_customer = EntriesByCustomer()
