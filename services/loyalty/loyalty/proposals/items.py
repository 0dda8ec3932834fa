"""The stored proposal: an adjustment that waits for a second person."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.table import Listed, Lists, LoyaltyItem, shards_of
from shared import clock
from shared.items.keys import customer_in, customer_partition
from shared.items.personal import DROP, Export, personal

PROPOSAL: Final = "PROPOSAL#"
# The list of proposals that wait for a decision.
_OPEN: Final = "PROPOSAL"
OPEN_SHARDS: Final = shards_of(_OPEN)


class ProposalState(StrEnum):
    """What became of it."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class Proposal(LoyaltyItem, Listed, discriminator="proposal"):
    """`CUSTOMER#<id>` / `PROPOSAL#<adjustment id>`: points that staff propose to add (negative: deduct), and why.

    It is listed while it is open, by its id, which sorts by time.
    """

    points = personal(IntegerAttribute(), "user.financial", DROP)
    code = personal(UnicodeAttribute(), "user.financial", DROP)
    reason = personal(UnicodeAttribute(), "user.content.private", DROP)
    # Only set if the customer is not to be notified.
    quiet = personal(BooleanAttribute(null=True), "user.financial", DROP, export=Export.LEFT_OUT)
    state = personal(UnicodeEnumAttribute(ProposalState, default=ProposalState.PROPOSED), "user.financial", DROP)
    proposed_by = personal(UnicodeAttribute(), "user.unique_id", DROP, export=Export.LEFT_OUT)
    proposed_at = personal(UTCDateTimeAttribute(), "user.financial", DROP)
    decided_by = personal(UnicodeAttribute(null=True), "user.unique_id", DROP, export=Export.LEFT_OUT)
    decided_at = personal(UTCDateTimeAttribute(null=True), "user.financial", DROP)
    # The note of a rejection.
    note = personal(UnicodeAttribute(null=True), "user.content.private", DROP)

    listed = Lists()

    @classmethod
    def fresh(cls, customer_id: str, adjustment_id: str) -> Proposal:
        """A new open proposal, not stored yet and without its contents."""
        proposal = cls(customer_partition(customer_id), f"{PROPOSAL}{adjustment_id}", proposed_at=clock.now())
        proposal.enlist(_OPEN, adjustment_id, adjustment_id)
        return proposal

    @property
    def id(self) -> str:
        """The id of the adjustment, which its entry is named after."""
        return self.sk.removeprefix(PROPOSAL)

    @property
    def notify(self) -> bool:
        """Whether the customer is notified once the adjustment is posted."""
        return not self.quiet

    @property
    def customer_id(self) -> str:
        """The customer of the points, as named before any merge."""
        return customer_in(self.pk)

    def decide(self, state: ProposalState, by: str, note: str | None = None) -> None:
        self.state, self.decided_by, self.decided_at, self.note = state, by, clock.now(), note
        self.unlist()
