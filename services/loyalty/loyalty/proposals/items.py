"""The stored proposals, which wait for a second person, and what each person posted alone on a day."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.table import DateAttribute, Listed, Lists, LoyaltyItem, shards_of
from shared import clock
from shared.items.keys import customer_in, customer_partition
from shared.items.personal import DROP, Export, Ground, keep, personal, plain
from shared.items.table import Expiring

PROPOSAL: Final = "PROPOSAL#"
# The list of proposals that wait for a decision.
_OPEN: Final = "PROPOSAL"
OPEN_SHARDS: Final = shards_of(_OPEN)
# A day has 24 hours, or 25; and it may begin anew with another time zone of the programme.
_KEPT: Final = timedelta(days=3)


class ProposalKind(StrEnum):
    """What is to be given or taken."""

    POINTS = "points"
    CREDIT = "credit"


class ProposalState(StrEnum):
    """What became of it."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class Proposal(LoyaltyItem, Listed, discriminator="proposal"):
    """`CUSTOMER#<id>` / `PROPOSAL#<adjustment id>`: what staff propose to give (negative: to take), and why.

    It is of points, or of store credit: an amount in the minor unit of a currency. It is listed while it is open, by
    its id, which sorts by time.
    """

    points = personal(IntegerAttribute(null=True), "user.financial", DROP)
    amount = personal(IntegerAttribute(null=True), "user.financial", DROP)
    currency = personal(UnicodeAttribute(null=True), "user.financial", DROP)
    # The last day of the credit that is given, if staff named one.
    expires_on = personal(DateAttribute(null=True), "user.financial", DROP)
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
    def fresh(cls, customer_id: str, adjustment_id: str, by: str, **contents: Any) -> Proposal:
        """A new open proposal, not stored yet."""
        key = customer_partition(customer_id), f"{PROPOSAL}{adjustment_id}"
        proposal = cls(*key, proposed_by=by, proposed_at=clock.now(), **contents)
        proposal.enlist(_OPEN, adjustment_id, adjustment_id)
        return proposal

    @property
    def id(self) -> str:
        """The id of the adjustment, which its entry is named after."""
        return self.sk.removeprefix(PROPOSAL)

    @property
    def credit_id(self) -> str:
        """The id of the credit that an approval gives or takes: the same for each try."""
        return f"crd_{self.id.partition('_')[2]}"

    @property
    def value_kind(self) -> ProposalKind:
        """Whether it is of points or of store credit."""
        return ProposalKind.POINTS if self.currency is None else ProposalKind.CREDIT

    @property
    def notify(self) -> bool:
        """Whether the customer is notified once the adjustment is posted."""
        return not self.quiet

    @property
    def customer_id(self) -> str:
        """Whose points or credit it is, as named before any merge."""
        return customer_in(self.pk)

    def decide(self, state: ProposalState, by: str, note: str | None = None) -> None:
        self.state, self.decided_by, self.decided_at, self.note = state, by, clock.now(), note
        self.unlist()


class StaffTotal(LoyaltyItem, Expiring, discriminator="staff_total"):
    """`STAFF#<hash of a person's name>` / `TOTAL#<day>#<unit>`: what one person posted alone on a day of the shop.

    `posted` sums what was given and what was taken, both as positive numbers: points, or minor units of a currency.
    """

    # The name is of staff. The key has a hash of it, as keys name nobody.
    by = personal(UnicodeAttribute(), "user.unique_id", keep(Ground.STAFF), export=Export.LEFT_OUT)
    posted = plain(IntegerAttribute(default=0))

    @classmethod
    def fresh(cls, by: str, day: date, unit: str, now: datetime) -> Self:
        """A new total of nothing, not stored yet."""
        return cls(*total_key(by, day, unit), by=by, expires_at=int((now + _KEPT).timestamp()))


def total_key(by: str, day: date, unit: str) -> tuple[str, str]:
    """The key of what a person posted alone on a day."""
    return f"STAFF#{hashlib.sha256(by.encode()).hexdigest()}", f"TOTAL#{day}#{unit}"
