"""Thanks for bringing a customer: both have them as long as an order of that customer stands.

The entry of an order, or of its settlement, counts in the same transaction how many orders stand. Where that calls
for other thanks than both have, they are given or taken back: the two entries and both accounts in one transaction.
So a crash leaves either everything to be done or nothing, and whichever order is heard of next finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loyalty.earning.bonuses import bonus_entry
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.store import Origin, Terms
from loyalty.orders.order_entries import OrderBook
from loyalty.orders.refunds import facts_of, give_back, living_lot, take_back
from loyalty.orders.store import key_of_turn
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import REFEREE, REFERRER, Referral
from loyalty.points.store import account_to_post_to
from shared.cause import Cause
from shared.table import Put, commit, retry_lost_races


def settle_thanks(customer: PointsAccount, cause: Cause) -> None:
    """Give thanks for this customer, or take them back, where that is due; it costs nothing where it is not."""
    for referee, referral in (customer.referrals or {}).items():
        if referral.is_due:
            retry_lost_races(lambda referee=referee: _turn(customer.customer_id, referee, cause))  # type: ignore[misc]


def _turn(customer_id: str, referee: str, cause: Cause) -> None:
    terms = store.terms_now()
    customer = account_to_post_to(customer_id, terms, cause)
    referral = (customer.referrals or {}).get(referee)
    if referral is None or not referral.is_due:
        return
    turn = _Turn(referee, referral.turned, books_of_thanks(referee) if referral.turns else {}, terms, cause)
    entries = []
    changed = {customer.pk: customer}
    for bonus, account in _sides(customer, referral, turn).items():
        if entry := turn.entry(bonus, account):
            entries.append(entry)
            changed[account.pk] = account
    customer.referrals = {**(customer.referrals or {}), referee: turn.after}
    commit(*map(Put, entries), *map(Put, changed.values()))


def _sides(customer: PointsAccount, referral: Referral, turn: _Turn) -> Mapping[str, PointsAccount]:
    """Both accounts, the friend's first; the very same where the two have turned out to be one."""
    thanked = turn.before[REFERRER].earned if turn.before else None
    friend_id = referral.referrer or (thanked and thanked.customer_id)
    if not friend_id:
        return {REFEREE: customer}
    friend = account_to_post_to(friend_id, turn.terms, turn.cause)
    return {REFERRER: customer if friend.customer_id == customer.customer_id else friend, REFEREE: customer}


@dataclass(frozen=True)
class _Turn:
    """One turn of the thanks for a customer: how they stand after it, what each side has been given and lost before."""

    referee: str
    after: Referral
    before: Mapping[str, OrderBook]
    terms: Terms
    cause: Cause

    def entry(self, bonus: str, account: PointsAccount) -> Entry | None:
        """The finished entry of one side; None for somebody who was erased, or who has nothing to be given or lost."""
        if account.erased_at:
            return None
        origin = Origin(*key_of_turn(self.referee, bonus, self.after.turns), bonus, self.cause)
        entry = self._settled(bonus, account, origin) if self.before else self._given(bonus, account, origin)
        if entry:
            ledger.seal(account, entry)
        return entry

    def _given(self, bonus: str, account: PointsAccount, origin: Origin) -> Entry | None:
        amount = getattr(self.terms.programme.earning.bonuses, bonus)
        return bonus_entry(account, bonus, amount, origin, self.terms) if amount else None

    def _settled(self, bonus: str, account: PointsAccount, origin: Origin) -> Entry | None:
        """What was given at first is taken back, or given back: neither more nor less, whatever the programme says."""
        book = self.before[bonus]
        if book.earned is None or not book.earned.amount:
            return None
        lot = living_lot(book, self.terms) if self.after.is_thanked else None
        posting = (
            give_back(account, book, book.taken_back, lot, self.terms)
            if lot
            else take_back(account, book, book.earned.amount - book.taken_back, self.terms)
        )
        return store.post(account, posting, origin, self.terms, **facts_of(posting, book, lot))


def books_of_thanks(referee: str) -> Mapping[str, OrderBook]:
    """What each side was given for a customer who was brought, and what became of that, as it is now."""
    pk, _ = key_of_turn(referee, REFEREE, 1)
    entries = list(Entry.query(pk, consistent_read=True))
    return {bonus: _book([entry for entry in entries if entry.cause == bonus]) for bonus in (REFERRER, REFEREE)}


def _book(entries: list[Entry]) -> OrderBook:
    """Of one side, in the order of turns. Who was given nothing at first has nothing to lose later."""
    return OrderBook(entries[0] if entries else None, None, tuple(entries[1:]))
