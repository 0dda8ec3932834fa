"""The points of two customers who are one, with the card and what is known of them."""

from __future__ import annotations

from datetime import date

from loyalty.earning.quota import Quota
from loyalty.identity.card_merge import hand_over_card
from loyalty.identity.referral_merge import referrals_of_both
from loyalty.identity.rules import earliest, latest_day, people_of, warned_until
from loyalty.identity.takeover import carry_over
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import Posting
from loyalty.ledger.items import ACCOUNT, Account, Entry
from loyalty.ledger.store import Terms
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.rules import fills_debt
from loyalty.points.store import account_to_post_to
from loyalty.points.tier_rules import fresh, merge
from shared import clock
from shared.cause import Cause
from shared.keys import customer_partition
from shared.table import Put, commit, find


def merge_points(gone_id: str, stays_id: str, cause: Cause) -> None:
    """End the account of the one and let that of the other take it over, once; neither needs to be there already.

    Nothing happens where either has been erased.
    """
    terms = store.terms_now()
    gone = account_to_post_to(gone_id, terms, cause, _own_account)
    stays = account_to_post_to(stays_id, terms, cause)
    if gone.is_closed or stays.erased_at or stays.customer_id == gone_id:
        return
    writes = hand_over_card(gone, stays, cause)
    _know(stays, gone, terms)
    entries = _carry_over(gone, stays, terms, cause) if gone.entries else []
    _bury(gone, stays.customer_id, terms)
    # The account that stays is written even where nothing is known of either: the old id must lead somewhere.
    commit(Put(gone), Put(stays), *map(Put, entries), *writes)


def _own_account(customer_id: str) -> PointsAccount:
    """The account under the very id, though it may have ended, or a fresh one."""
    found = find(PointsAccount, customer_partition(customer_id), ACCOUNT)
    return found or PointsAccount.fresh(customer_id, clock.now())


def _know(stays: PointsAccount, gone: PointsAccount, terms: Terms) -> None:
    """Let the account that stays know what was known of the other. The profile stays its own."""
    stays.quota = _quota(stays, gone, terms.today)
    stays.referrals = referrals_of_both(stays, gone)
    stays.opened_at = earliest(stays.opened_at, gone.opened_at)
    stays.active_on = latest_day(stays.active_on, gone.active_on)
    waiting = [account.warned_on for account in (stays, gone) if account.is_due(terms.now)]
    stays.warned_on = warned_until(terms.today, waiting)
    stays.merged_from = people_of(gone.customer_id, gone.merged_from, stays.merged_from)


def _quota(stays: PointsAccount, gone: PointsAccount, today: date) -> tuple[str, int, int, int] | None:
    """What was given to both today, this month and ever: one person has one limit."""
    if stays.quota is None and gone.quota is None:
        return None
    one, other = Quota.of(stays, today), Quota.of(gone, today)
    return today.isoformat(), one.today + other.today, one.this_month + other.this_month, one.ever + other.ever


def _carry_over(gone: PointsAccount, stays: PointsAccount, terms: Terms, cause: Cause) -> list[Entry]:
    before = {gone.pk: gone.tier, stays.pk: stays.tier}
    stays.stand_in(merge(stays.tiers, gone.tiers, terms.today, terms.programme.tiers))

    def post(account: Account, posting: Posting, origin: ledger.Origin, *, head: str | None) -> Entry:
        assert isinstance(account, PointsAccount)  # noqa: S101  # one of the two
        return store.post(account, posting, origin, terms, tier_before=before[account.pk], head=head)

    return carry_over(gone, stays, post, cause, fills_debt=fills_debt(terms.programme))


def _bury(gone: PointsAccount, stays_id: str, terms: Terms) -> None:
    """Leave of the account its chain, and where it went."""
    gone.stand_in(fresh(terms.programme.tiers))
    gone.rest()
    gone.opened_at = gone.registered_at = gone.email_verified = gone.profile_version = None
    gone.birthday = gone.groups = gone.quota = gone.referrals = gone.merged_from = None
    gone.merged_into = stays_id
