"""Reads of what is left of a person."""

from __future__ import annotations

from customers.accounts.items import ProfileTombstone
from customers.accounts.store import find_account
from customers.orders.items import STATS_PREFIX, StatsTombstone
from customers.orders.store import PAGE
from customers.table import Receipt
from shared.items.keys import customer_partition
from shared.items.table import LostRaceError


def find_tombstone(customer_id: str) -> ProfileTombstone:
    """The tombstone of a person who is suppressed."""
    account = find_account(customer_id)
    if not isinstance(account, ProfileTombstone):
        raise LostRaceError  # tombstones stay: this is a read of before
    return account


def find_open_tombstones(customer_id: str) -> list[StatsTombstone]:
    """The tombstones of stats whose orders are not all anonymised."""
    closed = StatsTombstone.query(
        customer_partition(customer_id), StatsTombstone.sk.startswith(STATS_PREFIX), consistent_read=True
    )
    return [tombstone for tombstone in closed if tombstone.orders_left > 0]


def find_receipts(customer_id: str) -> list[Receipt]:
    """Some of the receipts in the person's partition; none when there are no more."""
    found = Receipt.query(
        customer_partition(customer_id), Receipt.sk.startswith("RECEIPT#"), consistent_read=True, limit=PAGE
    )
    return list(found)
