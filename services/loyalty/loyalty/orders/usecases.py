"""Points of orders: earned once an order has come as far as the programme says, and settled whenever it changes.

An order's entries follow its state, not its events: whatever of it is heard first, twice, late or never, the newest
version decides how many points the order keeps, and the difference is posted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from loyalty.earning.models import Earned, OrderFacts
from loyalty.earning.quota import Quota, member_of
from loyalty.earning.rules import price
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.store import Terms
from loyalty.orders.items import DELIVERED, EARNED, REVERSED, SETTLED, ReversedOrder
from loyalty.orders.order_entries import OrderEntries, ReversedShare, reversed_amount
from loyalty.orders.referral_rewards import settle_referral_rewards
from loyalty.orders.refunds import facts_of, give_back, living_lot, take_back
from loyalty.orders.rules import taken_back_target
from loyalty.orders.settlement import settle_spending
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import counted
from loyalty.points.rules import lot_for
from loyalty.points.store import Qualifying, load_for_posting
from loyalty.programme.models import PendingUntil
from loyalty.programme.sections import EarnOn
from shared import clock
from shared.cause import Cause
from shared.events.customers import OrderRecorded
from shared.table import Put, commit, find, retry_lost_races


@dataclass(frozen=True)
class RecordedOrder:
    """An order at a version, and who told of it."""

    order: OrderRecorded
    version: int
    cause: Cause

    def origin(self, step: str) -> ledger.Origin:
        """The origin of what this version of the order causes."""
        return ledger.Origin.of_order(self.order.order_id, step, self.cause)


def record_order(order: OrderRecorded, version: int, cause: Cause) -> None:
    """Post what the order should have earned, lost or given back by now and has not yet.

    Safe whatever was heard before: the newest version alone is enough, and an older one changes nothing.
    """
    recorded = RecordedOrder(order, version, cause)
    is_changed = bool(order.refunded or order.cancelled_at or order.reinstated_at)
    if order.customer_id is None:
        # Nobody's any more, or never anybody's; but somebody may have paid for it with points or credit.
        if is_changed:
            retry_lost_races(lambda: _mark_reversed(recorded))
            settle_spending(ReversedShare.told(order, version), cause)
        return
    account = None
    if not _earns(order):
        retry_lost_races(lambda: _open_account(order.customer_id or ""))
    # One that has changed has most likely earned: an attempt that fails costs as much as another.
    elif not is_changed:
        account = retry_lost_races(lambda: _earn(recorded))
    if is_changed:
        account = retry_lost_races(lambda: _settle(recorded))
        settle_spending(ReversedShare.told(order, version), cause)
    if order.delivered_at:
        retry_lost_races(lambda: _deliver(recorded))
    # Last, for it writes the referrer's account too, which may be busy: nothing of the customer waits for that.
    if account:
        settle_referral_rewards(account, cause)


def _earns(order: OrderRecorded) -> bool:
    """Whether it has come far enough, and cost anything: a free order leaves no entry."""
    on = store.terms_now().programme.earning.on
    return order.total > 0 and (on is EarnOn.PLACED or order.paid_at is not None)


def _open_account(customer_id: str) -> None:
    if store.find_account(customer_id) is None:
        commit(Put(PointsAccount.fresh(customer_id, clock.now())))


def _earn(recorded: RecordedOrder) -> PointsAccount:
    """The account as it is after that."""
    terms = store.terms_now()
    account = load_for_posting(recorded.order.customer_id or "", terms, recorded.cause)
    if account.erased_at:
        return account
    account.date_back(recorded.order.placed_at)
    earned = _price(recorded.order, account, terms)
    placed = terms.programme.day_of(recorded.order.placed_at)
    lot = lot_for(placed, terms.programme.expiry)
    activates_on = _activates_on(recorded.order, terms)
    brought = [*(account.referrals or ())] if earned.points else []
    account.referrals = counted(account.referrals, brought, 1)
    entry = store.post(
        account,
        rules.earn(account.balances, earned.points, lot, activates_on),
        recorded.origin(EARNED),
        terms,
        qualifying=_qualifying_of_order(recorded.order, earned.points, terms),
        version=recorded.version,
        currency=recorded.order.currency,
        total=recorded.order.total,
        placed=placed.isoformat(),
        lot=lot.isoformat(),
        ripens=activates_on and activates_on.isoformat(),
        parts=[[part.rule, part.points] for part in earned.parts] or None,
        brought=brought or None,
    )
    return _posted_once(entry, account)


def _price(order: OrderRecorded, account: PointsAccount, terms: Terms) -> Earned:
    quota = Quota.of(account, terms.today)
    limits = terms.programme.earning.limits
    earned = price(OrderFacts.of(order), member_of(account), terms.programme, quota.left(limits))
    quota.use(account, earned.points, limits)
    return earned


def _activates_on(order: OrderRecorded, terms: Terms) -> date | None:
    """The day on which its points can be used, or None for at once."""
    pending, today = terms.programme.pending, terms.today
    if pending.until is PendingUntil.NONE:
        return None
    if pending.until is PendingUntil.DAYS:
        start, days = terms.programme.day_of(order.paid_at or order.placed_at), pending.days
    elif order.delivered_at:
        start, days = terms.programme.day_of(order.delivered_at), pending.days
    else:
        start, days = today, pending.longest_days
    activates_on = start + timedelta(days=days)
    return activates_on if activates_on > today else None


def _settle(recorded: RecordedOrder) -> PointsAccount:
    """Let the order's points follow the money that was not reversed; their account as it is after that."""
    account, entries = _account_and_entries(recorded)
    if entries.earned is None and _earns(recorded.order):
        _earn(recorded)
        account, entries = _account_and_entries(recorded)
    if account.erased_at:
        return account
    if entries.earned is None:
        _mark_reversed(recorded)
        return account
    reversed_money = reversed_amount(recorded.order)
    # A reinstatement that changes nothing is posted too: the cancellation before it may still be heard.
    is_same = reversed_money == entries.reversed_amount and (
        recorded.order.reinstated_at is None or entries.knows(recorded.version)
    )
    if entries.is_news(recorded.version) and not is_same:
        return _posted_once(_settlement(recorded, account, entries, entries.earned), account)
    return account


def _settlement(recorded: RecordedOrder, account: PointsAccount, entries: OrderEntries, earned: Entry) -> Entry:
    """The entry that takes points back, or gives them back, until the order keeps as many as it should."""
    reversed_money, terms = reversed_amount(recorded.order), store.terms_now()
    target = taken_back_target(earned.amount, entries.total, reversed_money)
    # An order of which no more money is reversed than before was reinstated, though that may give nothing back.
    lot = living_lot(entries, terms) if reversed_money <= entries.reversed_amount else None
    amount = abs(target - entries.taken_back)
    posting = give_back(account, entries, amount, lot, terms) if lot else take_back(account, entries, amount, terms)
    orders = int(earned.amount > target) - int(earned.amount > entries.taken_back)
    account.referrals = counted(account.referrals, earned.fact("brought") or (), orders)
    return store.post(
        account,
        posting,
        recorded.origin(f"{SETTLED}{recorded.version:09}"),
        terms,
        qualifying=_qualifying_change(entries, reversed_money, target, terms),
        version=recorded.version,
        undone=reversed_money,
        **facts_of(posting, entries, lot),
    )


def _account_and_entries(recorded: RecordedOrder) -> tuple[PointsAccount, OrderEntries]:
    """The account that the order's points fell to (its customer's, if none did), and the order's entries.

    The account is read first: whatever is posted on the order after that changes the account's version too.
    """
    terms = store.terms_now()
    account = load_for_posting(recorded.order.customer_id or "", terms, recorded.cause)
    entries = OrderEntries.read(recorded.order.order_id)
    if entries.earned and entries.earned.account not in {account.name, *(account.merged_from or ())}:
        account = load_for_posting(entries.earned.customer_id, terms, recorded.cause)
        entries = OrderEntries.read(recorded.order.order_id)
    return account, entries


def _mark_reversed(recorded: RecordedOrder) -> None:
    """Store how much of an order that earned nothing is reversed, for whoever spends on it late."""
    order = recorded.order
    mark = find(ReversedOrder, f"ORDER#{order.order_id}", REVERSED) or ReversedOrder.fresh(order.order_id)
    if mark.order_version < recorded.version:
        mark.order_version, mark.total, mark.reversed_amount = recorded.version, order.total, reversed_amount(order)
        mark.cancelled = order.cancelled_at is not None
        commit(Put(mark))


def _deliver(recorded: RecordedOrder) -> None:
    """Let points that wait for the delivery know of it."""
    terms = store.terms_now()
    if terms.programme.pending.until is not PendingUntil.DELIVERY:
        return
    account, entries = _account_and_entries(recorded)
    where, activates_on = entries.activation, _activates_on(recorded.order, terms)
    if entries.earned is None or entries.delivered or where is None or where.on == activates_on:
        return
    if where.on <= terms.today:
        return  # they have been activated, or will be within the hour
    if account.erased_at:
        return
    amount = entries.earned.amount - entries.taken_back
    posting = (
        rules.reschedule(account.balances, where, amount, activates_on)
        if activates_on
        else rules.activate_early(account.balances, where, amount)
    )
    facts: dict[str, Any] = {"version": recorded.version, "ripens": activates_on.isoformat() if activates_on else ""}
    _posted_once(store.post(account, posting, recorded.origin(DELIVERED), terms, **facts), account)


def _qualifying_of_order(order: OrderRecorded, points: int, terms: Terms) -> Qualifying:
    money = order.total if order.currency == terms.programme.currency else 0
    return Qualifying(terms.programme.day_of(order.placed_at), points, money, 1)


def _qualifying_change(entries: OrderEntries, reversed_money: int, taken_back: int, terms: Terms) -> Qualifying:
    """What an order counts for towards tiers after it was settled, less what it did before."""
    orders = int(entries.reversed_amount == entries.total) - int(reversed_money == entries.total)
    money = entries.reversed_amount - reversed_money if entries.currency == terms.programme.currency else 0
    return Qualifying(entries.counts_for or terms.today, entries.taken_back - taken_back, money, orders)


def _posted_once(entry: Entry, account: PointsAccount) -> PointsAccount:
    """The account as it is after that, whoever wrote the entry."""
    try:
        ledger.write(entry, account)
    except ledger.AlreadyPostedError:
        return store.account_of(account.customer_id)
    return account
