"""The stored card, which makes its number unique and leads from the number to the customer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute, UTCDateTimeAttribute
from pynamodb_attributes import UnicodeEnumAttribute

from loyalty.members.rules import BlockReason, CardStatus, status_of
from loyalty.table import DateAttribute, Listed, Lists, LoyaltyItem, shards_of
from shared.items.personal import DROP, personal

CARD: Final = "CARD"
# The list of cards in use, and that of those among them that staff blocked.
_USABLE: Final = "CARD"
_BLOCKED: Final = "BLOCKED"
USABLE_SHARDS: Final = shards_of(_USABLE)
BLOCKED_SHARDS: Final = shards_of(_BLOCKED)


class Card(LoyaltyItem, Listed, discriminator="card"):
    """`CARD#<number>` / `CARD`: one card, kept after a replacement.

    So no number is issued twice, and staff can see the customer of an old number. It is listed until it is replaced, by
    the time of its issue.
    """

    number = personal(UnicodeAttribute(), "user.unique_id", DROP)
    customer_id = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", DROP)
    issued_at = personal(UTCDateTimeAttribute(), "user.account", DROP)
    # Only on a card that replaced others: the moment at which the customer's first card was issued.
    first_issued_at = personal(UTCDateTimeAttribute(null=True), "user.account", DROP)
    # The last usable day, in the shop's time zone.
    expires_on = personal(DateAttribute(null=True), "user.account", DROP)
    # A note by staff, for staff alone.
    notes = personal(UnicodeAttribute(null=True), "user.content.private", DROP)
    blocked_at = personal(UTCDateTimeAttribute(null=True), "user.account", DROP)
    block_reason = personal(UnicodeEnumAttribute(BlockReason, null=True), "user.account", DROP)
    # Only on a replaced card: the number of the card that replaced it.
    replaced_by = personal(UnicodeAttribute(null=True), "user.unique_id", DROP)
    # Only on a customer's newest card: all earlier numbers. So an erasure finds them without an index.
    former = personal(
        UnicodeSetAttribute(null=True),
        "user.unique_id",
        DROP,
        bound="at most 35 bytes for each card that staff replaced: 10,000 of them fit",
    )

    listed = Lists()

    def status(self, today: date) -> CardStatus:
        """The card's status on a day in the shop's time zone."""
        return status_of(
            today,
            replaced=self.replaced_by is not None,
            blocked=self.blocked_at is not None,
            expires_on=self.expires_on,
        )

    @property
    def private(self) -> dict[str, Any]:
        """The facts that only staff see."""
        names = ("blocked_at", "block_reason", "replaced_by", "notes")
        return {name: getattr(self, name) for name in names}

    def succeed(self, old: Card) -> None:
        """Replace `old`, and all cards that `old` had replaced."""
        self.first_issued_at = min(self.first_issued_at or self.issued_at, old.first_issued_at or old.issued_at)
        self.former = {*(self.former or ()), *(old.former or ()), old.number}
        old.replaced_by, old.former = self.number, None
        old.update_place()

    def update_place(self) -> None:
        """Put the card into its list, or a replaced one into none. A card of an earlier release joins by this."""
        if self.replaced_by is not None:
            self.unlist()
            return
        # The moment alone would not be different in each card.
        place = f"CARD#{self.issued_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}#{self.number}"
        self.enlist(_BLOCKED if self.blocked_at else _USABLE, self.number, place)


def new_card(number: str, customer_id: str, issued_at: datetime) -> Card:
    card = Card(key_of(number), CARD, number=number, customer_id=customer_id, issued_at=issued_at)
    card.update_place()
    return card


def key_of(number: str) -> str:
    return f"CARD#{number}"
