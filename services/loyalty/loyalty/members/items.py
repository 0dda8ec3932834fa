"""The card as it is stored: what makes its number unique, and leads from the number to the customer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb_attributes import UnicodeEnumAttribute

from loyalty.members.rules import BlockReason, CardStatus, status_of
from loyalty.table import DateAttribute, LoyaltyItem
from shared.personal import DROP, personal

CARD: Final = "CARD"


class Card(LoyaltyItem, discriminator="card"):
    """`CARD#<number>` / `CARD`. It stays when it is replaced: no number is given twice, and staff see whose it was."""

    number = personal(UnicodeAttribute(), "user.unique_id", DROP)
    customer_id = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", DROP)
    issued_at = personal(UTCDateTimeAttribute(), "user.account", DROP)
    # Of a card that replaced others: since when the customer has had a card at all.
    first_issued_at = personal(UTCDateTimeAttribute(null=True), "user.account", DROP)
    # The last day, in the shop's time zone, on which it can be used.
    expires_on = personal(DateAttribute(null=True), "user.account", DROP)
    # By staff for staff.
    notes = personal(UnicodeAttribute(null=True), "user.content.private", DROP)
    blocked_at = personal(UTCDateTimeAttribute(null=True), "user.account", DROP)
    block_reason = personal(UnicodeEnumAttribute(BlockReason, null=True), "user.account", DROP)
    # Of a card that was replaced: the number that came after it.
    replaced_by = personal(UnicodeAttribute(null=True), "user.unique_id", DROP)
    # Of a customer's newest card: all the numbers that were theirs before. So an erasure finds them without an index.
    former = personal(UnicodeSetAttribute(null=True), "user.unique_id", DROP)

    def status(self, today: date) -> CardStatus:
        """What it is good for on a day of the shop's."""
        return status_of(
            today,
            replaced=self.replaced_by is not None,
            blocked=self.blocked_at is not None,
            expires_on=self.expires_on,
        )

    @property
    def private(self) -> dict[str, Any]:
        """What staff alone are shown of it."""
        names = ("blocked_at", "block_reason", "replaced_by", "notes")
        return {name: getattr(self, name) for name in names}

    def succeed(self, old: Card) -> None:
        """Take the place of `old`, and of all that it had taken the place of."""
        self.first_issued_at = min(self.first_issued_at or self.issued_at, old.first_issued_at or old.issued_at)
        self.former = {*(self.former or ()), *(old.former or ()), old.number}
        old.replaced_by, old.former = self.number, None


def new_card(number: str, customer_id: str, issued_at: datetime) -> Card:
    """A card that is not stored yet."""
    return Card(key_of(number), CARD, number=number, customer_id=customer_id, issued_at=issued_at)


def key_of(number: str) -> str:
    """The partition of the card with this number."""
    return f"CARD#{number}"
