"""Events of systems outside Regulars: the shop's order system and its storefront (`source` `orders`, `storefront`)."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from shared import clock
from shared.events.base import EventData, Part, PastMoment
from shared.events.mending import MOST_PIECES, SOME_PRODUCT, Note, mended
from shared.ids import CheckoutId, CustomerId, ForeignId, OrderId
from shared.model import NAME, PRINTABLE
from shared.money import Amount, CurrencyCode, check_in_use

# An order keeps at most so many lines.
MOST_LINES: Final = 200

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), NAME]
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

    product_id: Annotated[ProductId, Field(description=f"`{SOME_PRODUCT}` stands for one that is not known")]
    category: Annotated[str, StringConstraints(max_length=64)] | None = None
    quantity: Annotated[int, Field(ge=1, le=MOST_PIECES)]
    amount: Amount


class SentLine(OrderLine):
    """A line as a caller sends it. Unlike in an event, an unknown field or a control character is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    product_id: Annotated[ProductId, PRINTABLE]
    category: Annotated[str, StringConstraints(max_length=64), PRINTABLE] | None = None


def _within_the_total(amount: int, info: ValidationInfo) -> int:
    """Raises ValueError when tax, or tax and shipping together, come to more than the whole that they are part of."""
    total = info.data.get("total")
    if total is not None and amount + info.data.get("tax", 0) > total:
        raise ValueError("Tax and shipping are part of the total")
    return amount


class Means(Part):
    """An amount by what paid it: points at their worth, store credit, and everything else together."""

    points: Amount = 0
    credit: Amount = 0
    other: Amount = 0

    @property
    def whole(self) -> int:
        """The sum of the parts."""
        return self.points + self.credit + self.other


class ReturnedMeans(Means):
    """What refunds gave back, by where it went. `new_credit` was paid by other means, and is given as store credit."""

    new_credit: Amount = 0

    @property
    def whole(self) -> int:
        """The sum of the parts."""
        return super().whole + self.new_credit


class SentMeans(Means):
    """The parts as a caller sends them: unlike in an event, an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


M = TypeVar("M", bound=Means)


def within_the_total(means: M | None, info: ValidationInfo) -> M | None:
    """Raises ValueError when the parts come to more than the order."""
    if means and means.whole > info.data.get("total", means.whole):
        raise ValueError("The parts exceed the total")
    return means


def _to_within_the_refund(means: ReturnedMeans | None, info: ValidationInfo) -> ReturnedMeans | None:
    """Raises ValueError when the parts come to more than the refund."""
    if means and means.whole > info.data.get("amount", means.whole):
        raise ValueError("The parts exceed the refund")
    return means


def _in_use_when_placed(currency: str, info: ValidationInfo) -> str:
    """Raises ValueError for a currency that was withdrawn before the order was placed (else paid, else now)."""
    check_in_use(currency, info.data.get("placed_at") or info.data.get("paid_at") or clock.now())
    return currency


# Of a field named `currency`, which stands behind `placed_at` and `paid_at`.
OrderCurrency = Annotated[CurrencyCode, AfterValidator(_in_use_when_placed)]

# Of fields named `tax` and `shipping`, which stand in this order behind `total`.
PartOfTotal = Annotated[Amount, AfterValidator(_within_the_total)]


class Order(Part):
    """The order as its system knows it. Every order event carries it whole, so that they may come in any order.

    `total` is what is to be paid: with tax and shipping, after `discount`, which is what was taken off. Without
    `payments` it is what was paid by other means than points and store credit.
    """

    id: OrderId
    buyer: Buyer = Buyer()
    placed_at: PastMoment
    currency: OrderCurrency
    total: Amount
    tax: PartOfTotal = 0
    shipping: PartOfTotal = 0
    discount: Amount = 0
    lines: Annotated[
        list[OrderLine], Field(description=f"Those behind the first {MOST_LINES - 1} are summed if there are more")
    ] = []
    checkout_id: Annotated[
        CheckoutId | None,
        Field(description="The checkout that holds points and store credit for it: its payment spends them"),
    ] = None
    payments: Annotated[
        Means | None,
        AfterValidator(within_the_total),
        Field(description="How `total` was paid; what of it is not named here was paid by other means"),
    ] = None


def _within_the_refund(amount: int | None, info: ValidationInfo) -> int | None:
    """Raises ValueError when tax, or tax and shipping together, come to more than the refund that they are part of."""
    refunded = info.data.get("amount")
    if amount and refunded is not None and amount + (info.data.get("tax") or 0) > refunded:
        raise ValueError("Tax and shipping are part of the refund")
    return amount


# Of fields named `tax` and `shipping`, which stand in this order behind `amount`.
PartOfRefund = Annotated[Amount | None, AfterValidator(_within_the_refund)]


class Refund(Part):
    """One refund; its id makes it count once. Any number of them never sum to more than was paid.

    `tax` and `shipping` are the parts of `amount` that give these back, at most what the order has of them. What a
    refund does not name gives back goods first. `to` names what `amount` gave back to each means; what it does not
    name goes back in proportion to the order's `payments`. It counts for nothing in an order without `payments`.
    """

    id: ForeignId
    amount: Annotated[Amount, Field(description="In the currency's minor unit; 0 changes nothing")]
    tax: PartOfRefund = None
    shipping: PartOfRefund = None
    to: Annotated[
        ReturnedMeans | None,
        AfterValidator(_to_within_the_refund),
        Field(description="Of `amount`, what went back where"),
    ] = None
    refunded_at: PastMoment | None = None


class ForeignEvent(EventData):
    """Base of these events: their small faults are mended (shared.events.mending), and `notes` say which."""

    _notes: tuple[Note, ...] = PrivateAttr(())

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was mended in the event."""
        return self._notes

    @model_validator(mode="wrap")
    @classmethod
    def _mended(cls, data: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        event, notes = mended(data, validate)
        event._notes = notes or event._notes  # noqa: SLF001  # its own class
        return event


class OrderPlaced(ForeignEvent):
    """A customer or guest placed an order; it may not be paid yet."""

    told_by = ("orders",)
    personal = True
    order: Order


class OrderPaid(ForeignEvent):
    """An order's whole total was paid. Points accrue on this event by default."""

    told_by = ("orders",)
    personal = True
    order: Order
    paid_at: PastMoment


class OrderRefunded(ForeignEvent):
    """Part or all of a paid order was given back."""

    told_by = ("orders",)
    personal = True
    order: Order
    refund: Refund


class OrderDelivered(ForeignEvent):
    """An order reached its buyer. Of several moments told of one order the earliest counts."""

    told_by = ("orders",)
    personal = True
    order: Order
    delivered_at: PastMoment


class OrderCancelled(ForeignEvent):
    """An order was called off. The later of a cancellation and a reinstatement counts; at one moment this one does."""

    told_by = ("orders",)
    personal = True
    order: Order
    cancelled_at: PastMoment


class OrderReinstated(ForeignEvent):
    """A cancelled order stands again, and is what it was before."""

    told_by = ("orders",)
    personal = True
    order: Order
    reinstated_at: PastMoment


class OrderEdited(ForeignEvent):
    """A known order has new lines and a new total, its `order`. Of several edits the latest counts.

    Money that goes back because of the edit is part of it, and is not told as a refund too.
    """

    told_by = ("orders",)
    personal = True
    order: Order
    edited_at: PastMoment


ReviewId = ForeignId
Rating = Annotated[int, Field(ge=1, le=5, description="Stars, five the best")]


class Review(Part):
    """A review of a product; its id makes it count once. Its text stays where it was written."""

    id: ReviewId
    buyer: Buyer
    product_id: ProductId
    order_id: OrderId | None = None
    rating: Rating | None = None
    posted_at: PastMoment


class ReviewPosted(ForeignEvent):
    """Somebody reviewed a product. Of a person whom nobody knows it is let go: it makes no guest."""

    told_by = ("orders", "storefront")
    personal = True
    review: Review
