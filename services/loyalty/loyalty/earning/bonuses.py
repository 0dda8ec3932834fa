"""Points for registering and for a review, and the entry of any bonus."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from loyalty.earning.items import ReviewMark, SignUpMark, review_key
from loyalty.earning.quota import Quota
from loyalty.earning.rules import clip
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.store import Origin
from loyalty.ledger.terms import Terms
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.rules import lot_for
from loyalty.points.store import load_for_posting
from shared import clock
from shared.events.customers import CustomerRegistered, ReviewRecorded
from shared.items.table import Put, commit, find, retry_lost_races
from shared.messages.cause import Cause

SIGN_UP = "sign_up"
REVIEW = "review"


def reward_sign_up(registered: CustomerRegistered, cause: Cause) -> None:
    """Give the sign-up bonus, once for each e-mail; or let it wait for an order, if the programme wants one."""
    bonuses = store.terms_now().programme.earning.bonuses
    if bonuses.sign_up and bonuses.sign_up_order:
        retry_lost_races(lambda: _await_order(registered))
    else:
        _give_sign_up(registered.customer_id, registered.reward_key, cause)


def reward_awaited_sign_up(account: PointsAccount, amount: int, cause: Cause) -> None:
    """Give the sign-up bonus that the account waits for, if what the order earned on, `amount`, is enough."""
    if amount < max(store.terms_now().programme.earning.bonuses.sign_up_order, 1):
        return
    _give_sign_up(account.customer_id, account.sign_up_waits or None, cause)
    retry_lost_races(lambda: _end_waiting(account.customer_id))


def reward_review(review: ReviewRecorded, cause: Cause) -> None:
    """Give the review bonus, once for each review, and as the programme says: to buyers, once for each product."""
    bonuses = store.terms_now().programme.earning.bonuses
    if review.waits or (bonuses.review_buyers_only and review.bought is False):
        return
    origin = Origin(f"REVIEW#{review.review_id}", "ENTRY", review.review_id, cause)
    marked = partial(_mark_of_review, review) if bonuses.review_once_per_product else _no_mark

    def mark_of(account: PointsAccount) -> Put | None:
        account.by_email = review.by_email or account.by_email
        return marked(account)

    retry_lost_races(lambda: _give(review.customer_id, REVIEW, origin, mark_of))


def bonus_entry(account: PointsAccount, bonus: str, amount: int, origin: Origin, terms: Terms) -> Entry:
    """The entry of a bonus, cut to the room that the limits on earning and the customer's status leave."""
    earning, quota = terms.programme.earning, Quota.of(account.quota, terms.today)
    limits, left = earning.limits, quota.left(earning.limits) if earning.allows(account.status) else 0
    given, lot = clip(amount, left), lot_for(terms.today, terms.programme.expiry)
    account.quota = quota.used(given, limits) or account.quota
    posting = rules.earn(account.balances, given, lot)
    return store.post_points(account, posting, origin, terms, parts=[[bonus, given]], lot=lot.isoformat())


def _give_sign_up(customer_id: str, key: str | None, cause: Cause) -> None:
    origin = Origin(f"BONUS#{customer_id}", SIGN_UP.upper(), SIGN_UP, cause)

    def mark_of(_: PointsAccount) -> Put | None:
        # A mark that exists was made by the same registration, or by an earlier one with this e-mail.
        return Put(SignUpMark.of(key, clock.now()), error=ledger.AlreadyPostedError()) if key else None

    retry_lost_races(lambda: _give(customer_id, SIGN_UP, origin, mark_of))


def _mark_of_review(review: ReviewRecorded, account: PointsAccount) -> Put:
    """The mark of a rewarded product. Raises AlreadyPostedError if a merged customer has one for it."""
    for person in account.merged_from or ():
        if find(ReviewMark, *review_key(person, review.product_id)):
            raise ledger.AlreadyPostedError
    mark = ReviewMark.of(account.customer_id, review.product_id, review.review_id)
    return Put(mark, error=ledger.AlreadyPostedError())


def _no_mark(_: PointsAccount) -> None:
    """For bonuses that the key of their entry alone makes single."""


def _await_order(registered: CustomerRegistered) -> None:
    account = store.account_of(registered.customer_id)
    if not account.is_closed and account.sign_up_waits is None:
        account.sign_up_waits = registered.reward_key or ""
        commit(Put(account))


def _end_waiting(customer_id: str) -> None:
    account = store.account_of(customer_id)
    if account.sign_up_waits is not None:
        account.sign_up_waits = None
        commit(Put(account))


def _give(customer_id: str, bonus: str, origin: Origin, mark_of: Callable[[PointsAccount], Put | None]) -> None:
    terms = store.terms_now()
    amount = getattr(terms.programme.earning.bonuses, bonus)
    if amount == 0:
        return
    account = load_for_posting(customer_id, terms, origin.cause)
    if account.erased_at:
        return
    entry = bonus_entry(account, bonus, amount, origin, terms)
    with suppress(ledger.AlreadyPostedError):
        ledger.write(entry, account, mark_of(account))
