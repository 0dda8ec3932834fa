"""The stored transfers: each side has an item of its own, in its own customer's partition."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Self

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.table import LoyaltyItem
from loyalty.transfers.rules import CODE_LIVES, KEPT, MOST_TRIES, Direction, TransferState
from shared.items.keys import customer_in, customer_partition
from shared.items.personal import DROP, Export, personal, plain
from shared.items.table import Expiring

TRANSFER: Final = "TRANSFER#"


class Transfer(LoyaltyItem, discriminator="transfer"):
    """`CUSTOMER#<customer id>` / `TRANSFER#<transfer id>`: one side of a transfer.

    The sender's is stored by the request. The recipient's is stored by the confirmation, so nobody sees what was only
    asked for. It is rubbish after a while unless it is confirmed: `expires_at`, in epoch seconds.
    """

    direction = personal(UnicodeEnumAttribute(Direction), "user.financial", DROP)
    points = personal(IntegerAttribute(), "user.financial", DROP)
    state = personal(UnicodeEnumAttribute(TransferState, default=TransferState.PENDING), "user.financial", DROP)
    # The customer on the other side, by the id of the time.
    other = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT)
    # Only of the sender: the end of what they typed. Gone with the recipient's erasure.
    hint = personal(UnicodeAttribute(null=True), "user.unique_id", DROP)
    requested_at = personal(UTCDateTimeAttribute(), "user.financial", DROP)
    # How many wrong codes were tried.
    tries = plain(IntegerAttribute(null=True))
    completed_at = personal(UTCDateTimeAttribute(null=True), "user.financial", DROP)
    reversed_at = personal(UTCDateTimeAttribute(null=True), "user.financial", DROP)
    # Of the points, so many came back to the sender.
    returned = personal(IntegerAttribute(null=True), "user.financial", DROP)
    expires_at = plain(IntegerAttribute(null=True))

    @classmethod
    def fresh(cls, sender: str, transfer_id: str, recipient: str, points: int, *, hint: str, now: datetime) -> Self:
        """The sender's side of a new transfer, not stored yet."""
        return cls(
            customer_partition(sender),
            f"{TRANSFER}{transfer_id}",
            direction=Direction.SENT,
            points=points,
            other=recipient,
            hint=hint,
            requested_at=now,
            expires_at=int((now + KEPT).timestamp()),
        )

    @property
    def id(self) -> str:
        return self.sk.removeprefix(TRANSFER)

    @property
    def customer_id(self) -> str:
        """Whose side it is, as named before any merge."""
        return customer_in(self.pk)

    @property
    def code_ends_at(self) -> datetime:
        """From then on the code confirms nothing."""
        return self.requested_at + CODE_LIVES

    @property
    def tries_left(self) -> int:
        return max(MOST_TRIES - (self.tries or 0), 0)

    @property
    def kept(self) -> int:
        """The points that stayed with the recipient."""
        return self.points - (self.returned or 0)

    def state_at(self, now: datetime) -> TransferState:
        """The state at a moment. Time and wrong codes end a pending transfer without a write."""
        if self.state is not TransferState.PENDING:
            return self.state
        if self.tries_left == 0:
            return TransferState.LOCKED
        return TransferState.EXPIRED if now >= self.code_ends_at else TransferState.PENDING

    def complete(self, recipient: str, now: datetime) -> Transfer:
        """Mark the sender's side as completed; return the recipient's side, not stored yet."""
        self.state, self.completed_at, self.other, self.expires_at = TransferState.COMPLETED, now, recipient, None
        return Transfer(
            customer_partition(recipient),
            self.sk,
            direction=Direction.RECEIVED,
            points=self.points,
            state=TransferState.COMPLETED,
            other=self.customer_id,
            requested_at=self.requested_at,
            completed_at=now,
        )

    def reverse(self, returned: int, now: datetime) -> None:
        self.state, self.returned, self.reversed_at = TransferState.REVERSED, returned, now


class TransferRequests(LoyaltyItem, Expiring, discriminator="transfer_requests"):
    """`CUSTOMER#<customer id>` / `TRANSFER_REQUESTS#<day>`: how often a customer asked on a day of the shop."""

    made = personal(IntegerAttribute(default=0), "user.behavior", DROP, export=Export.LEFT_OUT)

    @classmethod
    def fresh(cls, customer_id: str, day: date, now: datetime) -> Self:
        """A count of zero, not stored yet."""
        return cls(*requests_key(customer_id, day), expires_at=int((now + 2 * KEPT).timestamp()))


def requests_key(customer_id: str, day: date) -> tuple[str, str]:
    """The key of a customer's count of a day."""
    return customer_partition(customer_id), f"TRANSFER_REQUESTS#{day}"
