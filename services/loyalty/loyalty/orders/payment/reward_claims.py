"""What becomes of the reward that a checkout holds: a claim, once the order is paid, which then follows the order.

These are writes for the transaction that ends the hold, or that gives the points back. So stock, limit, claim and
points change together, and each once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from loyalty.catalogue import claim_store, store
from loyalty.catalogue.claim_items import CLAIM, Claim, ClaimForOrder, ClaimState
from loyalty.catalogue.held import HeldReward
from loyalty.catalogue.items import Stock, StoredReward
from loyalty.ledger.balances import Hold
from loyalty.ledger.overdue import is_overdue
from loyalty.orders.payment.checkout_names import OpenHold
from loyalty.points.items import PointsAccount
from shared import ids
from shared.events.loyalty import RewardRedeemed
from shared.items.keys import customer_partition
from shared.items.table import Put, Write, find
from shared.messages.cause import Cause


@dataclass(frozen=True)
class PaidReward:
    """What the payment of an order makes of a reward: `claim` is None if it was gone by then."""

    held: HeldReward
    claim: Claim | None = None
    writes: list[Write] = field(default_factory=list)

    @property
    def unspent(self) -> int:
        """The points that nobody needs to spend: the price of a gift that is gone. Money that came off is gone too."""
        return 0 if self.claim or self.held.off else self.held.points

    @property
    def gift(self) -> int | None:
        """The points that a claimed gift costs; None if there is no claim, or if the reward took money off."""
        return self.held.points if self.claim and not self.held.off else None


def pay_held(account: PointsAccount, found: OpenHold, order_id: str, now: datetime, cause: Cause) -> PaidReward | None:
    """Let an order's payment claim the reward that a hold of its checkout holds; None if it holds none.

    Once its time is over a hold keeps no reward for its customer, even if it is not released yet.
    """
    held = HeldReward.of(found.hold)
    if held is None:
        return None
    until = None if is_overdue(found.hold, now) else found.hold.until
    taking = _Taking(account, store.existing_reward(held.id), held, order_id, now, until)
    return taking.claimed(cause) if until or taking.is_there(but=found.id) else PaidReward(held)


def pay_late(account: PointsAccount, held: HeldReward, order_id: str, now: datetime, cause: Cause) -> PaidReward:
    """Let a payment that comes when the hold has ended claim the reward, if it and its price are still there."""
    taking = _Taking(account, store.existing_reward(held.id), held, order_id, now)
    is_there = account.available >= held.points and taking.is_there()
    return taking.claimed(cause) if is_there else PaidReward(held)


def spent_late(uses: int, value: int | None, available: int, paid: PaidReward | None) -> tuple[int, int | None]:
    """Of the points that a checkout used, those that a late payment spends, and what they pay in the minor unit.

    A reward that is claimed is paid first, and whole. A gift that is gone costs nothing.
    """
    price, off = (paid.held.points, paid.held.off) if paid else (0, 0)
    apart = paid is not None and (paid.claim is not None or not off)
    rest, worth = (uses - price, (value or 0) - off) if apart else (uses, value or 0)
    first, comes_off = (price, off) if paid and paid.claim else (0, 0)
    amount = min(rest, available - first)
    pays = (worth * amount // rest if rest else 0) + comes_off
    return first + amount, pays if value else None


def given_up(hold: Hold, now: datetime) -> list[Write]:
    """The writes by which a hold that is released gives its reward back."""
    held = HeldReward.of(hold)
    stock = store.find_stock(held.id) if held and held.in_stock and not is_overdue(hold, now) else None
    if stock is None:
        return []
    stock.release(hold.until, now)
    return [Put(stock)]


def follow_order(customer_id: str, claim_id: str, now: datetime, *, is_back: bool) -> list[Write]:
    """The writes by which a claim of the customer follows its order, of which all that was spent is back, or is not.

    What staff have handed out stays as it is. A claim that an erasure removed has no writes.
    """
    claim = find(Claim, customer_partition(customer_id), CLAIM + claim_id)
    if claim is None or (claim.state is ClaimState.CANCELLED) == is_back or (is_back and claim.is_handed_out):
        return []
    if is_back:
        claim.settle(ClaimState.CANCELLED, now)
    elif claim.off:
        claim.settle(ClaimState.FULFILLED, now)
    else:
        claim.open()
    return [Put(claim), *claim_store.recounted(claim, -1 if is_back else 1)]


@dataclass(frozen=True)
class _Taking:
    """A held reward that is claimed for an order; `until` is set while its stock counts it as held."""

    account: PointsAccount
    # As it is now: a reward is archived, and never deleted.
    reward: StoredReward
    held: HeldReward
    order_id: str
    now: datetime
    until: datetime | None = None

    def is_there(self, *, but: str = "") -> bool:
        """Whether the stock and the customer's limit still leave one. The hold `but` does not count."""
        stock, limit = store.stock_of(self.reward), self.reward.limit_per_customer
        _, had = claim_store.claimed_of(self.account, self.reward, self.now, but=but)
        is_left = stock is None or stock.gone(self.now) < (self.reward.stock or 0)
        return is_left and (limit is None or had < limit)

    def claimed(self, cause: Cause) -> PaidReward:
        """The claim, with all that counts it."""
        reward, customer_id = self.reward, self.account.customer_id
        claim = Claim.of_checkout(
            customer_id, ids.new_claim_id(), reward, self.held, order_id=self.order_id, now=self.now
        )
        claimed, _ = claim_store.claimed_of(self.account, reward, self.now)
        stock = store.stock_of(reward)
        claim.tell(RewardRedeemed, cause)
        writes: list[Write] = [Put(claim), Put(ClaimForOrder.of(self.order_id, claim.id))]
        writes += [*self._released(stock), *claim_store.counted(claim, claimed, stock)]
        return PaidReward(self.held, claim, writes)

    def _released(self, stock: Stock | None) -> list[Write]:
        """Count no longer what is held. The write of `stock` itself is not among the writes, but of one without limit.

        Staff may have begun, or ceased, to limit the stock since the checkout began.
        """
        if self.until is None or not self.held.in_stock:
            return []
        holding = stock or store.find_stock(self.reward.id)
        if holding is None:
            return []
        holding.release(self.until, self.now)
        return [] if stock else [Put(holding)]
