"""Claims, as they are stored: with all that the customer was given, in the customer's own partition."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.rewards.items import StoredReward
from loyalty.rewards.rules import RewardKind
from loyalty.table import LoyaltyItem
from shared.keys import customer_in, customer_partition
from shared.personal import DROP, Export, personal, plain

CLAIM: Final = "CLAIM#"
CLAIMED: Final = "CLAIMED#"


class ClaimState(StrEnum):
    """What became of a claim."""

    ISSUED = "issued"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


class Claim(LoyaltyItem, discriminator="claim"):
    """`CUSTOMER#<customer id>` / `CLAIM#<claim id>`: what a reward was and cost when the customer took it."""

    reward_id = personal(UnicodeAttribute(), "user.behavior.purchase_history", DROP)
    name = personal(UnicodeAttribute(), "user.behavior.purchase_history", DROP)
    reward_kind = personal(UnicodeEnumAttribute(RewardKind), "user.behavior.purchase_history", DROP)
    points = personal(IntegerAttribute(), "user.behavior.purchase_history", DROP)
    # As good as money: it is in this item and in the answers about it, and nowhere else.
    code = personal(UnicodeAttribute(null=True), "user.financial", DROP)
    state = personal(UnicodeEnumAttribute(ClaimState), "user.behavior.purchase_history", DROP)
    order_id = personal(UnicodeAttribute(null=True), "user.behavior.purchase_history", DROP)
    claimed_at = personal(UTCDateTimeAttribute(), "user.behavior.purchase_history", DROP)
    settled_at = personal(UTCDateTimeAttribute(null=True), "user.behavior.purchase_history", DROP)
    # Whether it counts in the reward's stock, and in what the customer had of it: a cancellation counts it back.
    in_stock = plain(BooleanAttribute(null=True))
    in_limit = plain(BooleanAttribute(null=True))

    @classmethod
    def fresh(cls, customer_id: str, claim_id: str, reward: StoredReward, now: datetime) -> Claim:
        """A claim of a reward, not stored yet."""
        return cls(
            customer_partition(customer_id),
            CLAIM + claim_id,
            reward_id=reward.id,
            name=reward.name,
            reward_kind=reward.reward_kind,
            points=reward.points,
            state=ClaimState.ISSUED,
            claimed_at=now,
        )

    @property
    def id(self) -> str:
        """The claim's id."""
        return self.sk.removeprefix(CLAIM)

    @property
    def customer_id(self) -> str:
        """Who made it; who was merged since is somebody else now."""
        return customer_in(self.pk)

    def settle(self, state: ClaimState, now: datetime) -> None:
        """Let this have become of it."""
        self.state, self.settled_at = state, now


class Claimed(LoyaltyItem, discriminator="claimed"):
    """`CUSTOMER#<customer id>` / `CLAIMED#<reward id>`: how many a customer had of a reward that limits that."""

    taken = personal(IntegerAttribute(default=0), "user.behavior.purchase_history", DROP, export=Export.LEFT_OUT)

    @classmethod
    def fresh(cls, customer_id: str, reward_id: str) -> Claimed:
        """None yet, and not stored."""
        return cls(customer_partition(customer_id), CLAIMED + reward_id)
