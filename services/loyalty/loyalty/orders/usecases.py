"""Posts the points of orders, and settles them whenever an order changes.

Each step reads the stored entries, decides once (`rules.decide`) and posts once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from loyalty.earning.bonuses import reward_awaited_sign_up
from loyalty.earning.models import Earned, Member, OrderFacts
from loyalty.earning.rules import price
from loyalty.ledger import store as ledger
from loyalty.ledger.reversals import LotShare
from loyalty.orders.items import ReversedOrder
from loyalty.orders.order_entries import EARNED, OrderEntries, ReversedMark
from loyalty.orders.payment.captures import NamedCheckout
from loyalty.orders.payment.means import in_money
from loyalty.orders.payment.refund_credit import issue_refunded
from loyalty.orders.recorded_order import RecordedOrder
from loyalty.orders.referral_rewards import settle_referral_rewards
from loyalty.orders.refunds import ReversedShare
from loyalty.orders.repricing.usecases import reprice_orders
from loyalty.orders.rules import Holder, Known, OpenAccount, PostEntry, decide, loses_points
from loyalty.orders.spending import settle_spending
from loyalty.orders.store import lot_shares, read_entries
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.store import load_for_posting
from shared.events.customers import OrderRecorded
from shared.items.table import Put, commit, retry_lost_races
from shared.messages.cause import Cause


def record_order(order: OrderRecorded, version: int, cause: Cause, told_at: datetime | None = None) -> None:
    """Post the points that the order should have earned, lost or regained by now.

    Events may arrive in any order: the newest version alone is enough, and an older one changes nothing. An order that
    waits for its customer's e-mail is nobody's until it is told again. `told_at` is now if it is not given.
    """
    told, order = order, in_money(_owned(order))
    terms = store.terms_now()
    recorded = RecordedOrder.of(order, version, terms, lambda moment: store.terms_then(moment, terms))
    recorded = replace(recorded, told_at=told_at)
    # As told: who holds points for the very customer whom an unverified e-mail names knows who it is.
    checkout = NamedCheckout(told, cause)
    account = retry_lost_races(lambda: _settle_points(recorded, checkout, cause))
    account = checkout.settle(account)
    if recorded.is_changed:
        settle_spending(ReversedShare.told(_owned(told), version), cause)
        issue_refunded(order, version, cause)
    # Last, because it also writes the referrer's account. That account may be busy, and the customer's own points must
    # not wait for it.
    if account:
        account = reprice_orders(account, recorded.terms, cause)
        if account.sign_up_waits is not None:
            reward_awaited_sign_up(account, _amount_kept(recorded, account), cause)
        settle_referral_rewards(account, recorded.terms, cause)


def _owned(order: OrderRecorded) -> OrderRecorded:
    """The order with its customer, if it is theirs beyond doubt."""
    return order.model_copy(update={"customer_id": None}) if order.waits else order


def _amount_kept(recorded: RecordedOrder, account: PointsAccount) -> int:
    """What of an order that earns is not reversed, and earns points; in the shop's minor unit."""
    if not recorded.earns:
        return 0
    return recorded.stays_of(_priced(recorded, account))


def _priced(recorded: RecordedOrder, account: PointsAccount) -> Earned:
    """What the order, as it is told now, earns under the terms of its own time."""
    member = Member.of(account.tiers.tier, account.groups, account.birthday, account.status, account.birthdays)
    return price(OrderFacts.of(recorded.order), member, recorded.own.programme)


def _settle_points(recorded: RecordedOrder, checkout: NamedCheckout, cause: Cause) -> PointsAccount | None:
    """Post the missing entries; return the account afterwards, or None for an order without a customer."""
    recorded, account, known = _read(recorded, cause)
    decision = decide(recorded, known)
    match decision and decision.write:
        case PostEntry() as change if account:
            account = _post(change, recorded, account, checkout)
        case OpenAccount() if account:
            account.by_email = recorded.order.by_email or account.by_email
            commit(Put(account))
        case ReversedMark() as mark:
            commit(Put(ReversedOrder.of(recorded.order.order_id, mark, known.entries.mark)))
    return _settle_points(recorded, checkout, cause) if decision and decision.goes_on else account


def _since_opening(recorded: RecordedOrder, account: PointsAccount) -> RecordedOrder:
    """The order, under no older terms than those at which a registered customer's account began."""
    if account.registered_at is None:
        return recorded
    began = min(account.opened_at or account.registered_at, account.registered_at)
    if not recorded.own.now < began <= recorded.terms.now:
        return recorded
    return replace(recorded, then=store.terms_then(began, recorded.terms))


def _read(recorded: RecordedOrder, cause: Cause) -> tuple[RecordedOrder, PointsAccount | None, Known]:
    """The account that received the order's points, or else its customer's, and the stored entries.

    The order comes with them, under the terms by which this account earns.
    """
    order, terms = recorded.order, recorded.terms
    if order.customer_id is None:
        entries = read_entries(order.order_id) if recorded.is_changed else OrderEntries()
        return recorded, None, Known(None, entries)
    may_post = recorded.earns or recorded.is_changed or recorded.ends_waiting
    account = load_for_posting(order.customer_id, terms, cause) if may_post else store.account_of(order.customer_id)
    # An order that can only earn has most likely no entry yet. A failed write costs as much as a read. But an edit by
    # which the order costs nothing may be known already, if this event comes late.
    entries, shares = OrderEntries(), []
    if recorded.is_changed or recorded.ends_waiting or recorded.is_late:
        account, entries = _read_entries(account, recorded, cause)
        entries = _as_edited(entries, recorded, account)
        shares = _read_shares(account, entries, recorded)
    since_opening = _since_opening(recorded, account)
    holder = Holder(
        account.balances,
        account.tiers,
        account.groups,
        account.birthday,
        account.birthdays,
        account.status,
        account.opened_at,
        account.quota,
        account.referrals,
        tier_then=store.tier_on(account, since_opening.own) if recorded.earns and not entries.earned else None,
        tier_slack=account.tier_slack,
        name=account.name,
        number=account.entries,
        is_stored=account.version is not None,
        is_erased=account.erased_at is not None,
    )
    return since_opening, account, Known(holder, entries, shares)


def _read_entries(account: PointsAccount, recorded: RecordedOrder, cause: Cause) -> tuple[PointsAccount, OrderEntries]:
    """The order's entries, and the account that received its points; without entries, `account`.

    The account is read before the entries: every later entry of the order also changes the account's version.
    """
    entries = read_entries(recorded.order.order_id)
    if entries.earned is None or account.answers_to(entries.earned.account):
        return account, entries
    account = load_for_posting(entries.earned.customer_id, recorded.terms, cause)
    return account, read_entries(recorded.order.order_id)


def _as_edited(entries: OrderEntries, recorded: RecordedOrder, account: PointsAccount) -> OrderEntries:
    """The entries, with what another total leaves out of the goods that earn, and the most that an edit may give."""
    if entries.earned is None or (recorded.order.edited_at is None and recorded.order.total == entries.earned.total):
        return entries
    left_out = recorded.left_out(_priced(recorded, account))
    entries = replace(entries, earned=replace(entries.earned, left_out=left_out))
    return replace(entries, most=_since_opening(recorded, account).most_of(entries, account.quota))


def _read_shares(account: PointsAccount, entries: OrderEntries, recorded: RecordedOrder) -> list[LotShare]:
    """The order's remaining points, newest first, if this version takes any back."""
    if account.erased_at or not loses_points(recorded, entries):
        return []
    return lot_shares(account, entries, recorded.terms.today)


def _post(change: PostEntry, recorded: RecordedOrder, account: PointsAccount, checkout: NamedCheckout) -> PointsAccount:
    """Post the entry; return the account afterwards, even if another run posted the entry.

    The payment that lets an order earn also spends its checkout, in the same transaction.
    """
    account.referrals = change.referrals or account.referrals
    account.quota = change.quota or account.quota
    account.birthdays = change.birthdays or account.birthdays
    account.tier_slack = change.tier_slack or account.tier_slack
    account.opened_at = change.opened_at or account.opened_at
    account.by_email = recorded.order.by_email or account.by_email
    order_id = recorded.order.order_id
    origin = ledger.Origin(f"ORDER#{order_id}", change.step, order_id, checkout.cause)
    # The entry of the earning names the version that decided it.
    terms = replace(recorded.terms, version=recorded.own.version) if change.step == EARNED else recorded.terms
    # An order that earns after a part of it came back may lose its tier by the next entry.
    acted_at = None if change.step == EARNED and recorded.reversed_money else recorded.acted_at
    entry = store.post_points(
        account, change.posting, origin, terms, tiers=change.tiers, acted_at=acted_at, **change.facts
    )
    ledger.seal(entry, account)
    beside = checkout.capture_beside(account) if change.step == EARNED else []
    try:
        commit(Put(entry, error=ledger.AlreadyPostedError()), Put(account), *beside)
    except ledger.AlreadyPostedError:
        return store.account_of(account.customer_id)
    checkout.is_captured = checkout.is_captured or bool(beside)
    return account
