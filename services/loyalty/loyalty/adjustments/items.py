"""An adjustment that waits for a second person, as it is stored."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.table import LoyaltyItem
from shared import clock
from shared.keys import SHARDS, customer_in, customer_partition, shard_of

PROPOSAL: Final = "PROPOSAL#"
# Beside the shards of accounts in the index of what is due: what is due here is somebody's decision.
OPEN_SHARDS: Final = tuple(f"{PROPOSAL}{shard}" for shard in SHARDS)


class ProposalState(StrEnum):
    """What became of it."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class OpenProposals(GlobalSecondaryIndex["Proposal"]):
    """Proposals that wait, by their ids, which sort by time: in the index of what is due, in shards of their own."""

    class Meta:
        index_name = "due_accounts"
        projection = IncludeProjection(["kind"])

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class Proposal(LoyaltyItem, discriminator="proposal"):
    """`CUSTOMER#<id>` / `PROPOSAL#<adjustment id>`: points that staff want to add (or take, negative), and why."""

    points = IntegerAttribute()
    code = UnicodeAttribute()
    reason = UnicodeAttribute()
    # Only where the customer is not to be told.
    quiet = BooleanAttribute(null=True)
    state = UnicodeEnumAttribute(ProposalState, default=ProposalState.PROPOSED)
    proposed_by = UnicodeAttribute()
    proposed_at = UTCDateTimeAttribute()
    decided_by = UnicodeAttribute(null=True)
    decided_at = UTCDateTimeAttribute(null=True)
    # What was said when it was rejected.
    note = UnicodeAttribute(null=True)
    # While it waits.
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)

    open_ones = OpenProposals()

    @classmethod
    def fresh(cls, customer_id: str, adjustment_id: str) -> Proposal:
        """One that waits from now on, not stored yet and without its contents."""
        return cls(
            customer_partition(customer_id),
            f"{PROPOSAL}{adjustment_id}",
            proposed_at=clock.now(),
            due_shard=f"{PROPOSAL}{shard_of(adjustment_id)}",
            due_at=adjustment_id,
        )

    @property
    def id(self) -> str:
        """The adjustment's own, which its entry is named by."""
        return self.sk.removeprefix(PROPOSAL)

    @property
    def notify(self) -> bool:
        """Whether the customer is to be told once it is posted."""
        return not self.quiet

    @property
    def customer_id(self) -> str:
        """Whose points it is about; they may have been merged since."""
        return customer_in(self.pk)

    def decide(self, state: ProposalState, by: str, note: str | None = None) -> None:
        """Let it wait no more."""
        self.state, self.decided_by, self.decided_at, self.note = state, by, clock.now(), note
        self.due_shard = self.due_at = None
