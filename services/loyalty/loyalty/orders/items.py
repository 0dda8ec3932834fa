"""The stored items of spendings on an order, and of a reversed order that earned nothing."""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb_attributes import IntegerAttribute

from loyalty.ledger.attributes import grace_lots_attribute, lots_attribute
from loyalty.ledger.balances import Taken
from loyalty.ledger.items import Entry
from loyalty.orders.order_entries import ReversedMark
from loyalty.orders.payment.means import is_credit
from loyalty.table import LoyaltyItem
from shared.items.personal import Export, Ground, keep, personal, plain

_SPENT: Final = "SPENT#"
_KEPT: Final = keep(Ground.ACCOUNTING)
REVERSED: Final = "UNDONE"


class SpentOnOrder(LoyaltyItem, discriminator="spent"):
    """`ORDER#<order id>` / `SPENT#<id>`: the lots that a captured hold or a redemption took.

    A refund of the order reads them. `account` is the account's name, as entries have it. `graced` are the parts that
    came from grace lots. `value` is what points are worth, in the minor unit; credit is worth itself. `claim` is the
    claim of the reward that a checkout used, whose price is among the lots. `gift` is that price if the reward took
    nothing off.
    """

    account = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", _KEPT, export=Export.LEFT_OUT)
    lots = personal(lots_attribute(), "user.financial", _KEPT, export=Export.LEFT_OUT, bound="those of one spending")
    graced = personal(
        grace_lots_attribute(null=True), "user.financial", _KEPT, export=Export.LEFT_OUT, bound="those of one spending"
    )

    value = personal(IntegerAttribute(null=True), "user.financial", _KEPT, export=Export.LEFT_OUT)
    claim = personal(UnicodeAttribute(null=True), "user.unique_id.pseudonymous", _KEPT, export=Export.LEFT_OUT)
    gift = personal(IntegerAttribute(null=True), "user.financial", _KEPT, export=Export.LEFT_OUT)

    @classmethod
    def of(cls, order_id: str, spending_id: str, account: str, taken: Taken, value: int | None) -> SpentOnOrder:
        """A new item, not stored yet, for one hold or redemption that paid for an order."""
        pk, sk = f"ORDER#{order_id}", f"{_SPENT}{spending_id}"
        return cls(pk, sk, account=account, lots=taken.lots, graced=taken.graced or None, value=value)

    @property
    def taken(self) -> Taken:
        return Taken(self.lots, self.graced or {})

    @property
    def worth(self) -> int:
        """What it paid of the order, in the minor unit; 0 if that was not stored."""
        return sum(self.lots.values()) if is_credit(self.account) else self.value or 0


class ReversedOrder(LoyaltyItem, discriminator="undone"):
    """`ORDER#<order id>` / `UNDONE`: the reversed amount of an order that earned nothing, at its newest version.

    The settlements of an order that earned points store its reversed amount themselves. Money is in the minor unit.
    """

    order_version = plain(IntegerAttribute())
    total = personal(IntegerAttribute(), "user.behavior.purchase_history", _KEPT, export=Export.LEFT_OUT)
    reversed_amount = personal(
        IntegerAttribute(attr_name="undone"), "user.behavior.purchase_history", _KEPT, export=Export.LEFT_OUT
    )
    cancelled = personal(BooleanAttribute(), "user.behavior.purchase_history", _KEPT, export=Export.LEFT_OUT)
    # Of an order that says how it was paid.
    returned: JSONAttribute = personal(
        JSONAttribute(null=True),
        "user.behavior.purchase_history",
        _KEPT,
        export=Export.LEFT_OUT,
        bound="four numbers and two flags",
    )

    @classmethod
    def of(cls, order_id: str, mark: ReversedMark, before: ReversedMark | None) -> ReversedOrder:
        """A new item for a mark, which replaces the mark `before`; not stored yet."""
        item = cls(
            f"ORDER#{order_id}",
            REVERSED,
            order_version=mark.version,
            total=mark.total,
            reversed_amount=mark.money,
            cancelled=mark.is_cancelled,
            returned=mark.returned,
        )
        if before and before.item_version:
            item.version = before.item_version
        return item


# Every item that lies in an order's partition.
OrderRecord = Entry | SpentOnOrder | ReversedOrder
