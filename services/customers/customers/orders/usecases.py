"""Records orders, and reads them."""

from __future__ import annotations

from dataclasses import replace

from customers.accounts.store import find_account, get_profile
from customers.emails.waiting import WaitingItem
from customers.orders import rules
from customers.orders.buyers import NOBODY, OrderOwner, is_named_now, resolve_owner
from customers.orders.contradictions import METRIC, report_contradictions
from customers.orders.items import FurtherRefund, OrderItem, StatsItem
from customers.orders.lines import LARGEST_LINES, size_of
from customers.orders.models import NewOrder, OrderView, StatsView
from customers.orders.rules import Change, Facts
from customers.orders.store import Sight, find_order, find_refund, list_newest_orders, list_stats
from shared import clock, ids
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.events.customers import OrderRecorded
from shared.events.foreign import Buyer, Order, OrderLine
from shared.http import Attempt, Page
from shared.http.receipts import KeyRequiredError
from shared.items.table import Check, Put, Write, commit, retry_lost_races
from shared.messages.cause import Cause
from shared.runtime.observability import count, logger


class OrderTakenError(ConflictError):
    """The id belongs to an order of somebody else."""

    slug = "order-taken"
    title = "Another order has this id"


class OrderDiffersError(ConflictError):
    """An order once recorded stays as it was told first."""

    slug = "order-differs"
    title = "This order is recorded with other contents"


def record_order(order: Order, change: Change, cause: Cause) -> None:
    """Record one event of an order, in any order of arrival. An event without news writes nothing."""
    change = replace(change, notes=rules.notes_of(order, change))
    if change.notes:
        logger.info("order mended", extra={"order_id": order.id, "fields": [note.field for note in change.notes]})
    retry_lost_races(lambda: _record(order, change, cause))


def add_order(customer_id: str, new: NewOrder, cause: Cause, attempt: Attempt | None) -> OrderView:
    """Record a customer's order. The same order again gives the same answer.

    Raises KeyRequiredError without both an id and an attempt, because a retry would look like another order. Raises
    NotFoundError without the customer, OrderTakenError if the id is another customer's, OrderDiffersError if the order
    is recorded with other contents, and InvalidError if it is too large.
    """
    if new.id is None and attempt is None:
        raise KeyRequiredError("Or give the order an id: without either, a retry would count it twice.")
    if size_of(new.lines) > LARGEST_LINES:
        raise InvalidError.of("lines", f"At most {LARGEST_LINES} bytes in all")
    order = _named(customer_id, new)
    return retry_lost_races(lambda: _add(order, new, cause, attempt))


def read_order(order_id: str) -> OrderView:
    """One order. Raises NotFoundError."""
    order = find_order(order_id)
    if order is None:
        raise NotFoundError
    return order.view()


def list_orders(customer_id: str, limit: int, position: str | None, *, by_self: bool) -> Page[OrderView]:
    """A page of the customer's orders, newest first.

    Customers see their own orders from before the registration, and those that came by their e-mail alone, only once
    it is verified, because anybody could register with it. Raises NotFoundError without the customer, and to guests,
    who see nothing.
    """
    profile = get_profile(customer_id)
    if by_self and profile.registered_at is None:
        raise NotFoundError
    is_proven = profile.email_verified and not profile.past_unproven
    since = profile.registered_at if by_self and not is_proven else None
    sight = (Sight.VERIFIED if is_proven else Sight.UNVERIFIED) if by_self else Sight.STAFF
    orders, next_position = list_newest_orders(profile.customer_id, limit, position, since, sight)
    return Page.of([order.view() for order in orders], next_position)


def read_stats(customer_id: str) -> StatsView:
    """The sums of the customer's orders by currency. Raises NotFoundError without the customer."""
    profile = get_profile(customer_id)
    return StatsView(currencies=[stats.view for stats in list_stats(profile.customer_id)])


def _record(order: Order, change: Change, cause: Cause) -> None:
    item = find_order(order.id)
    known = item.facts if item else None
    told = rules.facts_of(order)
    if item:
        change = _without_known_refund(item, change)
        report_contradictions(item, told, change, order.buyer)
    facts = rules.learn(known, told, change)
    if item and facts == known and _is_settled(item, order.buyer):
        return
    owner = resolve_owner(item, order.buyer, facts.currency)
    if facts == known and owner == NOBODY:
        return
    item = item or OrderItem.new(order.id, facts)
    item.note((*change.notes, *owner.notes))
    item.remember(order.buyer)
    refund = change.refund if known and facts.refunded_beyond > known.refunded_beyond else None
    _write(item, facts, owner, cause, refund=FurtherRefund.of(order.id, refund) if refund else None)


def _without_known_refund(item: OrderItem, change: Change) -> Change:
    """The change without a refund that lies in an item of its own already."""
    refund, facts = change.refund, item.facts
    if refund is None or refund.id in facts.refunds or not rules.is_full(facts):
        return change
    further = find_refund(item.order_id, refund.id)
    if further is None:
        return change
    if further.amount != refund.amount:
        logger.warning("refund told differently; the first account stands", extra={"order_id": item.order_id})
    return replace(change, refund=None)


def _is_settled(item: OrderItem, buyer: Buyer) -> bool:
    """Whether the buyer can say nothing new of whose the order is."""
    return bool(item.customer_id or item.anonymised) and not is_named_now(item, buyer)


def _named(customer_id: str, new: NewOrder) -> Order:
    return Order(
        id=new.id or ids.new_order_id(),
        buyer=Buyer(id=customer_id),
        placed_at=new.placed_at or new.paid_at or clock.now(),
        currency=new.currency,
        total=new.total,
        tax=new.tax,
        shipping=new.shipping,
        discount=new.discount,
        lines=[OrderLine(**line.model_dump()) for line in new.lines],
        checkout_id=new.checkout_id,
        payments=new.payments,
    )


def _add(order: Order, new: NewOrder, cause: Cause, attempt: Attempt | None) -> OrderView:
    item = find_order(order.id)
    if item:
        order = _same(item, order, new)
    known = item.facts if item else None
    facts = rules.learn(known, rules.facts_of(order), Change(paid_at=new.paid_at))
    owner = resolve_owner(item, order.buyer, facts.currency)
    if owner.customer_id is None:
        raise NotFoundError
    if item and facts == known and item.customer_id and not is_named_now(item, order.buyer):
        return _answer_again(item, owner, attempt)
    return _write(item or OrderItem.new(order.id, facts), facts, owner, cause, attempt)


def _same(item: OrderItem, order: Order, new: NewOrder) -> Order:
    """The order, if it is the one recorded; without a moment of its own it has that of the record."""
    if item.anonymised or not _may_be_theirs(item, order.buyer.id or ""):
        count(METRIC)
        raise OrderTakenError
    same = order if new.placed_at else order.model_copy(update={"placed_at": item.placed_at})
    told = rules.facts_of(same)
    if rules.differ_in_money(item.facts, told):
        count(METRIC)
    if rules.differ(item.facts, told):
        raise OrderDiffersError
    return same


def _may_be_theirs(item: OrderItem, customer_id: str) -> bool:
    """Whether the order is the customer's or nobody's. The id of a merged customer leads to the survivor."""
    if item.customer_id in {None, customer_id}:
        return True
    account, owner = find_account(customer_id), find_account(item.customer_id or "")
    return account is not None and owner is not None and account.customer_id == owner.customer_id


def _answer_again(item: OrderItem, owner: OrderOwner, attempt: Attempt | None) -> OrderView:
    view = item.view()
    if attempt and owner.stats:
        stats = owner.stats
        # The receipt lies in the customer's partition. After an erasure nothing may be written there.
        still_here = Check(StatsItem, stats.pk, stats.sk, StatsItem.kind == StatsItem)
        commit(still_here, attempt.receipt(view))
    return view


def _write(
    item: OrderItem,
    facts: Facts,
    owner: OrderOwner,
    cause: Cause,
    attempt: Attempt | None = None,
    *,
    refund: FurtherRefund | None = None,
) -> OrderView:
    item.keep(facts)
    item.tell(OrderRecorded, cause)
    counted = _count(item, facts, owner)
    view = item.view(written=True)
    further = Put(refund) if refund else None
    receipt = attempt.receipt(view) if attempt else None
    commit(Put(item), counted, further, *owner.beside, _lead(item, owner), receipt)
    return view


def _count(item: OrderItem, facts: Facts, owner: OrderOwner) -> Write | None:
    """Give the order to its owner; the write of the stats that it counts in, if any."""
    if owner.forgotten:
        item.anonymise()
    if owner.customer_id is None or owner.stats is None:
        return None
    item.attach(owner.customer_id)
    if owner.by_email:
        item.by_email, item.waits = True, item.waits or (owner.waits is not None) or None
    else:
        item.prove()
    owner.stats.keep(rules.count(owner.stats.totals, facts, item.counted_spent))
    item.counted_spent = facts.spent
    item.stats = owner.stats.told_after.model_dump(mode="json")
    return Put(owner.stats)


def _lead(item: OrderItem, owner: OrderOwner) -> Write | None:
    """The write of what leads to an order that waits, if it is new."""
    return Put(WaitingItem.of(owner.customer_id, owner.waits, item.pk)) if owner.customer_id and owner.waits else None
