"""Merges two customers' points, with the card and the known facts."""

from __future__ import annotations

from loyalty.freezes.usecases import freeze_with
from loyalty.identity.card_merge import hand_over_card
from loyalty.identity.referral_merge import referrals_of_both
from loyalty.identity.rules import earliest, latest_day, people_of, warned_until
from loyalty.identity.takeover import carry_over
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import Posting
from loyalty.ledger.items import Account, Entry
from loyalty.ledger.terms import Terms
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.rules import EarnedTotals, fills_debt, slack_of_both, told_of_both
from loyalty.points.store import load_for_posting
from loyalty.points.tier_rules import fresh, merge
from shared.items.table import Put, commit
from shared.items.tombstones import remains_of
from shared.messages.cause import Cause


def merge_points(merged_id: str, survivor_id: str, cause: Cause) -> None:
    """Close the merged account and let the survivor's account take it over, once. Neither needs to exist yet.

    Nothing happens if either customer was erased.
    """
    terms = store.terms_now()
    merged = load_for_posting(merged_id, terms, cause, store.own_account)
    survivor = load_for_posting(survivor_id, terms, cause)
    if merged.is_closed or survivor.erased_at or survivor.customer_id == merged_id:
        return
    writes = [*hand_over_card(merged, survivor, cause), *freeze_with(survivor, merged, cause)]
    _take_over_facts(survivor, merged, terms)
    entries = _carry_over(merged, survivor, terms, cause) if merged.entries else []
    # The survivor's account is written even if both are unknown, because the old id must lead to an account.
    commit(Put(_tombstone(merged, survivor.customer_id, terms)), Put(survivor), *map(Put, entries), *writes)


def _take_over_facts(survivor: PointsAccount, merged: PointsAccount, terms: Terms) -> None:
    """Add the merged account's facts to the survivor's, which keeps its own profile."""
    survivor.quota = _quota(survivor, merged)
    survivor.referrals = referrals_of_both(survivor, merged)
    survivor.tier_slack = slack_of_both(survivor.tier_slack, merged.tier_slack, survivor.entries + 1)
    survivor.birthdays = tuple(sorted({*(survivor.birthdays or ()), *(merged.birthdays or ())})) or None
    survivor.sign_up_waits = survivor.sign_up_waits or merged.sign_up_waits
    survivor.by_email = survivor.by_email or merged.by_email
    survivor.tiers_told = told_of_both(survivor.tiers_told or {}, merged.tiers_told or {}) or None
    survivor.opened_at = earliest(survivor.opened_at, merged.opened_at)
    survivor.active_on = latest_day(survivor.active_on, merged.active_on)
    waiting = [account.warned_on for account in (survivor, merged) if account.is_due(terms.now)]
    survivor.warned_on = warned_until(terms.today, waiting)
    survivor.merged_from = people_of(merged.customer_id, merged.merged_from, survivor.merged_from)


def _quota(survivor: PointsAccount, merged: PointsAccount) -> EarnedTotals | None:
    """The points earned by both: one person has one limit."""
    if survivor.quota is None or merged.quota is None:
        return survivor.quota or merged.quota
    return survivor.quota.plus(merged.quota)


def _carry_over(merged: PointsAccount, survivor: PointsAccount, terms: Terms, cause: Cause) -> list[Entry]:
    before = {each.pk: each.tier_before(terms.programme.tiers) for each in (merged, survivor)}
    joint = merge(survivor.tiers, merged.tiers, terms.today, terms.programme.tiers)

    def post_merge(account: Account, posting: Posting, origin: ledger.Origin, *, head: str | None) -> Entry:
        assert isinstance(account, PointsAccount)  # noqa: S101  # one of the two
        tiers = joint if account is survivor else None
        return store.post_points(
            account, posting, origin, terms, tiers=tiers, tier_before=before[account.pk], head=head
        )

    return carry_over(merged, survivor, post_merge, cause, fills_debt=fills_debt(terms.programme))


def _tombstone(merged: PointsAccount, survivor_id: str, terms: Terms) -> PointsAccount:
    """The item that replaces the merged account: it keeps the hash chain and names the survivor."""
    tombstone = remains_of(merged)
    tombstone.set_tier(fresh(terms.programme.tiers))
    tombstone.merged_into = survivor_id
    return tombstone
