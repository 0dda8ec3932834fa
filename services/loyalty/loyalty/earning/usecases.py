"""Points of orders: earned once an order has come as far as the shop's setting says, taken back as it is refunded."""

from __future__ import annotations

from decimal import Decimal

from loyalty.earning.rules import months_after, points_for, taken_back_target
from loyalty.ledger import rules, store
from loyalty.ledger.items import Account, Entry
from loyalty.ledger.rules import EntryKind
from loyalty.settings import EarnOn, LoyaltySettings
from loyalty.tiers.rules import multiplier_of
from shared import clock
from shared.cause import Cause
from shared.events import OrderRecorded
from shared.money import LARGEST_AMOUNT
from shared.table import Put, commit, retry_lost_races

# So that a partition's reversals sort by the amount refunded.
_DIGITS = len(str(LARGEST_AMOUNT))


def record_order(order: OrderRecorded, cause: Cause, settings: LoyaltySettings) -> None:
    """Post what the order should have earned or lost by now and has not yet.

    Safe whatever was heard before: the newest order alone is enough, and an older one changes nothing.
    """
    if order.customer_id is None:
        return
    if not _earns(order, settings):
        retry_lost_races(lambda: _open_account(order.customer_id or ""))
    elif order.refunded:
        retry_lost_races(lambda: _settle_refund(order, cause, settings))
    else:
        retry_lost_races(lambda: _earn(order, cause, settings))


def _earns(order: OrderRecorded, settings: LoyaltySettings) -> bool:
    """Whether it has come far enough, and cost anything: a free order leaves no entry."""
    return order.total > 0 and (settings.earn_on is EarnOn.PLACED or order.paid_at is not None)


def _open_account(customer_id: str) -> None:
    if store.find_account(customer_id) is None:
        commit(Put(Account.fresh(customer_id, clock.now())))


def _earn(order: OrderRecorded, cause: Cause, settings: LoyaltySettings) -> None:
    account = store.account_of(order.customer_id or "")
    if account.erased_at:
        return
    account.date_back(order.placed_at)
    multiplier = multiplier_of(account.tier)
    points = _points(order, multiplier, settings)
    expires_on = months_after(order.placed_at.date(), settings.lot_months)
    entry = store.make_entry(
        account,
        rules.earn(account.standing, points, expires_on),
        store.Origin.of_order(order.order_id, "EARN", cause),
        expires_on=expires_on,
        currency=order.currency,
        total=order.total,
        multiplier=str(multiplier),
    )
    try:
        store.commit_entry(entry, account)
    except store.AlreadyPostedError:
        return


def _points(order: OrderRecorded, multiplier: Decimal, settings: LoyaltySettings) -> int:
    """What the order earns: 0 in another currency than the shop's, which is posted too, and stands."""
    if order.currency != settings.currency:
        return 0
    return points_for(order.total, order.currency, points_per_unit=settings.points_per_unit, multiplier=multiplier)


def _settle_refund(order: OrderRecorded, cause: Cause, settings: LoyaltySettings) -> None:
    account, entries = _account_and_entries(order.customer_id or "", order.order_id)
    if not entries and not account.erased_at:
        _earn(order, cause, settings)
        account, entries = _account_and_entries(order.customer_id or "", order.order_id)
    if account.erased_at:
        return
    earned, taken_back = _earned(entries), sum(entry.taken_back or 0 for entry in entries)
    amount = taken_back_target(earned.points, earned.total or 0, order.refunded) - taken_back
    if amount > 0:
        _take_back(account, earned, amount, order.refunded, cause)


def _account_and_entries(customer_id: str, order_id: str) -> tuple[Account, list[Entry]]:
    """The account that the order's points fell to (the customer's, if none), and the order's entries.

    The account is read first: whatever is posted on the order after that changes the account's version too.
    """
    account = store.account_of(customer_id)
    entries = store.entries_of_order(order_id)
    if entries and entries[0].customer_id != customer_id:
        return _account_and_entries(entries[0].customer_id, order_id)
    return account, entries


def _earned(entries: list[Entry]) -> Entry:
    return next(entry for entry in entries if entry.entry_kind is EntryKind.EARNED)


def _take_back(account: Account, earned: Entry, amount: int, refunded: int, cause: Cause) -> None:
    lot = earned.expires_on
    assert lot is not None  # noqa: S101  # every EARN entry has one
    has_ended = lot < clock.now().date()
    expired = store.expired_points(account.customer_id, lot) if has_ended else 0
    entry = store.make_entry(
        account,
        posting := rules.reverse(account.standing, amount, lot, expired),
        store.Origin.of_order(earned.cause, f"REVERSE#{refunded:0{_DIGITS}}", cause),
        expires_on=lot,
        currency=earned.currency,
        total=earned.total,
        refunded=refunded,
        taken_back=posting.taken_back,
    )
    try:
        store.commit_entry(entry, account)
    except store.AlreadyPostedError:
        return
