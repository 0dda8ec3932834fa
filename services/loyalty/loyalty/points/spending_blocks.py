"""What stops a customer from spending points and store credit."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from loyalty.points.items import PointsAccount
from shared.errors import ConflictError
from shared.events.customers import CustomerStatus


class SpendingBlock(StrEnum):
    """Why nothing can be spent."""

    # The status of the customer's profile.
    BANNED = "banned"
    INACTIVE = "inactive"
    # Staff froze the account.
    FROZEN = "frozen"
    # Staff blocked the customer's card; a replacement ends the block.
    CARD_BLOCKED = "card_blocked"


class SpendingBlockedError(ConflictError):
    """The customer cannot spend; `why` states the reason."""

    slug = "spending-blocked"
    title = "This customer cannot spend points or store credit"

    @classmethod
    def of(cls, why: SpendingBlock) -> Self:
        return cls(extensions={"why": why})


_BY_STATUS = {CustomerStatus.BANNED: SpendingBlock.BANNED, CustomerStatus.INACTIVE: SpendingBlock.INACTIVE}


def spending_block(account: PointsAccount) -> SpendingBlock | None:
    """The reason why this customer cannot spend, the most serious first; None if they can."""
    if account.status in _BY_STATUS:
        return _BY_STATUS[account.status]
    if account.is_frozen:
        return SpendingBlock.FROZEN
    return SpendingBlock.CARD_BLOCKED if account.card_blocked else None


def check_may_spend(account: PointsAccount) -> None:
    """Raises SpendingBlockedError."""
    if why := spending_block(account):
        raise SpendingBlockedError.of(why)
