"""Claims: a customer takes a reward for points; staff fulfil the claim, or cancel it and restore the points.

One transaction makes all changes of a claim: the points, the claim, and the counts of a limited reward. So the later of
two claims for the last item finds none left, and no change is ever half done.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from loyalty.catalogue import claim_store
from loyalty.catalogue import store as rewards
from loyalty.catalogue.claim_items import Claim, Claimed, ClaimForOrder, ClaimState
from loyalty.catalogue.items import FreeCode, Stock, StoredReward
from loyalty.catalogue.rules import CodeSource, Lack, new_code, refusal_of
from loyalty.checkout import hold_lifecycle
from loyalty.checkout.points_wallet import PointsWallet
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind, write_grace_lots
from loyalty.points.items import PointsAccount
from loyalty.points.store import existing_account
from loyalty.points.usecases import shown_account
from loyalty.rewards.claim_models import ClaimView, NewClaim
from loyalty.rewards.offers.refusals import error_of, taker_of
from shared import clock, ids
from shared.errors import ConflictError, InvalidError
from shared.events.loyalty import RewardRedeemed
from shared.http import Attempt, Page, PageQuery
from shared.items.table import Delete, LostRaceError, Put, Write, commit, retry_lost_races
from shared.messages.cause import Cause


class ClaimSettledError(ConflictError):
    """The claim was fulfilled or cancelled before; `state` states which."""

    slug = "claim-settled"
    title = "This claim has been settled"


class ClaimOfOrderError(ConflictError):
    """The checkout of an order made this claim: it ends with the order, which gives its points back."""

    slug = "claim-of-order"
    title = "This claim belongs to an order: cancel or refund that"


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
    """Cancel an open claim. A repeated call changes nothing.

    Raises NotFoundError, ClaimSettledError, ClaimOfOrderError.

    The points return to their lots, and the claim no longer counts against stock and limit. Its code is not given
    again, because somebody has seen it.
    """
    return retry_lost_races(lambda: _cancel(customer_id, claim_id, cause))


@dataclass(frozen=True)
class _Counts:
    """What a claim of a limited reward counts, and the code that it gives of those that were posted."""

    claimed: Claimed | None
    had: int
    stock: Stock | None
    free: FreeCode | None


def _claim(wallet: PointsWallet, wanted: NewClaim, claim_id: str, cause: Cause, attempt: Attempt | None) -> ClaimView:
    reward = rewards.find_reward(wanted.reward_id)
    if reward is None:
        raise InvalidError.of("reward_id", "There is no such reward")
    account, counts = _ready(wallet, reward, cause)
    claim = Claim.fresh(account.customer_id, claim_id, reward, wallet.now)
    writes: list[Write] = [Delete(counts.free)] if counts.free else []
    writes += claim_store.counted(claim, counts.claimed, counts.stock)
    _give_code(claim, reward, counts)
    if wanted.order_id:
        claim.order_id = wanted.order_id
        writes.append(Put(ClaimForOrder.of(wanted.order_id, claim_id)))
    claim.tell(RewardRedeemed, cause)
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
    view = ClaimView.of(claim)
    ledger.write(entry, account, Put(claim), *writes, attempt and attempt.receipt(view))
    return view


def _ready(wallet: PointsWallet, reward: StoredReward, cause: Cause) -> tuple[PointsAccount, _Counts]:
    """The account that can have the reward, and its counts. Raises the error of the refusal."""
    account = wallet.load_for_posting(cause)
    counts = _counts_of(account, reward, wallet.now)
    has_code = reward.code_source is not CodeSource.IMPORTED or counts.free is not None
    gone = counts.stock.gone(wallet.now) if counts.stock else 0
    offer = reward.offer(taken=gone, had=counts.had, has_code=has_code)
    refusal = refusal_of(offer, taker_of(account, wallet.terms))
    if refusal is Lack.POINTS:
        # What is due may give more. If it gives too little, this raises what `error_of` would give.
        hold_lifecycle.make_room(wallet, account, reward.points, cause)
        return _ready(wallet, reward, cause)
    if refusal:
        raise error_of(refusal, reward, account)
    return account, counts


def _counts_of(account: PointsAccount, reward: StoredReward, now: datetime) -> _Counts:
    claimed, had = claim_store.claimed_of(account, reward, now)
    free = rewards.some_free_code(reward.id) if reward.code_source is CodeSource.IMPORTED else None
    return _Counts(claimed, had, rewards.stock_of(reward), free)


def _give_code(claim: Claim, reward: StoredReward, counts: _Counts) -> None:
    if reward.code_source is CodeSource.GENERATED:
        claim.code = new_code(reward.code_prefix or "", reward.code_length, secrets.choice)
    elif counts.free:
        claim.code = counts.free.code


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
    if claim.off is not None:
        raise ClaimOfOrderError
    entry = wallet.post_spending(
        account,
        rules.restore(account.balances, claim_store.taken_by(claim), wallet.return_policy),
        ledger.Origin(f"CLAIM#{claim_id}", claim_store.CANCELLED, claim_id, cause),
        reward=claim.reward_id,
        order=claim.order_id,
    )
    claim.settle(ClaimState.CANCELLED, wallet.now)
    # An existing entry means that the claim was cancelled meanwhile: then it is read again.
    ledger.write(entry, account, Put(claim), *claim_store.recounted(claim, -1), error=LostRaceError())
    return ClaimView.of(claim)


def _check_open(claim: Claim) -> None:
    if claim.state is not ClaimState.ISSUED:
        raise ClaimSettledError(extensions={"state": claim.state})
