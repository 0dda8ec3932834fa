"""Claims: a customer takes a reward for points; staff fulfil the claim, or cancel it and restore the points.

One transaction makes all changes of a claim: the points, the claim, and the counts of a limited reward. So the later of
two claims for the last item finds none left, and no change is ever half done.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from loyalty.checkout import hold_lifecycle
from loyalty.checkout.points_wallet import PointsWallet
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind, write_grace_lots
from loyalty.points.items import PointsAccount
from loyalty.points.store import existing_account
from loyalty.points.usecases import shown_account
from loyalty.rewards import claim_store
from loyalty.rewards import store as rewards
from loyalty.rewards.claim_items import Claim, ClaimForOrder, ClaimState
from loyalty.rewards.claim_models import ClaimView, NewClaim
from loyalty.rewards.items import StoredReward
from loyalty.rewards.rules import CodeSource, Why, new_code
from shared import clock, ids
from shared.errors import ConflictError, InvalidError
from shared.events.loyalty import RewardRedeemed
from shared.http import Attempt, Page, PageQuery
from shared.items.table import Delete, LostRaceError, Put, Write, commit, retry_lost_races
from shared.messages.cause import Cause


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


class ClaimSettledError(ConflictError):
    """The claim was fulfilled or cancelled before; `state` states which."""

    slug = "claim-settled"
    title = "This claim has been settled"


def claim_reward(
    customer_id: str, wanted: NewClaim, *, by_self: bool, cause: Cause, attempt: Attempt | None
) -> ClaimView:
    """Take a reward for points, at its current price.

    Raises InvalidError for an unknown reward, NotFoundError without an account, EmailNotVerifiedError,
    RewardNotAvailableError, InsufficientPointsError, ClaimLimitError, OutOfStockError.
    """
    wallet = PointsWallet.of(customer_id, by_self=by_self)
    claim_id = ids.new_claim_id()
    return retry_lost_races(lambda: _claim(wallet, wanted, claim_id, cause, attempt))


def list_claims(customer_id: str, query: PageQuery, before: str | None, *, by_self: bool) -> Page[ClaimView]:
    """A page of claims, newest first. Raises NotFoundError without an account, EmailNotVerifiedError."""
    account = shown_account(customer_id, by_self=by_self)
    found = claim_store.newest_first(account, before=before, limit=query.limit + 1)
    page = found[: query.limit]
    return Page.of(list(map(ClaimView.of, page)), page[-1].id if len(found) > query.limit else None)


def read_claim(customer_id: str, claim_id: str, *, by_self: bool) -> ClaimView:
    """One claim. Raises NotFoundError, EmailNotVerifiedError."""
    return ClaimView.of(claim_store.existing_claim(shown_account(customer_id, by_self=by_self), claim_id))


def fulfil_claim(customer_id: str, claim_id: str) -> ClaimView:
    """Mark a claim as fulfilled. A repeated call changes nothing. Raises NotFoundError, ClaimSettledError."""
    return retry_lost_races(lambda: _fulfil(customer_id, claim_id))


def cancel_claim(customer_id: str, claim_id: str, cause: Cause) -> ClaimView:
    """Cancel an open claim. A repeated call changes nothing. Raises NotFoundError, ClaimSettledError.

    The points return to their lots, and the claim no longer counts against stock and limit. Its code is not given
    again, because somebody has seen it.
    """
    return retry_lost_races(lambda: _cancel(customer_id, claim_id, cause))


@dataclass
class _Taking:
    """A claim about to be made, and the other writes of its transaction."""

    claim: Claim
    writes: list[Write] = field(default_factory=list)


def _claim(wallet: PointsWallet, wanted: NewClaim, claim_id: str, cause: Cause, attempt: Attempt | None) -> ClaimView:
    reward = _reward_on(wallet.terms.today, wanted.reward_id)
    account = hold_lifecycle.with_enough(wallet, reward.points, cause)
    if why := reward.why_not_for(account.tier, wallet.terms.programme.tiers):
        raise RewardNotAvailableError.of(why)
    taking = _Taking(Claim.fresh(account.customer_id, claim_id, reward, wallet.now))
    if wanted.order_id:
        taking.claim.order_id = wanted.order_id
        taking.writes.append(Put(ClaimForOrder.of(wanted.order_id, claim_id)))
    _count(taking, account, reward)
    _take_from_stock(taking, reward)
    _give_code(taking, reward)
    taking.claim.tell(RewardRedeemed, cause)
    posting = rules.spend(EntryKind.REDEEMED, account.balances, reward.points)
    entry = wallet.post_spending(
        account,
        posting,
        ledger.Origin(f"CLAIM#{claim_id}", claim_store.ENTRY, claim_id, cause),
        reward=reward.id,
        order=wanted.order_id,
        value=reward.value,
        graced=write_grace_lots(posting.taken.graced) or None,
    )
    view = ClaimView.of(taking.claim)
    ledger.write(entry, account, Put(taking.claim), *taking.writes, attempt and attempt.receipt(view))
    return view


def _reward_on(today: date, reward_id: str) -> StoredReward:
    reward = rewards.find_reward(reward_id)
    if reward is None:
        raise InvalidError.of("reward_id", "There is no such reward")
    if why := reward.why_not(today):
        raise RewardNotAvailableError.of(why)
    return reward


def _count(taking: _Taking, account: PointsAccount, reward: StoredReward) -> None:
    claimed, had = claim_store.claimed_of(account, reward)
    if claimed is None or reward.limit_per_customer is None:
        return
    if had >= reward.limit_per_customer:
        raise ClaimLimitError(extensions={"limit": reward.limit_per_customer})
    claimed.taken += 1
    taking.claim.in_limit = True
    taking.writes.append(Put(claimed))


def _take_from_stock(taking: _Taking, reward: StoredReward) -> None:
    stock = rewards.stock_of(reward)
    if stock is None or reward.stock is None:
        return
    if stock.taken >= reward.stock:
        raise OutOfStockError
    stock.taken += 1
    taking.claim.in_stock = True
    taking.writes.append(Put(stock))


def _give_code(taking: _Taking, reward: StoredReward) -> None:
    if reward.code_source is CodeSource.GENERATED:
        taking.claim.code = new_code(reward.code_prefix or "", reward.code_length, secrets.choice)
    if reward.code_source is CodeSource.IMPORTED:
        free = rewards.some_free_code(reward.id)
        if free is None:
            raise OutOfStockError
        taking.claim.code = free.code
        taking.writes.append(Delete(free))


def _fulfil(customer_id: str, claim_id: str) -> ClaimView:
    claim = claim_store.existing_claim(existing_account(customer_id), claim_id)
    if claim.state is not ClaimState.FULFILLED:
        _check_open(claim)
        claim.settle(ClaimState.FULFILLED, clock.now())
        commit(Put(claim))
    return ClaimView.of(claim)


def _cancel(customer_id: str, claim_id: str, cause: Cause) -> ClaimView:
    wallet = PointsWallet.of(customer_id, by_self=False)
    account = wallet.load_for_posting(cause)
    claim = claim_store.existing_claim(account, claim_id)
    if claim.state is ClaimState.CANCELLED:
        return ClaimView.of(claim)
    _check_open(claim)
    entry = wallet.post_spending(
        account,
        rules.restore(account.balances, claim_store.taken_by(claim), wallet.return_policy),
        ledger.Origin(f"CLAIM#{claim_id}", claim_store.CANCELLED, claim_id, cause),
        reward=claim.reward_id,
        order=claim.order_id,
    )
    claim.settle(ClaimState.CANCELLED, wallet.now)
    # An existing entry means that the claim was cancelled meanwhile: then it is read again.
    ledger.write(entry, account, Put(claim), *_counted_back(claim), error=LostRaceError())
    return ClaimView.of(claim)


def _check_open(claim: Claim) -> None:
    if claim.state is not ClaimState.ISSUED:
        raise ClaimSettledError(extensions={"state": claim.state})


def _counted_back(claim: Claim) -> list[Write]:
    counts = [
        rewards.find_stock(claim.reward_id) if claim.in_stock else None,
        claim_store.find_claimed(claim.customer_id, claim.reward_id) if claim.in_limit else None,
    ]
    writes: list[Write] = []
    for count in counts:
        if count is not None:
            count.taken -= 1
            writes.append(Put(count))
    return writes
