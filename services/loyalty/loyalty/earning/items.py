"""The marks of rewards that are paid once, kept for as long as the reward could be asked for again."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Self

from pynamodb.attributes import UTCDateTimeAttribute

from loyalty.table import LoyaltyItem
from shared.items.personal import Export, Ground, keep, personal

MARK: Final = "REWARDED"


class SignUpMark(LoyaltyItem, discriminator="sign_up_mark"):
    """`SIGN_UP#<keyed hash of an e-mail>` / `REWARDED`: the reward for signing up was paid.

    It names no customer and survives every erasure: who comes back is not rewarded again.
    """

    at = personal(UTCDateTimeAttribute(), "user.account", keep(Ground.REWARD), export=Export.LEFT_OUT)

    @classmethod
    def of(cls, key: str, at: datetime) -> Self:
        return cls(f"SIGN_UP#{key}", MARK, at=at)
