"""Points for registering and for a review, and the entry of any bonus."""

from __future__ import annotations

from contextlib import suppress

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
from shared.events.customers import ReviewRecorded
from shared.items.table import retry_lost_races
from shared.messages.cause import Cause

SIGN_UP = "sign_up"
REVIEW = "review"


def reward_sign_up(customer_id: str, cause: Cause) -> None:
    """Give the sign-up bonus, once."""
    origin = Origin(f"BONUS#{customer_id}", SIGN_UP.upper(), SIGN_UP, cause)
    retry_lost_races(lambda: _give(customer_id, SIGN_UP, origin))


def reward_review(review: ReviewRecorded, cause: Cause) -> None:
    """Give the review bonus, once for each review."""
    origin = Origin(f"REVIEW#{review.review_id}", "ENTRY", review.review_id, cause)
    retry_lost_races(lambda: _give(review.customer_id, REVIEW, origin))


def bonus_entry(account: PointsAccount, bonus: str, amount: int, origin: Origin, terms: Terms) -> Entry:
    """The entry of a bonus, cut to the room that the limits on earning and the customer's status leave."""
    earning, quota = terms.programme.earning, Quota.of(account.quota, terms.today)
    limits, left = earning.limits, quota.left(earning.limits) if earning.allows(account.status) else 0
    given, lot = clip(amount, left), lot_for(terms.today, terms.programme.expiry)
    account.quota = quota.used(given, limits) or account.quota
    posting = rules.earn(account.balances, given, lot)
    return store.post_points(account, posting, origin, terms, parts=[[bonus, given]], lot=lot.isoformat())


def _give(customer_id: str, bonus: str, origin: Origin) -> None:
    terms = store.terms_now()
    amount = getattr(terms.programme.earning.bonuses, bonus)
    if amount == 0:
        return
    account = load_for_posting(customer_id, terms, origin.cause)
    if account.erased_at:
        return
    entry = bonus_entry(account, bonus, amount, origin, terms)
    with suppress(ledger.AlreadyPostedError):
        ledger.write(entry, account)
