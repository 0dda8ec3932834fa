"""Events that customers tells."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from shared.events.base import EventData, Part
from shared.events.foreign import Email, Means, OrderLine, ProductId, Rating, ReturnedMeans, ReviewId
from shared.ids import CheckoutId, CustomerId, OrderId
from shared.money import Amount, CurrencyCode


class Channel(StrEnum):
    """What a marketing consent is for."""

    EMAIL = "email"
    SMS = "sms"


class Consent(Part):
    """A person's word on marketing by one channel, and when they gave it: of two, the later counts."""

    channel: Channel
    granted: bool
    decided_at: AwareDatetime


class CustomerStatus(StrEnum):
    """What a customer may do: inactive cannot log in, banned is refused for fraud or abuse."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    BANNED = "banned"


class Profile(Part):
    """A registered customer's profile, as other services may know it."""

    email: Email
    email_verified: bool = False
    email_claimed: Annotated[
        bool,
        Field(description="Whether somebody else has the e-mail, which is unverified: nobody is to be mailed there"),
    ] = False
    past_unproven: Annotated[
        bool, Field(description="Whether they were a guest, under an e-mail that they have never verified")
    ] = False
    first_name: str | None = None
    last_name: str | None = None
    locale: str | None = None
    status: CustomerStatus
    registered_at: AwareDatetime
    birthday: date | None = None
    groups: Annotated[list[str], Field(description="What the shop counts them among: wholesale, staff")] = []


class CustomerRegistered(EventData):
    """A person registered, or a guest became a customer in place; with the consents given then."""

    told_by = ("customers",)
    personal = True
    customer_id: CustomerId
    profile: Profile
    consents: list[Consent] = []
    reward_key: Annotated[
        str | None,
        Field(description="A keyed hash of the e-mail without dots and plus-part: who comes back has the same"),
    ] = None


class CustomerUpdated(EventData):
    """The whole profile after a change; the highest metadata.version is the newest."""

    told_by = ("customers",)
    personal = True
    customer_id: CustomerId
    profile: Profile


class CustomerUnknown(EventData):
    """A consent came of an id that nobody has and nobody had: what others keep under it is to be dropped."""

    told_by = ("customers",)
    customer_id: CustomerId


class CustomersMerged(EventData):
    """Two customers were one person: what was `merged_id`'s is from now on `customer_id`'s, the survivor's."""

    told_by = ("customers",)
    customer_id: CustomerId
    merged_id: CustomerId
    merged_at: AwareDatetime


class OrderStatus(StrEnum):
    """How far an order has come; cancelled hides how far, and a reinstatement shows it again."""

    PLACED = "placed"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


class OrderStats(Part):
    """What one customer's orders come to, in one currency, after the order that told of it.

    `version` grows by one with each change. `orders` counts every order placed, cancelled ones too; `spent` is what
    was paid by other means than points and store credit, less what was refunded so, in the minor unit. It is nothing
    of an order while it is cancelled.
    """

    version: int
    currency: CurrencyCode
    orders: int
    spent: int
    first_order_at: AwareDatetime
    last_order_at: AwareDatetime


ByEmail = Annotated[bool, Field(description="Whether an e-mail alone led to the customer, and nobody has verified it")]
Waits = Annotated[
    bool,
    Field(
        description="Whether that customer is registered; then it is told again once they have verified the e-mail,"
        " and earns nothing before"
    ),
]


PaymentsLate = Annotated[bool, Field(description="Whether `payments` came to be known after the payment itself")]


class OrderRecorded(EventData):
    """An order came to be known or changed: the order whole, at `metadata.version`, and its customer's stats after it.

    `customer_id` and `stats` are absent when the order stands without a person (its buyer was erased).
    `cancelled_at` is there only while the order is cancelled, `reinstated_at` once it has been reinstated, `edited_at`
    once its lines and total are those of an edit. `refunded_tax` and `refunded_shipping` are the parts of `refunded`
    that refunds named as such. `checkout_id` is the checkout that set points and store credit aside for it.
    `payments` says how `total` was paid, and `refunded_to` where `refunded` went; without `payments` both are money.
    """

    told_by = ("customers",)
    order_id: OrderId
    customer_id: CustomerId | None = None
    status: OrderStatus
    placed_at: AwareDatetime
    paid_at: AwareDatetime | None = None
    delivered_at: AwareDatetime | None = None
    cancelled_at: AwareDatetime | None = None
    reinstated_at: AwareDatetime | None = None
    edited_at: AwareDatetime | None = None
    currency: CurrencyCode
    total: Amount
    tax: Amount = 0
    shipping: Amount = 0
    discount: Amount = 0
    refunded: Amount
    refunded_tax: Amount = 0
    refunded_shipping: Amount = 0
    lines: list[OrderLine] = []
    stats: OrderStats | None = None
    by_email: ByEmail = False
    waits: Waits = False
    checkout_id: CheckoutId | None = None
    payments: Means | None = None
    payments_late: PaymentsLate = False
    refunded_to: ReturnedMeans | None = None


class ReviewRecorded(EventData):
    """A customer's review of a product came to be known, for the first time."""

    told_by = ("customers",)
    review_id: ReviewId
    customer_id: CustomerId
    product_id: ProductId
    rating: Rating | None = None
    bought: Annotated[
        bool | None,
        Field(description="Whether the customer had bought the product by then; absent from earlier reviews"),
    ] = None
    by_email: ByEmail = False
    waits: Waits = False
    posted_at: AwareDatetime
