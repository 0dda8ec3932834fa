"""The answer to an erasure, built from the tombstone that carries it."""

from __future__ import annotations

from typing import Final

from customers.accounts.items import ProfileTombstone
from shared.events.privacy import ErasureAnswered, Kept
from shared.table import Told

WHY_ORDERS: Final = "Accounting records: amounts and lines, without the person"
# Were they gone, one told again would count for whoever comes to have the e-mail.
WHY_REVIEWS: Final = "Ratings of products, without the person"


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
