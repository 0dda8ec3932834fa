"""Referral rewards: referrer and referee have them as long as the referee has a qualifying order.

The entry of an order, or of its settlement, counts the qualifying orders in the same transaction. Where both sides
are to have their rewards and have not, they are granted; in the opposite case they are withdrawn. The two entries and
both accounts are one transaction.
So a crash leaves either everything to be done or nothing, and whichever order is heard of next finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loyalty.earning.bonuses import bonus_entry
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.store import Origin, Terms
from loyalty.orders.order_entries import OrderEntries
from loyalty.orders.refunds import facts_of, give_back, living_lot, take_back
from loyalty.orders.store import key_of_reward
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import REFEREE, REFERRER, Referral
from loyalty.points.store import load_for_posting
from shared.cause import Cause
from shared.table import Put, commit, retry_lost_races


def settle_referral_rewards(customer: PointsAccount, cause: Cause) -> None:
    """Grant the rewards for this customer, or withdraw them, where that is due; it costs nothing where it is not."""
    for referee, referral in (customer.referrals or {}).items():
        if referral.is_due:
            retry_lost_races(lambda referee=referee: _grant_or_withdraw(customer.customer_id, referee, cause))  # type: ignore[misc]


def _grant_or_withdraw(customer_id: str, referee: str, cause: Cause) -> None:
    terms = store.terms_now()
    customer = load_for_posting(customer_id, terms, cause)
    referral = (customer.referrals or {}).get(referee)
    if referral is None or not referral.is_due:
        return
    change = _RewardChange(referee, referral.changed, reward_entries(referee) if referral.changes else {}, terms, cause)
    entries = []
    changed = {customer.pk: customer}
    for bonus, account in _sides(customer, referral, change).items():
        if entry := change.entry(bonus, account):
            entries.append(entry)
            changed[account.pk] = account
    customer.referrals = {**(customer.referrals or {}), referee: change.after}
    commit(*map(Put, entries), *map(Put, changed.values()))


def _sides(customer: PointsAccount, referral: Referral, change: _RewardChange) -> Mapping[str, PointsAccount]:
    """Both accounts, the referrer's first; the very same where the two have turned out to be one."""
    rewarded = change.before[REFERRER].earned if change.before else None
    referrer_id = referral.referrer or (rewarded and rewarded.customer_id)
    if not referrer_id:
        return {REFEREE: customer}
    referrer = load_for_posting(referrer_id, change.terms, change.cause)
    return {REFERRER: customer if referrer.customer_id == customer.customer_id else referrer, REFEREE: customer}


@dataclass(frozen=True)
class _RewardChange:
    """One grant or withdrawal: the referral after it, and what each side was granted and lost before."""

    referee: str
    after: Referral
    before: Mapping[str, OrderEntries]
    terms: Terms
    cause: Cause

    def entry(self, bonus: str, account: PointsAccount) -> Entry | None:
        """The finished entry of one side; None for somebody who was erased, or who has nothing to gain or lose."""
        if account.erased_at:
            return None
        origin = Origin(*key_of_reward(self.referee, bonus, self.after.changes), bonus, self.cause)
        entry = self._later_change(bonus, account, origin) if self.before else self._first_grant(bonus, account, origin)
        if entry:
            ledger.seal(account, entry)
        return entry

    def _first_grant(self, bonus: str, account: PointsAccount, origin: Origin) -> Entry | None:
        amount = getattr(self.terms.programme.earning.bonuses, bonus)
        return bonus_entry(account, bonus, amount, origin, self.terms) if amount else None

    def _later_change(self, bonus: str, account: PointsAccount, origin: Origin) -> Entry | None:
        """What was first granted is withdrawn or granted again: neither more nor less, whatever the programme says."""
        entries = self.before[bonus]
        if entries.earned is None or not entries.earned.amount:
            return None
        lot = living_lot(entries, self.terms) if self.after.is_granted else None
        posting = (
            give_back(account, entries, entries.taken_back, lot, self.terms)
            if lot
            else take_back(account, entries, entries.earned.amount - entries.taken_back, self.terms)
        )
        return store.post(account, posting, origin, self.terms, **facts_of(posting, entries, lot))


def reward_entries(referee: str) -> Mapping[str, OrderEntries]:
    """What each side was granted for a referee, and what became of that, as it is now."""
    pk, _ = key_of_reward(referee, REFEREE, 1)
    entries = list(Entry.query(pk, consistent_read=True))
    return {
        bonus: _entries_of_side([entry for entry in entries if entry.cause == bonus]) for bonus in (REFERRER, REFEREE)
    }


def _entries_of_side(entries: list[Entry]) -> OrderEntries:
    """Of one side, oldest first. Who was granted nothing at first has nothing to lose later."""
    return OrderEntries(entries[0] if entries else None, None, tuple(entries[1:]))
