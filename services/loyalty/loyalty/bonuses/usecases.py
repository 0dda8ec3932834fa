"""Points that no order earns: for registering, for a review, and for bringing a friend, on both sides."""

from __future__ import annotations

from loyalty.earning.limits import Quota
from loyalty.earning.rules import clip
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.store import Terms
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.rules import lot_for
from shared.cause import Cause
from shared.events import ReviewRecorded
from shared.table import retry_lost_races

SIGN_UP = "sign_up"
REVIEW = "review"
REFERRER = "referrer"
REFEREE = "referee"


def reward_sign_up(customer_id: str, cause: Cause) -> None:
    """Give what registering earns, once."""
    origin = ledger.Origin(f"BONUS#{customer_id}", SIGN_UP.upper(), SIGN_UP, cause)
    retry_lost_races(lambda: _give(customer_id, SIGN_UP, origin))


def reward_review(review: ReviewRecorded, cause: Cause) -> None:
    """Give what a review earns, once for each."""
    origin = ledger.Origin(f"REVIEW#{review.review_id}", "ENTRY", review.review_id, cause)
    retry_lost_races(lambda: _give(review.customer_id, REVIEW, origin))


def reward_referral(referee: str, referrer: str, cause: Cause) -> None:
    """Thank both once the customer who was brought has earned by an order.

    The friend first: the customer's own entry also ends the referral, so that a crash in between is made good.
    """
    for customer_id, bonus in ((referrer, REFERRER), (referee, REFEREE)):
        origin = ledger.Origin(f"REFERRAL#{referee}", bonus.upper(), bonus, cause)
        retry_lost_races(lambda customer_id=customer_id, bonus=bonus, origin=origin: _give(customer_id, bonus, origin))  # type: ignore[misc]


def _give(customer_id: str, bonus: str, origin: ledger.Origin) -> None:
    terms = store.terms_now()
    amount = getattr(terms.programme.earning.bonuses, bonus)
    if amount == 0 and bonus != REFEREE:
        return
    account = store.account_of(customer_id)
    if account.erased_at:
        return
    entry = _entry(account, bonus, amount, origin, terms)
    if bonus == REFEREE:
        account.referred_by = None
    try:
        ledger.write(entry, account)
    except ledger.AlreadyPostedError:
        return


def _entry(account: PointsAccount, bonus: str, amount: int, origin: ledger.Origin, terms: Terms) -> Entry:
    limits, quota = terms.programme.earning.limits, Quota.of(account, terms.today)
    given = clip(amount, quota.left(limits))
    quota.use(account, given, limits)
    posting = rules.earn(account.standing, given, lot_for(terms.today, terms.programme.expiry))
    return store.post(account, posting, origin, terms, parts=[[bonus, given]])
