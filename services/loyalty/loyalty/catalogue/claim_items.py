"""The stored claims, each with everything the customer was given, in the customer's own partition."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.catalogue.held import HeldReward
from loyalty.catalogue.items import StoredReward
from loyalty.catalogue.rules import RewardKind
from loyalty.table import Listed, Lists, LoyaltyItem, shards_of
from shared.items.keys import customer_in, customer_partition
from shared.items.personal import DROP, Export, personal, plain

CLAIM: Final = "CLAIM#"
CLAIMED: Final = "CLAIMED#"
ORDER_CLAIMS: Final = "ORDER_CLAIMS#"
# The list of open claims.
_OPEN: Final = "CLAIM"
OPEN_SHARDS: Final = shards_of(_OPEN)


class ClaimState(StrEnum):
    """What became of a claim."""

    ISSUED = "issued"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


class Claim(LoyaltyItem, Listed, discriminator="claim"):
    """`CUSTOMER#<customer id>` / `CLAIM#<claim id>`: a claim, with the reward's facts and price at that moment.

    It is listed while it is open, by its id, which sorts by time. A claim of an earlier release is in no list.
    """

    reward_id = personal(UnicodeAttribute(), "user.behavior.purchase_history", DROP)
    name = personal(UnicodeAttribute(), "user.behavior.purchase_history", DROP)
    reward_kind = personal(UnicodeEnumAttribute(RewardKind), "user.behavior.purchase_history", DROP)
    points = personal(IntegerAttribute(), "user.behavior.purchase_history", DROP)
    # The code is as good as money: only this item and the answers about the claim contain it.
    code = personal(UnicodeAttribute(null=True), "user.financial", DROP)
    state = personal(UnicodeEnumAttribute(ClaimState), "user.behavior.purchase_history", DROP)
    order_id = personal(UnicodeAttribute(null=True), "user.behavior.purchase_history", DROP)
    claimed_at = personal(UTCDateTimeAttribute(), "user.behavior.purchase_history", DROP)
    settled_at = personal(UTCDateTimeAttribute(null=True), "user.behavior.purchase_history", DROP)
    # What it took off the order whose checkout claimed it, in the minor unit. Such a claim follows its order.
    off = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", DROP)
    # Whether the claim counts in the reward's stock, and in the customer's limit. A cancellation subtracts it again.
    in_stock = plain(BooleanAttribute(null=True))
    in_limit = plain(BooleanAttribute(null=True))

    listed = Lists()

    @classmethod
    def fresh(cls, customer_id: str, claim_id: str, reward: StoredReward, now: datetime) -> Claim:
        """A new claim of a reward, not stored yet."""
        claim = cls(
            customer_partition(customer_id),
            CLAIM + claim_id,
            reward_id=reward.id,
            name=reward.name,
            reward_kind=reward.reward_kind,
            points=reward.points,
            claimed_at=now,
        )
        claim.open()
        return claim

    @classmethod
    def of_checkout(
        cls, customer_id: str, claim_id: str, reward: StoredReward, held: HeldReward, *, order_id: str, now: datetime
    ) -> Claim:
        """A new claim of a reward that the checkout of an order held, at the price of then; not stored yet.

        One that took something off is fulfilled by that.
        """
        claim = cls.fresh(customer_id, claim_id, reward, now)
        claim.points, claim.off, claim.order_id = held.points, held.off, order_id
        if held.off:
            claim.settle(ClaimState.FULFILLED, now)
        return claim

    @property
    def id(self) -> str:
        return self.sk.removeprefix(CLAIM)

    @property
    def customer_id(self) -> str:
        """The customer who made the claim, as named before any merge."""
        return customer_in(self.pk)

    @property
    def is_handed_out(self) -> bool:
        """Whether staff gave the customer something that is not gone with the order."""
        return self.state is ClaimState.FULFILLED and not self.off

    def open(self) -> None:
        """Let staff fulfil it."""
        self.state, self.settled_at = ClaimState.ISSUED, None
        self.enlist(_OPEN, self.id, self.id)

    def settle(self, state: ClaimState, now: datetime) -> None:
        self.state, self.settled_at = state, now
        self.unlist()


class Claimed(LoyaltyItem, discriminator="claimed"):
    """`CUSTOMER#<customer id>` / `CLAIMED#<reward id>`: a customer's number of claims of a limited reward."""

    taken = personal(IntegerAttribute(default=0), "user.behavior.purchase_history", DROP, export=Export.LEFT_OUT)

    @classmethod
    def fresh(cls, customer_id: str, reward_id: str) -> Claimed:
        """A count of zero, not stored yet."""
        return cls(customer_partition(customer_id), CLAIMED + reward_id)


class ClaimForOrder(LoyaltyItem, discriminator="claim_for_order"):
    """`ORDER_CLAIMS#<order id>` / `<claim id>`: leads from an order to a claim that names it. It says nothing else.

    Not in the partition of the order, which every settling of the order reads.
    """

    @classmethod
    def of(cls, order_id: str, claim_id: str) -> ClaimForOrder:
        """A new item, not stored yet."""
        return cls(f"{ORDER_CLAIMS}{order_id}", claim_id)
