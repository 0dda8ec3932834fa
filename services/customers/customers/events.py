"""What customers hears and does about it, and what it tells."""

from __future__ import annotations

from typing import Final

from customers.accounts.items import ProfileItem, ProfileTombstone
from customers.erasure.usecases import erase_customer
from customers.orders.items import OrderItem
from customers.orders.rules import Change
from customers.orders.usecases import record_order
from customers.reviews.items import ReviewItem
from customers.reviews.usecases import record_review
from shared.events.customers import CustomerRegistered, CustomerUpdated, OrderRecorded, OrderStats, ReviewRecorded
from shared.events.foreign import (
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderReinstated,
    ReviewPosted,
)
from shared.events.privacy import ErasureAnswered, ErasureRequested, Kept
from shared.inbox import Handlers, Heard
from shared.outbox import Builders
from shared.table import Told

WHY_ORDERS: Final = "Accounting records: amounts and lines, without the person"
# Were they gone, one told again would count for whoever comes to have the e-mail.
WHY_REVIEWS: Final = "Ratings of products, without the person"


def hear_order_placed(heard: Heard[OrderPlaced]) -> None:
    """Record the order."""
    record_order(heard.data.order, Change(), heard.cause)


def hear_order_paid(heard: Heard[OrderPaid]) -> None:
    """Record that the order is paid."""
    record_order(heard.data.order, Change(paid_at=heard.data.paid_at), heard.cause)


def hear_order_refunded(heard: Heard[OrderRefunded]) -> None:
    """Record a refund of the order."""
    record_order(heard.data.order, Change(refund=heard.data.refund), heard.cause)


def hear_order_delivered(heard: Heard[OrderDelivered]) -> None:
    """Record that the order was delivered."""
    record_order(heard.data.order, Change(delivered_at=heard.data.delivered_at), heard.cause)


def hear_order_cancelled(heard: Heard[OrderCancelled]) -> None:
    """Record that the order was cancelled."""
    record_order(heard.data.order, Change(cancelled_at=heard.data.cancelled_at), heard.cause)


def hear_order_reinstated(heard: Heard[OrderReinstated]) -> None:
    """Record that the order stands again."""
    record_order(heard.data.order, Change(reinstated_at=heard.data.reinstated_at), heard.cause)


def hear_review_posted(heard: Heard[ReviewPosted]) -> None:
    """Record the review, of somebody who is known."""
    record_review(heard.data.review, heard.cause)


def hear_erasure_requested(heard: Heard[ErasureRequested]) -> None:
    """Erase the person and answer."""
    erase_customer(heard.data.request_id, heard.data.customer_id, heard.cause)


def customer_registered(profile: ProfileItem, _: Told) -> CustomerRegistered:
    """The registration that the profile carries."""
    return CustomerRegistered(
        customer_id=profile.customer_id, profile=profile.told, consents=list(profile.consents or [])
    )


def customer_updated(profile: ProfileItem, _: Told) -> CustomerUpdated:
    """The profile after the change that it carries."""
    return CustomerUpdated(customer_id=profile.customer_id, profile=profile.told)


def order_recorded(order: OrderItem, _: Told) -> OrderRecorded:
    """The order after the change that it carries."""
    facts = order.facts
    return OrderRecorded(
        order_id=order.order_id,
        customer_id=order.customer_id,
        status=facts.status,
        placed_at=facts.placed_at,
        paid_at=facts.paid_at,
        delivered_at=facts.delivered_at,
        cancelled_at=facts.cancelled_at if facts.is_cancelled else None,
        reinstated_at=facts.reinstated_at,
        currency=facts.currency,
        total=facts.total,
        tax=facts.tax,
        shipping=facts.shipping,
        discount=facts.discount,
        refunded=facts.refunded,
        lines=list(facts.lines),
        stats=OrderStats.model_validate(order.stats) if order.stats else None,
    )


def review_recorded(review: ReviewItem, _: Told) -> ReviewRecorded:
    """The review that is new."""
    return ReviewRecorded(
        review_id=review.review_id,
        customer_id=review.customer_id or "",
        product_id=review.product_id,
        rating=review.rating,
        posted_at=review.posted_at,
    )


def erasure_answered(tombstone: ProfileTombstone, told: Told) -> ErasureAnswered:
    """The answer that the tombstone carries; `about` is the request that it answers."""
    kept = (("orders", tombstone.kept_orders, WHY_ORDERS), ("reviews", tombstone.kept_reviews, WHY_REVIEWS))
    return ErasureAnswered(
        request_id=told.about or "",
        customer_id=tombstone.customer_id,
        service="customers",
        erased=tombstone.erased,
        kept=[Kept(what=what, count=count, why=why) for what, count, why in kept if count],
        answered_at=told.at,
    )


HEARS: Final[Handlers] = {
    OrderPlaced: hear_order_placed,
    OrderPaid: hear_order_paid,
    OrderRefunded: hear_order_refunded,
    OrderDelivered: hear_order_delivered,
    OrderCancelled: hear_order_cancelled,
    OrderReinstated: hear_order_reinstated,
    ReviewPosted: hear_review_posted,
    ErasureRequested: hear_erasure_requested,
}

TELLS: Final[Builders] = {
    CustomerRegistered: customer_registered,
    CustomerUpdated: customer_updated,
    OrderRecorded: order_recorded,
    ReviewRecorded: review_recorded,
    ErasureAnswered: erasure_answered,
}
