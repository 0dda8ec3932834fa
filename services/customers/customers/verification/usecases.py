"""Orders and reviews that waited for an e-mail are told again once it is verified."""

from __future__ import annotations

from functools import partial

from customers.emails.store import email_key
from customers.emails.waiting import WaitingItem, list_waiting
from customers.orders.items import ORDER_SK, OrderItem
from customers.reviews.items import CustomersReview
from customers.reviews.store import list_waiting_leads, load_reviews
from shared.events.customers import CustomerUpdated, OrderRecorded, ReviewRecorded
from shared.items.table import Delete, Put, commit, find, retry_lost_races
from shared.messages.cause import Cause


def tell_waiting(updated: CustomerUpdated, version: int, cause: Cause) -> None:
    """Tell again what waited for this e-mail, if the profile of this version says that it is verified.

    An event that comes late or twice tells nothing that began to wait after it.
    """
    if not updated.profile.email_verified:
        return
    key = email_key(updated.profile.email)
    for lead in list_waiting(updated.customer_id, key):
        if lead.since < version:
            retry_lost_races(partial(_tell_order, lead.pk, lead.sk, cause))
    for review in list_waiting_leads(updated.customer_id, key):
        if (review.since or 0) < version:
            retry_lost_races(partial(_tell_review, review.pk, review.sk, cause))


def _tell_order(pk: str, sk: str, cause: Cause) -> None:
    lead = find(WaitingItem, pk, sk)
    if lead is None:
        return
    order = find(OrderItem, lead.order_pk, ORDER_SK)
    if order is None or order.customer_id != lead.customer_id:
        commit(Delete(lead))
        return
    order.prove()
    order.tell(OrderRecorded, cause)
    commit(Put(order), Delete(lead))


def _tell_review(pk: str, sk: str, cause: Cause) -> None:
    lead = find(CustomersReview, pk, sk)
    if lead is None or lead.waits_for is None:
        return
    [review] = load_reviews([lead])
    lead.waits_for = lead.since = None
    review.prove()
    review.tell(ReviewRecorded, cause)
    commit(Put(review), Put(lead))
