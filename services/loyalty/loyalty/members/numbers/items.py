"""The mark that a number of the shop's own was given once, which outlives its customer."""

from __future__ import annotations

from typing import Final

from loyalty.table import LoyaltyItem

GIVEN: Final = "GIVEN"


class GivenNumber(LoyaltyItem, discriminator="given_number"):
    """`NUMBER#<keyed hash of a card number>` / `GIVEN`: an erased customer had this number.

    It names neither number nor customer. While a customer is not erased, the card itself says that its number is taken.
    """
