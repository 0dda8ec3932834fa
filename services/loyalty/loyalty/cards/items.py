"""The card as it is stored: what makes its number unique, and leads from the number to the customer."""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from loyalty.table import LoyaltyItem

CARD: Final = "CARD"


class Card(LoyaltyItem, discriminator="card"):
    """`CARD#<number>` / `CARD`."""

    number = UnicodeAttribute()
    customer_id = UnicodeAttribute()
    issued_at = UTCDateTimeAttribute()


def key_of(number: str) -> str:
    """The partition of the card with this number."""
    return f"CARD#{number}"
