"""The feature row as it lies in the table: `CUSTOMER#<id>` / `FEATURES`."""

from __future__ import annotations

from typing import Any, Final

from pynamodb.attributes import ListAttribute, MapAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from segments.table import SegmentsItem
from shared.events.customers import CustomerStatus
from shared.items.keys import customer_in, customer_partition
from shared.items.personal import DROP, Export, personal, plain
from shared.items.tombstones import TombstoneMixin

FEATURES: Final = "FEATURES"


class StatsPart(MapAttribute[str, Any]):
    """A customer's orders in one currency."""

    version = plain(IntegerAttribute())
    currency = personal(UnicodeAttribute(), "user.behavior.purchase_history", DROP)
    orders = personal(IntegerAttribute(), "user.behavior.purchase_history", DROP)
    spent = personal(IntegerAttribute(), "user.behavior.purchase_history", DROP)
    first_order_at = personal(UTCDateTimeAttribute(), "user.behavior.purchase_history", DROP)
    last_order_at = personal(UTCDateTimeAttribute(), "user.behavior.purchase_history", DROP)


class HeldPart(MapAttribute[str, Any]):
    """One segment that the customer belongs to."""

    segment_id = personal(UnicodeAttribute(), "user.demographic.profile", DROP)
    entered_at = personal(UTCDateTimeAttribute(), "user.demographic.profile", DROP)


class RowsDue(GlobalSecondaryIndex["FeatureRow"]):
    """Rows that time alone may move, soonest first, spread over shards."""

    class Meta:
        """`kind` lies in it because PynamoDB reads an index by kind; it never changes, so it costs no write."""

        index_name = "rows_due"
        projection = IncludeProjection(["kind"])

    due_shard = UnicodeAttribute(hash_key=True)
    due_on = UnicodeAttribute(range_key=True)


class FeatureRow(SegmentsItem, TombstoneMixin, discriminator="features"):
    """One customer's features and memberships; after an erasure the tombstone that they leave.

    `due_on` is a UTC day (`2026-03-01`): no later than the first on which time alone changes a membership.
    """

    profile_version = personal(IntegerAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    registered_at = personal(UTCDateTimeAttribute(null=True), "user.account", DROP)
    status = personal(UnicodeEnumAttribute(CustomerStatus, null=True), "user.account", DROP)
    stats = personal(
        ListAttribute(of=StatsPart, null=True), "user.behavior.purchase_history", DROP, bound="one of each currency"
    )
    held = personal(
        ListAttribute(of=HeldPart, null=True), "user.demographic.profile", DROP, bound="one of each segment"
    )
    due_shard = personal(UnicodeAttribute(null=True), "user.demographic.profile", DROP, export=Export.LEFT_OUT)
    due_on = personal(UnicodeAttribute(null=True), "user.demographic.profile", DROP, export=Export.LEFT_OUT)
    rows_due = RowsDue()

    # Of the tombstone only: the segments whose memberships are still to be deleted, and when it was answered.
    clearing = personal(
        ListAttribute(of=UnicodeAttribute, null=True),
        "user.demographic.profile",
        DROP,
        export=Export.LEFT_OUT,
        bound="one of each segment",
    )
    answered_at = plain(UTCDateTimeAttribute(null=True))

    @classmethod
    def of(cls, customer_id: str) -> FeatureRow:
        """A fresh row, not stored yet."""
        return cls(customer_partition(customer_id), FEATURES)

    @property
    def customer_id(self) -> str:
        """Whose row it is."""
        return customer_in(self.pk)
