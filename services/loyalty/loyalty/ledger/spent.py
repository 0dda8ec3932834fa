"""What was spent on an order, as it is stored beside what the order earned."""

from __future__ import annotations

from pynamodb.attributes import UnicodeAttribute

from loyalty.ledger.items import lots_attribute
from loyalty.ledger.standing import Lots
from loyalty.table import LoyaltyItem

SPENT = "SPENT#"


class SpentOnOrder(LoyaltyItem, discriminator="spent"):
    """`ORDER#<order id>` / `SPENT#<hold id>`: whose lots a captured hold came from, so that a refund finds them.

    `account` is the account's name, as entries have it.
    """

    account = UnicodeAttribute()
    lots = lots_attribute()

    @classmethod
    def of(cls, order_id: str, hold_id: str, account: str, lots: Lots) -> SpentOnOrder:
        """What a hold paid of an order, not stored yet."""
        return cls(f"ORDER#{order_id}", f"{SPENT}{hold_id}", account=account, lots=lots)
