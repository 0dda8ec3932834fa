"""The catalogue: every event that Regulars tells or hears, as a pydantic model.

An event of the house lies on the bus as `source` `regulars.<service>`, `detail-type` the model's name, and `detail`
`{"metadata": Metadata, "data": <model>}`. An event of the shop's own systems (`source` `orders` or `storefront`) has
the model itself as its `detail`. Fields are only ever added; a change that breaks is a new model whose name ends in
V2. Unknown fields are ignored. `python -m infra.docs` writes the JSON Schemas and the page in docs/events/.
"""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)

from shared.ids import CustomerId, OrderId, RequestId
from shared.money import Amount, CurrencyCode

SOURCE_PREFIX: Final = "regulars."
FOREIGN_SOURCES: Final = ("orders", "storefront")


# Built when first used: a cold start pays for the few events that its function meets, not for the whole catalogue.
_CONFIG: Final = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True)


class EventData(BaseModel):
    """Base of all events. Registers each in EVENTS under its name."""

    model_config = _CONFIG

    # Services whose word this is; for a foreign event, the sources that send it.
    told_by: ClassVar[tuple[str, ...]] = ()
    # True of the few events that exist to carry personal data.
    personal: ClassVar[bool] = False
    # True of an event that is not told yet, and stands in the catalogue for those who will hear it.
    announced: ClassVar[bool] = False

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls.told_by:
            EVENTS[cls.__name__] = cls


EVENTS: Final[dict[str, type[EventData]]] = {}


class Metadata(BaseModel):
    """What every event of the house says of itself."""

    model_config = _CONFIG

    event_id: str
    occurred_at: AwareDatetime
    correlation_id: str
    causation_id: str | None = None
    # Whom it is about; None of an order without a person.
    customer_id: str | None = None
    # The version of the item that told it: of two events about one item the higher is the newer.
    version: int
    actor: str


class Part(BaseModel):
    """Base of what events hold inside."""

    model_config = _CONFIG


# Between these every moment can be told in UTC and sorts as text, and a year after it is a moment too.
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)

Moment = Annotated[AwareDatetime, Field(ge=_EARLIEST, le=_LATEST)]

# --- the shop's order system ---------------------------------------------------------------------------------------

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
# Only customers checks that it is an address: an order with a bad one is still an order.
Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"})]


class Buyer(Part):
    """Who bought: by id, else by e-mail; with neither, a guest nobody knows."""

    id: CustomerId | None = None
    email: Email | None = None
    first_name: Name | None = None
    last_name: Name | None = None


ProductId = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class OrderLine(Part):
    """One line of an order; `amount` is what the line costs in all, after discounts, before tax and shipping."""

    product_id: ProductId
    category: Annotated[str, StringConstraints(max_length=64)] | None = None
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]
    amount: Amount


def _within_the_total(amount: int, info: ValidationInfo) -> int:
    """Raises ValueError when tax, or tax and shipping together, come to more than the whole that they are part of."""
    total = info.data.get("total")
    if total is not None and amount + info.data.get("tax", 0) > total:
        raise ValueError("Tax and shipping are part of the total")
    return amount


# Of fields named `tax` and `shipping`, which stand in this order behind `total`.
PartOfTotal = Annotated[Amount, AfterValidator(_within_the_total)]


class Order(Part):
    """The order as its system knows it. Every order event carries it whole, so that they may come in any order.

    `total` is what is to be paid: with tax and shipping, after `discount`, which is what was taken off.
    """

    id: OrderId
    buyer: Buyer = Buyer()
    placed_at: Moment
    currency: CurrencyCode
    total: Amount
    tax: PartOfTotal = 0
    shipping: PartOfTotal = 0
    discount: Amount = 0
    lines: Annotated[list[OrderLine], Field(max_length=200)] = []


class Refund(Part):
    """One refund; its id makes it count once. Any number of them never sum to more than was paid."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
    amount: Annotated[int, Field(ge=1)]
    refunded_at: Moment


class OrderPlaced(EventData):
    """A customer or guest placed an order; it may not be paid yet."""

    told_by = ("orders",)
    personal = True
    order: Order


class OrderPaid(EventData):
    """An order's whole total was paid. Points accrue on this event by default."""

    told_by = ("orders",)
    personal = True
    order: Order
    paid_at: Moment


class OrderRefunded(EventData):
    """Part or all of a paid order was given back."""

    told_by = ("orders",)
    personal = True
    order: Order
    refund: Refund


class OrderDelivered(EventData):
    """An order reached its buyer. Of several moments told of one order the earliest counts."""

    told_by = ("orders",)
    personal = True
    order: Order
    delivered_at: Moment


class OrderCancelled(EventData):
    """An order was called off. The later of a cancellation and a reinstatement counts; at one moment this one does."""

    told_by = ("orders",)
    personal = True
    order: Order
    cancelled_at: Moment


class OrderReinstated(EventData):
    """A cancelled order stands again, and is what it was before."""

    told_by = ("orders",)
    personal = True
    order: Order
    reinstated_at: Moment


ReviewId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
Rating = Annotated[int, Field(ge=1, le=5, description="Stars, five the best")]


class Review(Part):
    """A review of a product; its id makes it count once. Its text stays where it was written."""

    id: ReviewId
    buyer: Buyer
    product_id: ProductId
    order_id: OrderId | None = None
    rating: Rating | None = None
    posted_at: Moment


class ReviewPosted(EventData):
    """Somebody reviewed a product. Of a person whom nobody knows it is let go: it makes no guest."""

    told_by = ("orders", "storefront")
    personal = True
    review: Review


# --- customers -----------------------------------------------------------------------------------------------------


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


class CustomerUpdated(EventData):
    """The whole profile after a change; the highest metadata.version is the newest."""

    told_by = ("customers",)
    personal = True
    customer_id: CustomerId
    profile: Profile


class CustomersMerged(EventData):
    """Two customers were one person: what was `merged_id`'s is from now on `customer_id`'s, the survivor's."""

    told_by = ("customers",)
    announced = True
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
    was paid less what was refunded, in the minor unit, and nothing of an order while it is cancelled.
    """

    version: int
    currency: CurrencyCode
    orders: int
    spent: int
    first_order_at: AwareDatetime
    last_order_at: AwareDatetime


class OrderRecorded(EventData):
    """An order came to be known or changed: the order whole, at `metadata.version`, and its customer's stats after it.

    `customer_id` and `stats` are absent when the order stands without a person (its buyer was erased).
    `cancelled_at` is there only while the order is cancelled, `reinstated_at` once it has been reinstated.
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
    currency: CurrencyCode
    total: Amount
    tax: Amount = 0
    shipping: Amount = 0
    discount: Amount = 0
    refunded: Amount
    lines: list[OrderLine] = []
    stats: OrderStats | None = None


class ReviewRecorded(EventData):
    """A customer's review of a product came to be known, for the first time."""

    told_by = ("customers",)
    review_id: ReviewId
    customer_id: CustomerId
    product_id: ProductId
    rating: Rating | None = None
    posted_at: AwareDatetime


# --- loyalty -------------------------------------------------------------------------------------------------------


class Tier(StrEnum):
    """The tiers to begin with."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class CardIssued(EventData):
    """A customer was given a loyalty card."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    card_number: str


class CardReplaced(EventData):
    """A customer's card was replaced: from now on this number is theirs, and the one before leads nowhere."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    card_number: str


class CardBlocked(EventData):
    """A customer's card was blocked: nobody is to use this number. Its customer earns and spends as before."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    card_number: str


class CardUnblocked(EventData):
    """A customer's card that had been blocked can be used again."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    card_number: str


class PointsPosted(EventData):
    """Base of what one ledger entry tells; `points` is signed, `balance` is what the account held after it.

    `available` is what of the balance could be used after it; absent from entries of before it was told.
    """

    customer_id: CustomerId
    entry: Annotated[int, Field(ge=1, description="The entry's number in its account, without gaps")]
    points: int
    balance: int
    available: int | None = None
    cause: Annotated[str, Field(description="What caused the entry: an order's id, or the adjustment's own")]


class PointsEarned(PointsPosted):
    """Points were earned by an order, or as a bonus. Until the end of `pending_until` they cannot be used."""

    told_by = ("loyalty",)
    order_id: OrderId | None = None
    pending_until: date | None = None


class PointsRipened(PointsPosted):
    """Pending points became available: `available` grew, `balance` did not."""

    told_by = ("loyalty",)


class PointsRedeemed(PointsPosted):
    """Points were spent: on an order, for money off worth `value` in the minor unit, or for a reward."""

    told_by = ("loyalty",)
    order_id: OrderId | None = None
    reward: str | None = None
    value: int | None = None
    currency: CurrencyCode | None = None


class PointsRestored(PointsPosted):
    """Points that were spent came back: with the order they paid, or with a reward whose claim was cancelled."""

    told_by = ("loyalty",)
    order_id: OrderId | None = None
    reward: str | None = None


class PointsReinstated(PointsPosted):
    """Points of a cancelled order stand again, for the order does; without an order, thanks for a friend do."""

    told_by = ("loyalty",)
    order_id: OrderId | None = None


class PointsReversed(PointsPosted):
    """Points that an order earned were taken back in proportion to a refund; without an order, thanks for a friend."""

    told_by = ("loyalty",)
    order_id: OrderId | None = None


class PointsAdjusted(PointsPosted):
    """Staff added or took points, for a reason in their own words, which may name the person."""

    told_by = ("loyalty",)
    personal = True
    reason: str
    notify: Annotated[bool, Field(description="Whether the customer is to be told of it")] = True


class PointsExpired(PointsPosted):
    """Points reached the end of their life unspent."""

    told_by = ("loyalty",)


class PointsExpiring(EventData):
    """Points reach the end of their life at the end of the day `on`, in `days` days, unless they are spent."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    points: int
    on: date
    days: int


class RewardRedeemed(EventData):
    """A customer took a reward of the catalogue for points."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    claim_id: str
    reward_id: str
    name: str
    reward_kind: str
    points: int
    order_id: OrderId | None = None


class TierChanged(EventData):
    """A customer reached or lost a tier."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    old: Tier
    new: Tier


class CreditPosted(EventData):
    """Base of what one entry of store credit tells; `amount` is signed, in the minor unit, `balance` what was left."""

    customer_id: CustomerId
    entry: Annotated[int, Field(ge=1, description="The entry's number in its account, without gaps")]
    amount: int
    balance: int
    currency: CurrencyCode
    cause: Annotated[str, Field(description="What caused the entry: an order's id, or the issue's own")]


class CreditIssued(CreditPosted):
    """A customer was given store credit; it can be used until the end of `expires_on`, or for ever."""

    told_by = ("loyalty",)
    expires_on: date | None = None


class CreditSpent(CreditPosted):
    """Store credit paid for something."""

    told_by = ("loyalty",)
    order_id: OrderId | None = None


class CreditRestored(CreditPosted):
    """Store credit that was spent came back: its order, the cause, was cancelled or refunded."""

    told_by = ("loyalty",)


class CreditRevoked(CreditPosted):
    """Staff took store credit back."""

    told_by = ("loyalty",)


class CreditExpired(CreditPosted):
    """Store credit reached the end of its life unspent."""

    told_by = ("loyalty",)


class CreditExpiring(EventData):
    """Store credit reaches the end of its life at the end of the day `on`, in `days` days, unless it is spent."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    amount: Amount
    currency: CurrencyCode
    on: date
    days: int


# --- segments ------------------------------------------------------------------------------------------------------


class SegmentEntered(EventData):
    """A customer now belongs to a segment."""

    told_by = ("segments",)
    customer_id: CustomerId
    segment_id: str


class SegmentLeft(EventData):
    """A customer no longer belongs to a segment."""

    told_by = ("segments",)
    customer_id: CustomerId
    segment_id: str


# --- notifications -------------------------------------------------------------------------------------------------


class MessageSent(EventData):
    """The provider took a message; never its address or text."""

    told_by = ("notifications",)
    customer_id: CustomerId
    message_id: str
    template: str
    channel: Channel


class Unsubscribed(EventData):
    """A person used the unsubscribe link."""

    told_by = ("notifications",)
    customer_id: CustomerId
    channel: Channel
    unsubscribed_at: AwareDatetime


# --- privacy -------------------------------------------------------------------------------------------------------


class ConsentChanged(EventData):
    """A consent was granted or withdrawn and stands in the log."""

    told_by = ("privacy",)
    customer_id: CustomerId
    consent: Consent


class ErasureRequested(EventData):
    """Forget this person. Told again daily to all until every service has answered; answering twice is harmless."""

    told_by = ("privacy",)
    personal = True
    request_id: RequestId
    customer_id: CustomerId


class Kept(Part):
    """What a service kept of an erased person, without the person in it, and on what ground."""

    what: str
    count: int
    why: str


class ErasureAnswered(EventData):
    """A service has erased a person; counts by kind of what it erased and what it kept. The first answer stands."""

    told_by = ("customers", "loyalty", "segments", "notifications")
    request_id: RequestId
    customer_id: CustomerId
    service: str
    erased: dict[str, int]
    kept: list[Kept] = []
    answered_at: AwareDatetime


class RequestCompleted(EventData):
    """Every service has answered a data-subject request."""

    told_by = ("privacy",)
    request_id: RequestId
    customer_id: CustomerId
    kind: str
