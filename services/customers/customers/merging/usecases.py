"""The orders and reviews of a merged guest come to be the survivor's, a page at a time.

Each page is one transaction, which starts from what is still the guest's. So whichever line a run ends at, the next
one goes on from it. What comes for the guest meanwhile counts in the guest's stats, and moves with the rest. Without
stats nothing comes any more, because the guest's id leads to the survivor.
"""

from __future__ import annotations

from functools import partial
from itertools import islice

from customers.accounts.items import MergedProfile, ProfileItem
from customers.accounts.store import find_account, find_own_account
from customers.orders import rules
from customers.orders.buyers import still_here
from customers.orders.items import OrderItem, StatsItem
from customers.orders.store import PAGE, StillThereError, find_stats, list_stats, reload_orders
from customers.reviews.items import CustomersReview
from customers.reviews.store import list_leads, load_reviews
from shared.events.customers import OrderRecorded
from shared.items.table import Delete, LostRaceError, Put, commit, retry_lost_races
from shared.messages.cause import Cause
from shared.messages.patience import patient_looks


def move_past(merged_id: str, cause: Cause) -> None:
    """Give all that is still the merged guest's to the survivor, and tell each order again. Heard again, it goes on.

    Raises StillThereError when the history does not show all orders yet: the message comes again.
    """
    if not isinstance(find_own_account(merged_id), MergedProfile):
        return
    while _move_page(merged_id, cause):
        pass
    while retry_lost_races(partial(_move_reviews, merged_id)):
        pass


def _move_page(merged_id: str, cause: Cause) -> bool:
    """Whether there were orders to move still; some of them are moved now. Raises StillThereError."""
    for _ in patient_looks():
        if not list_stats(merged_id):
            return False
        shown = list(islice(OrderItem.by_customer.query(merged_id, page_size=PAGE), PAGE))
        if retry_lost_races(partial(_move, merged_id, shown, cause)):
            return True
    raise StillThereError


def _move(merged_id: str, shown: list[OrderItem], cause: Cause) -> int:
    """Move those of the orders that are still the guest's, with what the stats hold of them; how many."""
    # The index may be behind: what counts is whose the orders are now.
    orders = [order for order in reload_orders(shown) if order.customer_id == merged_id]
    if not orders:
        return 0
    survivor = _survivor(merged_id)
    left = {stats.currency: stats for stats in list_stats(merged_id)}
    gained = {currency: _stats_of(survivor, currency) for currency in {order.currency for order in orders}}
    for order in orders:
        _shift(order, left[order.currency], gained[order.currency])
    for order in orders:
        order.attach(survivor.customer_id)
        order.prove()
        order.stats = gained[order.currency].told_after.model_dump(mode="json")
        order.tell(OrderRecorded, cause)
    smaller = [Put(left[each]) if left[each].orders else Delete(left[each]) for each in gained]
    commit(still_here(survivor), *map(Put, orders), *map(Put, gained.values()), *smaller)
    return len(orders)


def _shift(order: OrderItem, left: StatsItem, gained: StatsItem) -> None:
    """Count the order in other stats."""
    left.orders -= 1
    left.spent -= order.counted_spent or 0
    gained.keep(rules.count(gained.totals, order.facts, None))
    order.counted_spent = order.facts.spent


def _move_reviews(merged_id: str) -> int:
    """Move some of the reviews; how many."""
    leads = list_leads(merged_id, PAGE)
    if leads:
        reviews, survivor = load_reviews(leads), _survivor(merged_id)
        for review in reviews:
            review.customer_id = survivor.customer_id
            review.prove()
        theirs = [Put(CustomersReview.of(review)) for review in reviews]
        commit(still_here(survivor), *map(Put, reviews), *theirs, *map(Delete, leads))
    return len(leads)


def _survivor(merged_id: str) -> ProfileItem:
    account = find_account(merged_id)
    if not isinstance(account, ProfileItem):
        raise LostRaceError  # an erasure moves everything first
    return account


def _stats_of(survivor: ProfileItem, currency: str) -> StatsItem:
    stats = find_stats(survivor.customer_id, currency)
    return stats if isinstance(stats, StatsItem) else StatsItem.new(survivor.customer_id, currency)
