"""The feature row as it lies in the table: `CUSTOMER#<id>` / `FEATURES`."""

from __future__ import annotations

from typing import Any, Final

from pynamodb.attributes import JSONAttribute, ListAttribute, MapAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from segments.table import SegmentsItem
from shared.events.customers import CustomerStatus
from shared.keys import customer_in, customer_partition

FEATURES: Final = "FEATURES"


class StatsPart(MapAttribute[str, Any]):
    """A customer's orders in one currency."""

    version = IntegerAttribute()
    currency = UnicodeAttribute()
    orders = IntegerAttribute()
    spent = IntegerAttribute()
    first_order_at = UTCDateTimeAttribute()
    last_order_at = UTCDateTimeAttribute()


class HeldPart(MapAttribute[str, Any]):
    """One segment that the customer belongs to."""

    segment_id = UnicodeAttribute()
    entered_at = UTCDateTimeAttribute()


class RowsDue(GlobalSecondaryIndex["FeatureRow"]):
    """Rows that time alone may move, soonest first, spread over shards."""

    class Meta:
        """`kind` lies in it because PynamoDB reads an index by kind; it never changes, so it costs no write."""

        index_name = "rows_due"
        projection = IncludeProjection(["kind"])

    due_shard = UnicodeAttribute(hash_key=True)
    due_on = UnicodeAttribute(range_key=True)


class FeatureRow(SegmentsItem, discriminator="features"):
    """One customer's features and memberships; after an erasure the tombstone that they leave.

    `due_on` is a UTC day (`2026-03-01`): no later than the first on which time alone changes a membership.
    """

    profile_version = IntegerAttribute(null=True)
    registered_at = UTCDateTimeAttribute(null=True)
    status = UnicodeEnumAttribute(CustomerStatus, null=True)
    stats = ListAttribute(of=StatsPart, null=True)
    held = ListAttribute(of=HeldPart, null=True)
    due_shard = UnicodeAttribute(null=True)
    due_on = UnicodeAttribute(null=True)
    rows_due = RowsDue()

    # Of the tombstone only: when, what was here, the segments whose memberships are still to be deleted, the answer.
    erased_at = UTCDateTimeAttribute(null=True)
    erased = JSONAttribute(null=True)
    clearing = ListAttribute(of=UnicodeAttribute, null=True)
    request_id = UnicodeAttribute(null=True)
    answered_at = UTCDateTimeAttribute(null=True)

    @classmethod
    def of(cls, customer_id: str) -> FeatureRow:
        """A fresh row, not stored yet."""
        return cls(customer_partition(customer_id), FEATURES)

    @property
    def customer_id(self) -> str:
        """Whose row it is."""
        return customer_in(self.pk)
