"""Lets a version of a checkout use a reward, by the rule of claims, and sets one of its stock aside meanwhile.

What one customer's checkouts hold counts in their limit by the holds of their account alone. The stock is everybody's,
so it counts by itself what is held, and until when.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from loyalty.catalogue import claim_store, store
from loyalty.catalogue.held import HeldReward
from loyalty.catalogue.items import Stock, StoredReward
from loyalty.catalogue.rules import CodeSource, Lack, refusal_of
from loyalty.checkouts.benefits import reward_off
from loyalty.ledger.overdue import is_overdue
from loyalty.ledger.terms import Terms
from loyalty.orders.payment.checkout_names import OpenHold
from loyalty.points.items import PointsAccount
from loyalty.points.usecases import InsufficientPointsError
from loyalty.rewards.offers.refusals import error_of, taker_of
from shared.errors import InvalidError
from shared.items.table import Put, Write

_FIELD: Final = "use.reward"


@dataclass(frozen=True)
class Room:
    """What benefits have left of a cart: all that is to pay, and the shipping in it. `currency` is the cart's."""

    left: int
    shipping: int
    currency: str


@dataclass(frozen=True)
class Chooser:
    """A customer's account, with the points that a new version of the checkout can use, and its hold so far."""

    account: PointsAccount
    available: int
    terms: Terms
    before: OpenHold | None

    @property
    def held(self) -> HeldReward | None:
        """The reward that the checkout holds so far; none once that is over."""
        before = self.before
        return HeldReward.of(before.hold) if before and not is_overdue(before.hold, self.terms.now) else None


@dataclass(frozen=True)
class UsedReward:
    """The reward that a version of a checkout uses, what it takes off the cart, and its stock as it was read."""

    reward: StoredReward
    off: int
    stock: Stock | None

    @property
    def points(self) -> int:
        return self.reward.points

    @property
    def note(self) -> HeldReward:
        """What the hold keeps of it."""
        return HeldReward(self.reward.id, self.points, self.off, self.stock is not None)


def use_reward(reward_id: str, chooser: Chooser, room: Room) -> UsedReward:
    """Let a customer use a reward in a checkout.

    Raises the errors of a claim: RewardNotAvailableError, ClaimLimitError, OutOfStockError, InsufficientPointsError,
    SpendingBlockedError. Raises InvalidError naming `use.reward` for an unknown reward, for one whose codes were
    posted, and for one that would take nothing off the cart although it should.
    """
    reward = store.find_reward(reward_id)
    if reward is None:
        raise InvalidError.of(_FIELD, "There is no such reward")
    if reward.code_source is CodeSource.IMPORTED:
        raise InvalidError.of(_FIELD, "It gives a code: claim it")
    stock = store.stock_of(reward)
    _check(reward, stock, chooser)
    is_foreign = room.currency != chooser.terms.programme.currency
    left, shipping = (0, 0) if is_foreign else (room.left, room.shipping)
    return UsedReward(reward, reward_off(reward.reward_kind, reward.value, left=left, shipping=shipping), stock)


def stock_writes(chooser: Chooser, used: UsedReward | None, until: datetime) -> list[Write]:
    """The writes by which stocks count what the new version holds until then, and no longer what it held before."""
    now, before, held = chooser.terms.now, chooser.before, chooser.held
    stocks = {used.reward.id: used.stock} if used and used.stock else {}
    if before and held and held.in_stock:
        stock = stocks.get(held.id) or store.find_stock(held.id)
        if stock:
            stock.release(before.hold.until, now)
            stocks[held.id] = stock
    if used and used.stock:
        used.stock.hold(until, now)
    return [Put(stock) for stock in stocks.values()]


def _check(reward: StoredReward, stock: Stock | None, chooser: Chooser) -> None:
    account, now, held = chooser.account, chooser.terms.now, chooser.held
    is_own = held is not None and held.in_stock and held.id == reward.id
    gone = stock.gone(now) - is_own if stock else 0
    _, had = claim_store.claimed_of(account, reward, now, but=chooser.before.id if chooser.before else "")
    taker = replace(taker_of(account, chooser.terms), available=chooser.available)
    refusal = refusal_of(reward.offer(taken=gone, had=had), taker)
    if refusal is Lack.POINTS:
        raise InsufficientPointsError(extensions={"balance": account.balance, "available": chooser.available})
    if refusal:
        raise error_of(refusal, reward, account)
