"""Customers who may not spend or earn, and reviews: what gains points by a detour."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from typing import Any

from loyalty.earning import bonuses
from loyalty.points import spending_blocks
from loyalty.points.items import PointsAccount
from loyalty.points.spending_blocks import SpendingBlock
from loyalty.programme.sections import Earning
from tests.simulation.bugs.planting import Replaced, bug


@bug("Loyalty does not hear of the status of a customer: the banned go on spending")
def ban_unheard() -> Replaced:
    learn = PointsAccount.learn

    def learn_all_else(self: PointsAccount, profile: Any, version: int) -> bool:
        is_news = learn(self, profile, version)
        self.status = None
        return is_news

    return [(PointsAccount, "learn", learn_all_else)]


@bug("A freeze is written down, and nobody asks for it when points are spent")
def freeze_ignored() -> Replaced:
    block = spending_blocks.spending_block

    def any_other(account: PointsAccount) -> SpendingBlock | None:
        found = block(account)
        return None if found is SpendingBlock.FROZEN else found

    return [(spending_blocks, "spending_block", any_other)]


@bug("The banned spend as before")
def banned_spend() -> Replaced:
    return [(spending_blocks, "_BY_STATUS", {})]


@bug("The banned earn as before")
def banned_earn() -> Replaced:
    return [(Earning, "allows", lambda *_: True)]


@bug("Each review of a product is rewarded")
def product_rewarded_again() -> Replaced:
    return [(bonuses, "_mark_of_review", lambda *_: None)]


@bug("A review is rewarded, whether its author bought the product or not")
def stranger_reviews() -> Replaced:
    reward = bonuses.reward_review

    def reward_all(review: Any, cause: Any) -> None:
        reward(review.model_copy(update={"bought": True}), cause)

    from loyalty.earning import handlers  # noqa: PLC0415

    return [(handlers, "reward_review", reward_all)]
