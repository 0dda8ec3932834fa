"""The features of one customer, independent of the table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.events.customers import CustomerStatus


@dataclass(frozen=True)
class Registration:
    """The part of a profile that segments need. `version` is the profile's version."""

    version: int
    registered_at: datetime
    status: CustomerStatus


@dataclass(frozen=True)
class CurrencyStats:
    """A customer's orders in one currency. `spent` is in the minor unit, less refunds."""

    version: int
    currency: str
    orders: int
    spent: int
    first_order_at: datetime
    last_order_at: datetime


@dataclass(frozen=True)
class Features:
    """All features of a customer. Each source has its own version: the profile, and the stats of each currency."""

    registration: Registration | None = None
    stats: tuple[CurrencyStats, ...] = ()
