"""What waits for an e-mail to be verified: orders and reviews that named a registered customer by it alone.

Anybody can register with an e-mail. So what comes under it before it is verified is marked as waiting, and told again
afterwards. An item in the customer's partition leads to each such order, under the address's keyed hash.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Self

from pynamodb_attributes import IntegerAttribute

from customers.table import CustomersItem
from shared.items.keys import customer_in, customer_partition
from shared.items.personal import plain
from shared.items.table import LostRaceError

_PREFIX: Final = "WAITS#"


class Waits(NamedTuple):
    """The address that something waits for, as its keyed hash, and the profile's version at which it was unverified.

    Only a profile of a higher version can say that the e-mail has been verified since.
    """

    key: str
    since: int


class WaitingItem(CustomersItem, discriminator="waiting"):
    """`CUSTOMER#<id>` / `WAITS#<hash of the e-mail>#<partition of the order>`; `since` is that of `Waits`."""

    since = plain(IntegerAttribute())

    @classmethod
    def of(cls, customer_id: str, waits: Waits, order_pk: str) -> Self:
        """A new item for an order."""
        return cls(customer_partition(customer_id), f"{_PREFIX}{waits.key}#{order_pk}", since=waits.since)

    @property
    def customer_id(self) -> str:
        """The customer whose the order would be."""
        return customer_in(self.pk)

    @property
    def order_pk(self) -> str:
        """The partition of the order."""
        return self.sk.split("#", 2)[2]


def find_waiting(customer_id: str, order_pk: str) -> WaitingItem:
    """The item that leads to an order that waits. Raises LostRaceError if it waits no more."""
    for lead in list_waiting(customer_id):
        if lead.order_pk == order_pk:
            return lead
    raise LostRaceError


def list_waiting(customer_id: str, key: str = "", limit: int | None = None) -> list[WaitingItem]:
    """What leads to orders that wait for the address with this hash, or for any; at most `limit`."""
    begins = WaitingItem.sk.startswith(f"{_PREFIX}{key}")
    return list(WaitingItem.query(customer_partition(customer_id), begins, consistent_read=True, limit=limit))
