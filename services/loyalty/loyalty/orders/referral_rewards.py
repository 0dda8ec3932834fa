"""Referral rewards: referrer and referee keep them as long as the referee has a qualifying order.

An order's entry or settlement counts the qualifying orders in its own transaction. Afterwards missing rewards are
granted, and rewards without a qualifying order are withdrawn. The two entries and both accounts are one transaction.

So a crash leaves the whole change undone or none of it. The next event of any of the referee's orders completes it.
Once both turn out to be one person, the merge has the rewards withdrawn, and they are not granted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from loyalty.earning.bonuses import bonus_entry
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.store import Origin
from loyalty.ledger.terms import Terms
from loyalty.orders.order_entries import OrderEntries
from loyalty.orders.refunds import change_reward
from loyalty.orders.store import key_of_reward, lot_shares, reward_entries
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import REFEREE, REFERRER, Referral
from loyalty.points.store import load_for_posting
from shared.items.table import Put, commit, retry_lost_races
from shared.messages.cause import Cause


def settle_referral_rewards(customer: PointsAccount, terms: Terms, cause: Cause) -> None:
    """Grant or withdraw the rewards for this customer, where that is due. Otherwise it reads nothing."""
    for referee, referral in (customer.referrals or {}).items():
        if referral.is_due:
            retry_lost_races(lambda referee=referee: _grant_or_withdraw(customer.customer_id, referee, terms, cause))  # type: ignore[misc]


def _grant_or_withdraw(customer_id: str, referee: str, terms: Terms, cause: Cause) -> None:
    customer = load_for_posting(customer_id, terms, cause)
    referral = (customer.referrals or {}).get(referee)
    if referral is None or not referral.is_due:
        return
    change = _RewardChange(referee, referral, reward_entries(referee) if referral.changes else {}, terms, cause)
    sides = _sides(customer, change)
    if sides.get(REFERRER) is customer and not referral.is_granted:
        # They were merged by an earlier release, which did not end the referral.
        customer.referrals = {**(customer.referrals or {}), referee: replace(referral, is_own=True)}
        commit(Put(customer))
        return
    entries = {side: entry for side, account in sides.items() if (entry := _entry_of_side(side, account, change))}
    customer.referrals = {**(customer.referrals or {}), referee: _changed(change, sides, entries)}
    changed = {account.pk: account for account in (customer, *(sides[side] for side in entries))}
    commit(*map(Put, entries.values()), *map(Put, changed.values()))


@dataclass(frozen=True)
class _RewardChange:
    """One grant or withdrawal for a referral; `before` holds the earlier entries of each side."""

    referee: str
    referral: Referral
    before: Mapping[str, OrderEntries]
    terms: Terms
    cause: Cause

    def origin(self, side: str) -> Origin:
        return Origin(*key_of_reward(self.referee, side, self.referral.changed.changes), side, self.cause)


def _changed(change: _RewardChange, sides: Mapping[str, PointsAccount], entries: Mapping[str, Entry]) -> Referral:
    """The referral afterwards. It goes on naming a referrer to whom the programme gave nothing: no entry does."""
    referrer, after = sides.get(REFERRER), change.referral.changed
    if change.before or referrer is None or referrer.erased_at or REFERRER in entries:
        return after
    return replace(after, referrer=change.referral.referrer)


def _sides(customer: PointsAccount, change: _RewardChange) -> Mapping[str, PointsAccount]:
    """Both accounts, the referrer's first. If the two customers were merged, both are the same account."""
    granted = change.before[REFERRER].earned if change.before else None
    referrer_id = change.referral.referrer or (granted and granted.customer_id)
    if not referrer_id:
        return {REFEREE: customer}
    referrer = load_for_posting(referrer_id, change.terms, change.cause)
    return {REFERRER: customer if referrer.customer_id == customer.customer_id else referrer, REFEREE: customer}


def _entry_of_side(side: str, account: PointsAccount, change: _RewardChange) -> Entry | None:
    """The entry of one side, as the head of its account's chain; None if nobody or nothing is to change."""
    if account.erased_at:
        return None
    make = _later_change if change.before else _first_grant
    if entry := make(side, account, change):
        ledger.seal(entry, account)
    return entry


def _first_grant(side: str, account: PointsAccount, change: _RewardChange) -> Entry | None:
    amount = getattr(change.terms.programme.earning.bonuses, side)
    return bonus_entry(account, side, amount, change.origin(side), change.terms) if amount else None


def _later_change(side: str, account: PointsAccount, change: _RewardChange) -> Entry | None:
    entries, grants = change.before[side], change.referral.changed.is_granted
    shares = lot_shares(account, entries, change.terms.today) if entries.remaining and not grants else ()
    reward = change_reward(account.balances, entries, shares, change.terms, grants=grants)
    if reward is None:
        return None
    return store.post_points(account, reward.posting, change.origin(side), change.terms, **reward.facts)
