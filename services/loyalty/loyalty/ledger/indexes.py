"""The indexes of accounts and entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection
from pynamodb_attributes import IntegerAttribute

if TYPE_CHECKING:
    from loyalty.ledger.items import Account, Entry  # noqa: F401  # the index classes name them as text


class DueAccounts(GlobalSecondaryIndex["Account"]):
    """Accounts to which a day does something, soonest first; in shards of their own, what lists show (`Lists`)."""

    class Meta:
        index_name = "due_accounts"
        projection = IncludeProjection(["kind"])

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class OpenHolds(GlobalSecondaryIndex["Account"]):
    """Accounts with a hold that is to end by itself, soonest first; with `kind`, by which PynamoDB filters."""

    class Meta:
        index_name = "open_holds"
        projection = IncludeProjection(["kind"])

    hold_shard = UnicodeAttribute(hash_key=True)
    hold_until = UnicodeAttribute(range_key=True)


class EntriesByAccount(GlobalSecondaryIndex["Entry"]):
    """One account's ledger by entry number."""

    class Meta:
        index_name = "entries_by_account"
        projection = AllProjection()

    account = UnicodeAttribute(hash_key=True)
    seq = IntegerAttribute(range_key=True)


class EntriesByDay(GlobalSecondaryIndex["Entry"]):
    """What was posted on one day, spread over shards, with what a report of that day needs."""

    class Meta:
        index_name = "entries_by_day"
        projection = IncludeProjection(["kind", "account", "entry_kind", "amount", "lots", "pending", "held"])

    day_shard = UnicodeAttribute(hash_key=True)
    seq = IntegerAttribute(range_key=True)
