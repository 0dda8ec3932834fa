"""A person is erased: suppressed first, then everything of them, then the answer.

Each step counts what it erases in the same transaction, and starts from what is there. So whichever line a run
ends at, the next one goes on from it and the counts are right; heard again much later, it erases what came since.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

from customers.accounts.items import SK, ProfileItem, ProfileTombstone
from customers.accounts.store import find_account
from customers.emails.store import EmailItem, EmailKeyItem, EmailTombstone, buried, buried_free, email_key, find_by_key
from customers.emails.waiting import list_waiting
from customers.erasure.letters import names_any
from customers.erasure.store import find_open_tombstones, find_receipts, find_tombstone
from customers.merging.usecases import move_past
from customers.orders.items import OrderItem, StatsItem, StatsTombstone
from customers.orders.store import PAGE, StillThereError, find_stats, list_stats, reload_orders
from customers.reviews.store import list_leads, load_reviews
from customers.table import instead_of
from shared import clock
from shared.erasure import write_answer
from shared.events.privacy import ErasureRequested, Kept
from shared.items.keys import customer_partition
from shared.items.table import Delete, Put, commit, retry_lost_races
from shared.messages.cause import Cause
from shared.messages.dead_letters import sweep_dead_letters
from shared.messages.patience import patient_looks

WHY_ORDERS: Final = "Accounting records: amounts and lines, without the person"
# Were they gone, one told again would count for whoever comes to have the e-mail.
WHY_REVIEWS: Final = "Ratings of products, without the person"


def erase_customer(request: ErasureRequested, cause: Cause) -> None:
    """Erase the customer and answer the request. Orders and reviews stay, without the person.

    All ids of a person who was merged are one person. Raises StillThereError when the history does not show all
    orders yet: the message comes again.
    """
    retry_lost_races(lambda: _suppress(request.customer_id, cause))
    tombstone = find_tombstone(request.customer_id)
    people = [tombstone.customer_id, *(tombstone.merged_from or ())]
    _erase_rest(people)
    is_theirs = partial(names_any, tombstone.addresses or ())
    swept = sweep_dead_letters(*people, tombstone.sweep_for or "", is_wanted=is_theirs)
    retry_lost_races(lambda: _answer(request, swept, cause))


def kept_of(tombstone: ProfileTombstone) -> list[Kept]:
    """What a tombstone says was kept."""
    kept = (("orders", tombstone.kept_orders, WHY_ORDERS), ("reviews", tombstone.kept_reviews, WHY_REVIEWS))
    return [Kept(what=what, count=count, why=why) for what, count, why in kept if count]


def _erase_rest(people: list[str]) -> None:
    """Erase what lies beside the profile and the e-mail. Of the other ids only receipts are left."""
    customer_id = people[0]
    for stats in list_stats(customer_id):
        retry_lost_races(partial(_close_stats, customer_id, stats.currency))
    _anonymise_orders(customer_id)
    while retry_lost_races(lambda: _anonymise_reviews(customer_id)):
        pass
    for each in people:
        while retry_lost_races(partial(_delete_receipts, each)):
            pass
    while retry_lost_races(lambda: _delete_waiting(customer_id)):
        pass


def _suppress(customer_id: str, cause: Cause) -> None:
    """Put tombstones where the profile and its e-mails were; from here on nobody else comes to be in their place."""
    account = find_account(customer_id)
    if isinstance(account, ProfileTombstone):
        return
    tombstone = ProfileTombstone(
        account.pk if account else customer_partition(customer_id), SK, erased_at=clock.now(), erased={}
    )
    if isinstance(account, ProfileItem):
        tombstone.merged_from = account.merged_from
        for merged in account.merged_from or ():
            move_past(merged, cause)
    buried_emails = _bury_emails(account, tombstone) if isinstance(account, ProfileItem) else []
    tombstone.add_erased("profiles", 1 if account else 0)
    tombstone.add_erased("emails", sum(email.version is not None for email in buried_emails))
    commit(Put(instead_of(account, tombstone)), *map(Put, buried_emails))


def _bury_emails(profile: ProfileItem, tombstone: ProfileTombstone) -> list[EmailTombstone]:
    """The tombstones of the address and of all former ones, except those that somebody else has taken since."""
    current = email_key(profile.email) if profile.email else None
    keys = [*(profile.former_emails or ()), *([current] if current else [])]
    holders = {key: find_by_key(key) for key in keys}
    if profile.email_claimed:
        # They never verified it: it stays somebody else's, with all that names it.
        holders.pop(current or "")
    else:
        tombstone.sweep_for = profile.email
    tombstone.addresses = list(holders) or None
    found = [_bury(key, holder, profile.customer_id, tombstone.erased_at) for key, holder in holders.items()]
    return [each for each in found if each is not None]


def _bury(key: str, holder: EmailKeyItem | None, customer_id: str, erased_at: datetime) -> EmailTombstone | None:
    if holder is None:
        return buried_free(key, erased_at)
    is_theirs = isinstance(holder, EmailItem) and holder.customer_id == customer_id
    return buried(holder, erased_at) if isinstance(holder, EmailItem) and is_theirs else None


def _close_stats(customer_id: str, currency: str) -> None:
    """Put a tombstone where stats were: no order comes to belong to the customer any more."""
    stats, tombstone = find_stats(customer_id, currency), find_tombstone(customer_id)
    if not isinstance(stats, StatsItem):
        return
    tombstone.add_erased("stats", 1)
    tombstone.kept_orders += stats.orders
    commit(Put(StatsTombstone.of(stats)), Put(tombstone))


def _anonymise_orders(customer_id: str) -> None:
    """Take the person off all orders. How many there are is known from the stats, exactly."""
    while _anonymise_page(customer_id):
        pass


def _anonymise_page(customer_id: str) -> bool:
    """Whether there were orders to anonymise still; some of them are now. Raises StillThereError."""
    for _ in patient_looks():
        if not find_open_tombstones(customer_id):
            return False
        shown = list(islice(OrderItem.by_customer.query(customer_id, page_size=PAGE), PAGE))
        if retry_lost_races(partial(_anonymise, customer_id, shown)):
            return True
    raise StillThereError


def _anonymise(customer_id: str, shown: list[OrderItem]) -> int:
    """Anonymise those of the orders that still belong to the customer; how many."""
    # The index may be behind: what counts is whose the orders are now.
    orders = [order for order in reload_orders(shown) if order.customer_id == customer_id]
    tombstones = {tombstone.currency: tombstone for tombstone in find_open_tombstones(customer_id)}
    for order in orders:
        order.anonymise()
        tombstones[order.currency].orders_left -= 1
    moved = {order.currency for order in orders}
    commit(*map(Put, orders), *(Put(tombstones[currency]) for currency in moved))
    return len(orders)


def _anonymise_reviews(customer_id: str) -> int:
    """Take the person off some of the reviews; how many. None can be added: the profile is gone."""
    leads = list_leads(customer_id, PAGE)
    if leads:
        reviews, tombstone = load_reviews(leads), find_tombstone(customer_id)
        for review in reviews:
            review.anonymise()
        tombstone.kept_reviews += len(reviews)
        commit(Put(tombstone), *map(Put, reviews), *map(Delete, leads))
    return len(leads)


def _delete_receipts(customer_id: str) -> int:
    """Delete some of the answers kept for repeated requests; how many."""
    receipts = find_receipts(customer_id)
    if receipts:
        tombstone = find_tombstone(customer_id)
        tombstone.add_erased("receipts", len(receipts))
        commit(Put(tombstone), *map(Delete, receipts))
    return len(receipts)


def _delete_waiting(customer_id: str) -> int:
    """Delete some of what leads to orders and reviews that waited; how many. None can be added: the profile is gone."""
    leads = list_waiting(customer_id, limit=PAGE)
    commit(*map(Delete, leads))
    return len(leads)


def _answer(request: ErasureRequested, swept: int, cause: Cause) -> None:
    tombstone = find_tombstone(request.customer_id)
    tombstone.sweep_for = None
    # Customers alone knows for certain who the person is by now: privacy then asks everybody about the survivor.
    write_answer(tombstone, request.model_copy(update={"customer_id": tombstone.customer_id}), swept, cause)
