"""What is remembered of reviews: that a customer wrote one of a product, and how it rated it. Never its text."""

from __future__ import annotations

from typing import Final, Self

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import IntegerAttribute

from customers.emails.waiting import Waits
from customers.table import CustomersItem
from shared.events.foreign import Review
from shared.items.keys import customer_partition
from shared.items.personal import DROP, Export, Ground, keep, personal, plain
from shared.items.tombstones import strip

SK: Final = "REVIEW"
PREFIX: Final = "REVIEW#"
# A product's ratings, of nobody: were the review gone, one told again would count for whoever comes to have the e-mail.
_KEPT: Final = keep(Ground.ACCOUNTING)


def review_key(review_id: str) -> str:
    """The partition of a review, and the sort key of what leads to it from its customer's."""
    return f"{PREFIX}{review_id}"


class ReviewItem(CustomersItem, discriminator="review"):
    """A review, kept once. `anonymised` says that it has no customer for good, for theirs was erased."""

    customer_id = personal(UnicodeAttribute(null=True), "user.unique_id.pseudonymous", DROP)
    # Those of an order.
    by_email = personal(BooleanAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    waits = personal(BooleanAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    anonymised = plain(BooleanAttribute(null=True))
    product_id = personal(UnicodeAttribute(), "user.content", _KEPT)
    rating = personal(IntegerAttribute(null=True), "user.content", _KEPT)
    # Whether the customer had bought the product by then; absent from older reviews.
    bought = personal(BooleanAttribute(null=True), "user.content", _KEPT)
    posted_at = personal(UTCDateTimeAttribute(), "user.content", _KEPT)

    @property
    def review_id(self) -> str:
        """The id that the shop gave it."""
        return self.pk.removeprefix(PREFIX)

    @classmethod
    def of(cls, review: Review, customer_id: str, *, bought: bool) -> Self:
        """The review of a customer."""
        return cls(
            review_key(review.id),
            SK,
            customer_id=customer_id,
            product_id=review.product_id,
            rating=review.rating,
            bought=bought,
            posted_at=review.posted_at,
        )

    def prove(self) -> None:
        """Let it be the customer's beyond doubt."""
        self.by_email = self.waits = None

    def anonymise(self) -> None:
        """Let it be without a person from now on."""
        strip(self)
        self.anonymised = True


class CustomersReview(CustomersItem, discriminator="customers_review"):
    """Lies in a customer's partition and leads to a review of theirs, so that an erasure finds it.

    `waits_for` and `since` are those of `WaitingItem`, while the review waits for an e-mail's verification.
    """

    waits_for = personal(UnicodeAttribute(null=True), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT)
    since = plain(IntegerAttribute(null=True))

    @classmethod
    def of(cls, review: ReviewItem, waits: Waits | None = None) -> Self:
        """What leads to the review from its customer's partition."""
        lead = cls(customer_partition(review.customer_id or ""), review.pk)
        if waits:
            lead.waits_for, lead.since = waits
        return lead
