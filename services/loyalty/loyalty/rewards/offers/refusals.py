"""The errors by which a claim is refused. What a customer reads of a reward that they cannot have is made of them."""

from __future__ import annotations

from typing import Self

from loyalty.catalogue.items import StoredReward
from loyalty.catalogue.rules import Lack, Taker, Why
from loyalty.ledger.terms import Terms
from loyalty.points.items import PointsAccount
from loyalty.points.spending_blocks import SpendingBlockedError, spending_block
from loyalty.points.usecases import InsufficientPointsError
from shared.errors import ConflictError


class RewardNotAvailableError(ConflictError):
    """The customer cannot have this reward today; `why` states the reason."""

    slug = "reward-not-available"
    title = "This reward is not available"

    @classmethod
    def of(cls, why: Why) -> Self:
        return cls(extensions={"why": why})


class OutOfStockError(ConflictError):
    """All items of the reward have been claimed, or all its codes given."""

    slug = "out-of-stock"
    title = "None of this reward is left"


class ClaimLimitError(ConflictError):
    """The customer has claimed this reward as often as allowed; `limit` states the number."""

    slug = "claim-limit"
    title = "This customer cannot have more of this reward"


def taker_of(account: PointsAccount, terms: Terms) -> Taker:
    """The customer as the rule of claims sees them, with what the account has available now."""
    tiers, may_spend = terms.programme.tiers, spending_block(account) is None
    return Taker(terms.today, account.tier_in(tiers), account.available, may_spend, tiers)


def error_of(refusal: Why | Lack, reward: StoredReward, account: PointsAccount) -> ConflictError:
    """The error of a refusal, in the words and with the numbers that callers read."""
    match refusal:
        case Lack.LIMIT:
            return ClaimLimitError(extensions={"limit": reward.limit_per_customer})
        case Lack.STOCK:
            return OutOfStockError()
        case Lack.POINTS:
            return InsufficientPointsError.of(account)
        case Why():
            return RewardNotAvailableError.of(refusal)
    block = spending_block(account)
    assert block is not None  # noqa: S101  # no other refusal is left
    return SpendingBlockedError.of(block)
