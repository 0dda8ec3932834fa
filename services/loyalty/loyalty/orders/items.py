"""What was spent on an order, and an order that earned nothing and was reversed, as they are stored."""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb_attributes import IntegerAttribute

from loyalty.ledger.attributes import lots_attribute
from loyalty.ledger.balances import Lots
from loyalty.ledger.items import Entry
from loyalty.orders.order_entries import ReversedMark
from loyalty.table import LoyaltyItem
from shared.personal import Export, Ground, keep, personal, plain

_SPENT: Final = "SPENT#"
_KEPT: Final = keep(Ground.ACCOUNTING)
REVERSED: Final = "UNDONE"


class SpentOnOrder(LoyaltyItem, discriminator="spent"):
    """`ORDER#<order id>` / `SPENT#<id>`: whose lots a captured hold or a redemption took, so that a refund finds them.

    `account` is the account's name, as entries have it.
    """

    account = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", _KEPT, export=Export.LEFT_OUT)
    lots = personal(lots_attribute(), "user.financial", _KEPT, export=Export.LEFT_OUT)

    @classmethod
    def of(cls, order_id: str, spending_id: str, account: str, lots: Lots) -> SpentOnOrder:
        """What a hold or a redemption paid of an order, not stored yet."""
        return cls(f"ORDER#{order_id}", f"{_SPENT}{spending_id}", account=account, lots=lots)


class ReversedOrder(LoyaltyItem, discriminator="undone"):
    """`ORDER#<order id>` / `UNDONE`: how much of an order that earned nothing is reversed, at its newest version.

    Of one that earned, the entries of its settlements say so. Money is in the minor unit.
    """

    order_version = plain(IntegerAttribute())
    total = personal(IntegerAttribute(), "user.behavior.purchase_history", _KEPT, export=Export.LEFT_OUT)
    reversed_amount = personal(
        IntegerAttribute(attr_name="undone"), "user.behavior.purchase_history", _KEPT, export=Export.LEFT_OUT
    )
    cancelled = personal(BooleanAttribute(), "user.behavior.purchase_history", _KEPT, export=Export.LEFT_OUT)

    @classmethod
    def of(cls, order_id: str, mark: ReversedMark, before: ReversedMark | None) -> ReversedOrder:
        """The item of a mark, in place of the one before it; not stored yet."""
        item = cls(
            f"ORDER#{order_id}",
            REVERSED,
            order_version=mark.version,
            total=mark.total,
            reversed_amount=mark.money,
            cancelled=mark.is_cancelled,
        )
        if before and before.item_version:
            item.version = before.item_version
        return item


# Whatever is stored with an order.
OrderRecord = Entry | SpentOnOrder | ReversedOrder
