"""Who bought: the one place that decides which customer an order belongs to.

By id, else by normalised e-mail, else a new guest. Whoever was erased stays away: an order that names them is
without a person for good. No buyer at all (a sale at the till) is nobody, until a later event names one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from customers.accounts.items import SK as PROFILE_SK
from customers.accounts.items import AccountItem, ProfileItem
from customers.accounts.models import Source
from customers.accounts.store import find_account
from customers.emails.rules import is_mailable, normalise
from customers.emails.store import EmailItem, EmailTombstone, email_key, find_holder, held_by
from customers.emails.waiting import Waits, find_waiting
from customers.orders.items import OrderItem, StatsItem, StatsTombstone
from customers.orders.rules import mark_of
from customers.orders.store import find_stats
from shared import clock, ids
from shared.events.foreign import Buyer
from shared.events.mending import Mend, Note
from shared.items.table import Check, Delete, LostRaceError, Put, Write
from shared.runtime.observability import logger


@dataclass(frozen=True)
class OrderOwner:
    """The customer whom an order belongs to: their stats, which move with it, and what else is written or must hold.

    Without stats it belongs to nobody; `forgotten` says that this is for good. `by_email` says that an unverified
    e-mail alone leads to the customer, and `waits` for which e-mail of a registered customer it waits. `notes` say what
    of the buyer was left out.
    """

    customer_id: str | None = None
    stats: StatsItem | None = None
    beside: tuple[Write, ...] = ()
    forgotten: bool = False
    by_email: bool = False
    waits: Waits | None = None
    notes: tuple[Note, ...] = ()


NO_ADDRESS: Final = Note("order.buyer.email", Mend.LEFT_OUT)
NOBODY = OrderOwner()
FORGOTTEN = OrderOwner(forgotten=True)


def resolve_owner(order: OrderItem | None, buyer: Buyer, currency: str) -> OrderOwner:
    """The owner of the order. Once it belongs to a customer it stays theirs, whatever a later event says."""
    if order and order.anonymised:
        return FORGOTTEN
    if order and order.customer_id:
        return _stay(order, order.customer_id, buyer, currency)
    return _resolve_buyer(buyer, currency)


def is_named_now(order: OrderItem, buyer: Buyer) -> bool:
    """Whether the buyer's id says what an unverified e-mail alone said before."""
    return bool(order.by_email) and order.customer_id is not None and order.customer_id == buyer.id


def _resolve_buyer(buyer: Buyer, currency: str) -> OrderOwner:
    """Whom a buyer is, with the stats that the order counts in. Makes a guest of somebody who is new."""
    owner = _by_id(buyer.id, currency) if buyer.id else None
    if owner is None and buyer.email and buyer.email.strip():
        owner = _by_email(buyer, currency)
    if owner is None and buyer.id:
        logger.warning("order names a customer who is not here", extra={"customer_id": buyer.id})
    return owner or NOBODY


def find_buyer(buyer: Buyer) -> ProfileItem | None:
    """Whom a buyer is, of those who are here: nobody new is made a guest, and nobody who is erased is found."""
    account = find_account(buyer.id) if buyer.id else None
    if account is None and buyer.email and buyer.email.strip():
        account = _account_under(buyer.email)
    return account if isinstance(account, ProfileItem) else None


def is_other_buyer(order: OrderItem, buyer: Buyer) -> bool:
    """Whether the order belongs to somebody else than the buyer. Reads only if the buyer is told in another way."""
    if order.customer_id is None or order.customer_id == buyer.id:
        return False
    if mark_of(order.order_id, buyer) in {None, order.buyer_mark}:
        return False
    found = find_buyer(buyer)
    owner = find_account(order.customer_id)  # merged perhaps, and the order has not moved yet
    return found is None or owner is None or found.customer_id != owner.customer_id


def still_here(account: AccountItem) -> Check:
    """That the account is a profile when the other writes are made: its person is not erased meanwhile."""
    return Check(AccountItem, account.pk, PROFILE_SK, AccountItem.kind == ProfileItem)


def _account_under(written: str) -> AccountItem | None:
    try:
        holder = find_holder(normalise(written))
    except ValueError:
        return None
    if not isinstance(holder, EmailItem):
        return None
    account = find_account(holder.customer_id)
    if not isinstance(account, ProfileItem):
        raise LostRaceError  # erased since the e-mail was read
    return account


def check_unverified(profile: ProfileItem) -> tuple[Check, Waits]:
    """For what waits: that the e-mail is still unverified when the other writes are made, and what it waits for."""
    version = profile.version or 0
    waits = Waits(email_key(profile.email or ""), version)
    return Check(AccountItem, profile.pk, PROFILE_SK, AccountItem.version == version), waits


def _stay(order: OrderItem, customer_id: str, buyer: Buyer, currency: str) -> OrderOwner:
    stats = find_stats(customer_id, currency)
    if isinstance(stats, StatsItem):
        return _proven(order, OrderOwner(customer_id, stats), buyer)
    if isinstance(stats, StatsTombstone):
        # The erasure has not come to this order yet: do its part, as it would.
        stats.orders_left -= 1
        return OrderOwner(beside=(Put(stats),), forgotten=True)
    raise LostRaceError  # an attached order is counted, in one transaction


def _proven(order: OrderItem, owner: OrderOwner, buyer: Buyer) -> OrderOwner:
    """The owner of an order that is theirs, beyond doubt if the buyer's id says so now."""
    if not is_named_now(order, buyer):
        return replace(owner, by_email=bool(order.by_email))
    if not order.waits:
        return owner
    return replace(owner, beside=(Delete(find_waiting(order.customer_id or "", order.pk)),))


def _by_id(customer_id: str, currency: str) -> OrderOwner | None:
    stats = find_stats(customer_id, currency)
    if isinstance(stats, StatsItem):
        return OrderOwner(customer_id, stats)
    return FORGOTTEN if stats else _first_order(customer_id, currency)


def _first_order(customer_id: str, currency: str) -> OrderOwner | None:
    """Of a customer without stats in this currency: the profile must still be there when they are written."""
    account = find_account(customer_id)
    if account is None:
        return None
    if not isinstance(account, ProfileItem):
        return FORGOTTEN
    if account.customer_id != customer_id:  # merged
        return _by_id(account.customer_id, currency)
    return OrderOwner(customer_id, StatsItem.new(customer_id, currency), (still_here(account),))


def _by_email(buyer: Buyer, currency: str) -> OrderOwner:
    try:
        email = normalise(buyer.email or "")
    except ValueError:
        return _new_guest(buyer, None, currency)
    holder = find_holder(email)
    if isinstance(holder, EmailTombstone):
        return FORGOTTEN
    if not isinstance(holder, EmailItem):
        return _new_guest(buyer, email if is_mailable(email) else None, currency)
    profile, stats = find_account(holder.customer_id), find_stats(holder.customer_id, currency)
    is_merged = profile is not None and profile.customer_id != holder.customer_id
    if is_merged or not isinstance(profile, ProfileItem) or isinstance(stats, StatsTombstone):
        raise LostRaceError  # erased or merged since the e-mail was read
    return _under_email(profile, stats if isinstance(stats, StatsItem) else None, currency)


def _under_email(profile: ProfileItem, stats: StatsItem | None, currency: str) -> OrderOwner:
    """The owner whose e-mail a buyer gave: whose it is beyond doubt only if the e-mail is verified."""
    beside = () if stats else (still_here(profile),)
    owner = OrderOwner(profile.customer_id, stats or StatsItem.new(profile.customer_id, currency), beside)
    if profile.email_verified:
        return owner
    if profile.registered_at is None:
        return replace(owner, by_email=True)
    still_unverified, waits = check_unverified(profile)
    return replace(owner, beside=(still_unverified,), by_email=True, waits=waits)


def _new_guest(buyer: Buyer, email: str | None, currency: str) -> OrderOwner:
    """A guest with the buyer's names, and without the e-mail if that is none or nobody can be mailed there."""
    guest = ProfileItem.new(ids.new_customer_id(), Source.ORDER, clock.now())
    guest.email = email
    guest.first_name, guest.last_name = buyer.first_name or None, buyer.last_name or None
    email_item = (Put(held_by(guest.customer_id, email)),) if email else ()
    stats = StatsItem.new(guest.customer_id, currency)
    return OrderOwner(
        guest.customer_id,
        stats,
        (Put(guest), *email_item),
        by_email=bool(email),
        notes=() if email is not None else (NO_ADDRESS,),
    )
