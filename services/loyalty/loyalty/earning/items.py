"""The marks of rewards that are paid once: for an e-mail, or for a customer's review of a product."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Self

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute

from loyalty.table import LoyaltyItem
from shared.items.keys import customer_partition
from shared.items.personal import DROP, Export, Ground, keep, personal

MARK: Final = "REWARDED"
REVIEWED: Final = "REVIEWED#"


class SignUpMark(LoyaltyItem, discriminator="sign_up_mark"):
    """`SIGN_UP#<keyed hash of an e-mail>` / `REWARDED`: the reward for signing up was paid.

    It names no customer and survives every erasure: who comes back is not rewarded again.
    """

    at = personal(UTCDateTimeAttribute(), "user.account", keep(Ground.REWARD), export=Export.LEFT_OUT)

    @classmethod
    def of(cls, key: str, at: datetime) -> Self:
        return cls(f"SIGN_UP#{key}", MARK, at=at)


class ReviewMark(LoyaltyItem, discriminator="review_mark"):
    """`CUSTOMER#<id>` / `REVIEWED#<product id>`: the customer was rewarded for a review of the product."""

    review_id = personal(UnicodeAttribute(), "user.content", DROP)

    @classmethod
    def of(cls, customer_id: str, product_id: str, review_id: str) -> Self:
        return cls(*review_key(customer_id, product_id), review_id=review_id)


def review_key(customer_id: str, product_id: str) -> tuple[str, str]:
    """The key of the mark of a customer's review of a product."""
    return customer_partition(customer_id), f"{REVIEWED}{product_id}"
