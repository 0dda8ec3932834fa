"""What is remembered of orders, and of what a customer's orders come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Self

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb_attributes import IntegerAttribute

from customers.orders.models import CurrencyStats, NoteView, OrderView
from customers.orders.payments import Parts, means_of, returned_means_of
from customers.orders.rules import Facts, Totals, mark_of
from customers.sortkeys import moment_key
from customers.table import CustomersItem, instead_of
from shared.events.customers import OrderStats
from shared.events.foreign import Buyer, OrderLine, Refund
from shared.events.mending import Note
from shared.items.keys import customer_partition
from shared.items.personal import DROP, Export, Ground, keep, personal, plain
from shared.items.tombstones import strip

ORDER_SK: Final = "ORDER"
STATS_PREFIX: Final = "STATS#"
_ORDER_PREFIX: Final = "ORDER#"
_REFUND_PREFIX: Final = "REFUND#"
_KEPT: Final = keep(Ground.ACCOUNTING)


def order_pk(order_id: str) -> str:
    """The partition of an order: its own, for it can come to belong to another customer."""
    return f"{_ORDER_PREFIX}{order_id}"


def refund_sk(refund_id: str) -> str:
    """The sort key of a refund that lies in an item of its own."""
    return f"{_REFUND_PREFIX}{refund_id}"


class OrdersByCustomer(GlobalSecondaryIndex["OrderItem"]):
    """One customer's orders by when they were placed."""

    class Meta:
        index_name = "orders_by_customer"
        projection = AllProjection()

    customer_id = UnicodeAttribute(hash_key=True)
    history = UnicodeAttribute(range_key=True)


class OrderItem(CustomersItem, discriminator="order"):
    """An order, made by whichever of its events comes first.

    It has a customer or none; `anonymised` says that it has none for good, for its buyer was erased. `counted_spent`
    is what of its money its customer's stats hold, and `stats` what they came to after its last change.
    """

    by_customer = OrdersByCustomer()

    customer_id = personal(UnicodeAttribute(null=True), "user.unique_id.pseudonymous", DROP)
    history = personal(UnicodeAttribute(null=True), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT)
    # The buyer as first told (`rules.mark_of`): the same one again needs no look at the customer.
    buyer_mark = personal(UnicodeAttribute(null=True), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT)
    # Set while nothing but an unverified e-mail leads to the customer, who does not see the order; and, if they were
    # registered, while the order waits for them to verify it.
    by_email = personal(BooleanAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    waits = personal(BooleanAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    anonymised = plain(BooleanAttribute(null=True))
    placed_at = personal(UTCDateTimeAttribute(), "user.behavior.purchase_history", _KEPT)
    paid_at = personal(UTCDateTimeAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    delivered_at = personal(UTCDateTimeAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    cancelled_at = personal(UTCDateTimeAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    reinstated_at = personal(UTCDateTimeAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    edited_at = personal(UTCDateTimeAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    currency = personal(UnicodeAttribute(), "user.behavior.purchase_history", _KEPT)
    total = personal(IntegerAttribute(), "user.behavior.purchase_history", _KEPT)
    # Absent where there is none.
    tax = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    shipping = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    discount = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    checkout_id = personal(UnicodeAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    lines: JSONAttribute = personal(
        JSONAttribute(), "user.behavior.purchase_history", _KEPT, bound="lines.LARGEST_LINES"
    )
    # What was mended in its events. The names of fields say nothing of a person.
    notes: JSONAttribute = plain(JSONAttribute(null=True), bound="one of each field and mend")
    # By their ids. Those after the first MOST_REFUNDS are FurtherRefunds, and `refunded_beyond` is their sum.
    refunds: JSONAttribute = personal(
        JSONAttribute(), "user.behavior.purchase_history", _KEPT, bound="rules.MOST_REFUNDS"
    )
    refunded_beyond = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    # The sums that refunds named as tax and as shipping. Absent where there is none.
    refunded_tax = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    refunded_shipping = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    # How the total was paid, at the worth in money; the rest by other means. Absent where it is not known.
    paid_points = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    paid_credit = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    payments_late = plain(BooleanAttribute(null=True))
    # The sums that refunds named for each means. Absent where there is none.
    to_points = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    to_credit = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    to_other = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    to_new_credit = personal(IntegerAttribute(null=True), "user.behavior.purchase_history", _KEPT)
    counted_spent = personal(
        IntegerAttribute(null=True), "user.behavior.purchase_history", DROP, export=Export.LEFT_OUT
    )
    stats = personal(
        JSONAttribute(null=True),
        "user.behavior.purchase_history",
        DROP,
        export=Export.LEFT_OUT,
        bound="the four sums of one currency",
    )

    @property
    def order_id(self) -> str:
        """The id that the order's system gave it."""
        return self.pk.removeprefix(_ORDER_PREFIX)

    @property
    def facts(self) -> Facts:
        """What is known of the order."""
        lines = tuple(OrderLine.model_validate(line) for line in self.lines)
        return Facts(
            self.placed_at,
            self.currency,
            self.total,
            lines,
            self.paid_at,
            self.refunds,
            self.refunded_beyond or 0,
            tax=self.tax or 0,
            shipping=self.shipping or 0,
            discount=self.discount or 0,
            named_tax=self.refunded_tax or 0,
            named_shipping=self.refunded_shipping or 0,
            delivered_at=self.delivered_at,
            cancelled_at=self.cancelled_at,
            reinstated_at=self.reinstated_at,
            edited_at=self.edited_at,
            checkout_id=self.checkout_id,
            payments=self._payments,
            named_to=Parts(self.to_points or 0, self.to_credit or 0, self.to_other or 0, self.to_new_credit or 0),
        )

    @property
    def _payments(self) -> Parts | None:
        if self.paid_points is None or self.paid_credit is None:
            return None
        return Parts(self.paid_points, self.paid_credit, self.total - self.paid_points - self.paid_credit)

    @classmethod
    def new(cls, order_id: str, facts: Facts) -> Self:
        """An order that nobody has heard of yet."""
        item = cls(order_pk(order_id), ORDER_SK, currency=facts.currency, placed_at=facts.placed_at)
        item.keep(facts)
        return item

    def keep(self, facts: Facts) -> None:
        """Take over what an event can add or change."""
        if self.paid_at and self._payments is None and facts.payments:
            self.payments_late = True
        self.total, self.edited_at = facts.total, facts.edited_at
        self.tax, self.shipping, self.discount = facts.tax or None, facts.shipping or None, facts.discount or None
        self.lines = [line.model_dump(mode="json", exclude_none=True) for line in facts.lines]
        self.paid_at, self.checkout_id = facts.paid_at, facts.checkout_id
        self.refunds, self.refunded_beyond = dict(facts.refunds), facts.refunded_beyond or None
        self.refunded_tax, self.refunded_shipping = facts.named_tax or None, facts.named_shipping or None
        self.delivered_at = facts.delivered_at
        self.cancelled_at, self.reinstated_at = facts.cancelled_at, facts.reinstated_at
        self.paid_points, self.paid_credit = facts.payments[:2] if facts.payments else (None, None)
        to = [part or None for part in facts.named_to]
        self.to_points, self.to_credit, self.to_other, self.to_new_credit = to

    def note(self, notes: Sequence[Note]) -> None:
        """Add notes of an event. Every event repeats those of the order itself, so each counts once."""
        counts = {(note["field"], note["mend"]): note["count"] for note in self.notes or ()}
        for note in notes:
            counts[note.field, note.mend] = max(note.count, counts.get((note.field, note.mend), 0))
        listed = [{"field": field, "mend": mend, "count": count} for (field, mend), count in sorted(counts.items())]
        self.notes = listed or None

    def remember(self, buyer: Buyer) -> None:
        """Keep the mark of the first buyer told."""
        self.buyer_mark = self.buyer_mark or mark_of(self.order_id, buyer)

    def attach(self, customer_id: str) -> None:
        """Let it belong to a customer, in their history."""
        self.customer_id = customer_id
        self.history = moment_key(self.placed_at, self.order_id)

    def prove(self) -> None:
        """Let it be the customer's beyond doubt."""
        self.by_email = self.waits = None

    def anonymise(self) -> None:
        """Let it be without a person from now on."""
        strip(self)
        self.anonymised = True

    def view(self, *, written: bool = False) -> OrderView:
        """The order as callers read it, now or once it is written."""
        facts = self.facts
        return OrderView(
            id=self.order_id,
            customer_id=self.customer_id,
            status=facts.status,
            placed_at=facts.placed_at,
            paid_at=facts.paid_at,
            delivered_at=facts.delivered_at,
            cancelled_at=facts.cancelled_at if facts.is_cancelled else None,
            reinstated_at=facts.reinstated_at,
            edited_at=facts.edited_at,
            currency=facts.currency,
            total=facts.total,
            tax=facts.tax,
            shipping=facts.shipping,
            discount=facts.discount,
            refunded=facts.refunded,
            lines=list(facts.lines),
            checkout_id=facts.checkout_id,
            payments=means_of(facts.payments),
            refunded_to=returned_means_of(facts.refunded_to),
            notes=[NoteView(**note) for note in self.notes or ()],
            version=(self.version or 0) + written,
        )


class FurtherRefund(CustomersItem, discriminator="refund"):
    """`ORDER#<order id>` / `REFUND#<refund id>`: a refund that the order's item does not list. It counts once."""

    amount = personal(IntegerAttribute(), "user.behavior.purchase_history", _KEPT)

    @classmethod
    def of(cls, order_id: str, refund: Refund) -> Self:
        """A fresh item. It cannot be stored twice."""
        return cls(order_pk(order_id), refund_sk(refund.id), amount=refund.amount)


class StatsBaseItem(CustomersItem):
    """What stands at the place of a customer's stats in one currency."""

    @property
    def currency(self) -> str:
        """The currency they are in."""
        return self.sk.removeprefix(STATS_PREFIX)


class StatsItem(StatsBaseItem, discriminator="stats"):
    """What a customer's orders come to in one currency; it moves with each of them, in the same transaction."""

    orders = personal(IntegerAttribute(), "user.behavior.purchase_history", DROP)
    spent = personal(IntegerAttribute(), "user.behavior.purchase_history", DROP)
    first_order_at = personal(UTCDateTimeAttribute(), "user.behavior.purchase_history", DROP)
    last_order_at = personal(UTCDateTimeAttribute(), "user.behavior.purchase_history", DROP)

    @classmethod
    def new(cls, customer_id: str, currency: str) -> Self:
        """The stats of a first order to come."""
        return cls(customer_partition(customer_id), f"{STATS_PREFIX}{currency}", orders=0, spent=0)

    @property
    def totals(self) -> Totals:
        """What they say."""
        return Totals(self.orders, self.spent, self.first_order_at, self.last_order_at)

    def keep(self, totals: Totals) -> None:
        """Let them say this."""
        values: dict[str, Any] = vars(totals)
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def told_after(self) -> OrderStats:
        """What other services are told of them once they are written."""
        return OrderStats(version=(self.version or 0) + 1, currency=self.currency, **vars(self.totals))

    @property
    def view(self) -> CurrencyStats:
        """The stats as callers read them."""
        return CurrencyStats(currency=self.currency, average=self.totals.average, **vars(self.totals))


class StatsTombstone(StatsBaseItem, discriminator="erased_stats"):
    """The customer is erased; `orders_left` of their orders in this currency are not anonymised yet."""

    orders_left = plain(IntegerAttribute())

    @classmethod
    def of(cls, stats: StatsItem) -> Self:
        """The tombstone that takes the stats' place."""
        return instead_of(stats, cls(stats.pk, stats.sk, orders_left=stats.orders))
