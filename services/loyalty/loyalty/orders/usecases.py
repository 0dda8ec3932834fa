"""Points of orders: earned once an order has come as far as the programme says, and settled whenever it changes.

An order's entries follow its state, not its events: whatever of it is heard first, twice, late or never, the newest
version decides what should stand, and what is missing to that is posted.
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
from loyalty.orders.items import DELIVERED, EARNED, SETTLED, UNDONE, UndoneOrder
from loyalty.orders.order_entries import OrderBook, Undone, undone_of
from loyalty.orders.referral_rewards import settle_thanks
from loyalty.orders.refunds import facts_of, give_back, living_lot, take_back
from loyalty.orders.rules import taken_back_target
from loyalty.orders.settlement import settle_spending
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import counted
from loyalty.points.rules import lot_for
from loyalty.points.store import Merit, account_to_post_to
from loyalty.programme.models import PendingUntil
from loyalty.programme.sections import EarnOn
from shared import clock
from shared.cause import Cause
from shared.events.customers import OrderRecorded
from shared.table import Put, commit, find, retry_lost_races


@dataclass(frozen=True)
class Heard:
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
    heard = Heard(order, version, cause)
    is_changed = bool(order.refunded or order.cancelled_at or order.reinstated_at)
    if order.customer_id is None:
        # Nobody's any more, or never anybody's; but somebody may have paid for it with points or credit.
        if is_changed:
            retry_lost_races(lambda: _mark_undone(heard))
            settle_spending(Undone.told(order, version), cause)
        return
    account = None
    if not _earns(order):
        retry_lost_races(lambda: _open_account(order.customer_id or ""))
    # One that has changed has most likely earned: an attempt that fails costs as much as another.
    elif not is_changed:
        account = retry_lost_races(lambda: _earn(heard))
    if is_changed:
        account = retry_lost_races(lambda: _settle(heard))
        settle_spending(Undone.told(order, version), cause)
    if order.delivered_at:
        retry_lost_races(lambda: _deliver(heard))
    # Last, for it writes a friend's account too, which may be busy: nothing of the customer's own waits for that.
    if account:
        settle_thanks(account, cause)


def _earns(order: OrderRecorded) -> bool:
    """Whether it has come far enough, and cost anything: a free order leaves no entry."""
    on = store.terms_now().programme.earning.on
    return order.total > 0 and (on is EarnOn.PLACED or order.paid_at is not None)


def _open_account(customer_id: str) -> None:
    if store.find_account(customer_id) is None:
        commit(Put(PointsAccount.fresh(customer_id, clock.now())))


def _earn(heard: Heard) -> PointsAccount:
    """The account as it is after that."""
    terms = store.terms_now()
    account = account_to_post_to(heard.order.customer_id or "", terms, heard.cause)
    if account.erased_at:
        return account
    account.date_back(heard.order.placed_at)
    earned = _price(heard.order, account, terms)
    placed = terms.programme.day_of(heard.order.placed_at)
    lot = lot_for(placed, terms.programme.expiry)
    ripens_on = _ripens_on(heard.order, terms)
    brought = [*(account.referrals or ())] if earned.points else []
    account.referrals = counted(account.referrals, brought, 1)
    entry = store.post(
        account,
        rules.earn(account.standing, earned.points, lot, ripens_on),
        heard.origin(EARNED),
        terms,
        merit=_merit_of_all(heard.order, earned.points, terms),
        version=heard.version,
        currency=heard.order.currency,
        total=heard.order.total,
        placed=placed.isoformat(),
        lot=lot.isoformat(),
        ripens=ripens_on and ripens_on.isoformat(),
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


def _ripens_on(order: OrderRecorded, terms: Terms) -> date | None:
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
    ripens_on = start + timedelta(days=days)
    return ripens_on if ripens_on > today else None


def _settle(heard: Heard) -> PointsAccount:
    """Let the order's points follow what of its money stands; their account as it is after that."""
    account, book = _account_and_book(heard)
    if book.earned is None and _earns(heard.order):
        _earn(heard)
        account, book = _account_and_book(heard)
    if account.erased_at:
        return account
    if book.earned is None:
        _mark_undone(heard)
        return account
    undone = undone_of(heard.order)
    # A reinstatement that changes nothing is posted too: the cancellation before it may still be heard.
    is_same = undone == book.undone and (heard.order.reinstated_at is None or book.knows(heard.version))
    if book.is_news(heard.version) and not is_same:
        return _posted_once(_settlement(heard, account, book, book.earned), account)
    return account


def _settlement(heard: Heard, account: PointsAccount, book: OrderBook, earned: Entry) -> Entry:
    """The entry that takes back, or gives back, what is missing to what should stand."""
    undone, terms = undone_of(heard.order), store.terms_now()
    target = taken_back_target(earned.amount, book.total, undone)
    # What is no more undone than before was reinstated, though that may give nothing back.
    lot = living_lot(book, terms) if undone <= book.undone else None
    amount = abs(target - book.taken_back)
    posting = give_back(account, book, amount, lot, terms) if lot else take_back(account, book, amount, terms)
    orders = int(earned.amount > target) - int(earned.amount > book.taken_back)
    account.referrals = counted(account.referrals, earned.fact("brought") or (), orders)
    return store.post(
        account,
        posting,
        heard.origin(f"{SETTLED}{heard.version:09}"),
        terms,
        merit=_merit_of_change(book, undone, target, terms),
        version=heard.version,
        undone=undone,
        **facts_of(posting, book, lot),
    )


def _account_and_book(heard: Heard) -> tuple[PointsAccount, OrderBook]:
    """The account that the order's points fell to (its customer's, if none did), and the order's entries.

    The account is read first: whatever is posted on the order after that changes the account's version too.
    """
    terms = store.terms_now()
    account = account_to_post_to(heard.order.customer_id or "", terms, heard.cause)
    book = OrderBook.read(heard.order.order_id)
    if book.earned and book.earned.account not in {account.name, *(account.merged_from or ())}:
        account = account_to_post_to(book.earned.customer_id, terms, heard.cause)
        book = OrderBook.read(heard.order.order_id)
    return account, book


def _mark_undone(heard: Heard) -> None:
    """Write down how much of an order that earned nothing does not stand, for whoever spends on it late."""
    order = heard.order
    mark = find(UndoneOrder, f"ORDER#{order.order_id}", UNDONE) or UndoneOrder.fresh(order.order_id)
    if mark.order_version < heard.version:
        mark.order_version, mark.total, mark.undone = heard.version, order.total, undone_of(order)
        mark.cancelled = order.cancelled_at is not None
        commit(Put(mark))


def _deliver(heard: Heard) -> None:
    """Let points that wait for the delivery know of it."""
    terms = store.terms_now()
    if terms.programme.pending.until is not PendingUntil.DELIVERY:
        return
    account, book = _account_and_book(heard)
    where, ripens_on = book.ripening, _ripens_on(heard.order, terms)
    if book.earned is None or book.delivered or where is None or where.on == ripens_on:
        return
    if where.on <= terms.today:
        return  # they have ripened, or do so within the hour
    if account.erased_at:
        return
    amount = book.earned.amount - book.taken_back
    posting = (
        rules.put_off(account.standing, where, amount, ripens_on)
        if ripens_on
        else rules.ripen_one(account.standing, where, amount)
    )
    facts: dict[str, Any] = {"version": heard.version, "ripens": ripens_on.isoformat() if ripens_on else ""}
    _posted_once(store.post(account, posting, heard.origin(DELIVERED), terms, **facts), account)


def _merit_of_all(order: OrderRecorded, points: int, terms: Terms) -> Merit:
    money = order.total if order.currency == terms.programme.currency else 0
    return Merit(terms.programme.day_of(order.placed_at), points, money, 1)


def _merit_of_change(book: OrderBook, undone: int, taken_back: int, terms: Terms) -> Merit:
    """What an order counts for towards tiers after it was settled, less what it did before."""
    orders = int(book.undone == book.total) - int(undone == book.total)
    money = book.undone - undone if book.currency == terms.programme.currency else 0
    return Merit(book.counts_for or terms.today, book.taken_back - taken_back, money, orders)


def _posted_once(entry: Entry, account: PointsAccount) -> PointsAccount:
    """The account as it is after that, whoever wrote the entry."""
    try:
        ledger.write(entry, account)
    except ledger.AlreadyPostedError:
        return store.account_of(account.customer_id)
    return account
