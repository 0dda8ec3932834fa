"""What is known of one customer, without the table it lies in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.events.customers import CustomerStatus


@dataclass(frozen=True)
class Registration:
    """What the profile says that segments need; `version` is of the profile that said it."""

    version: int
    registered_at: datetime
    status: CustomerStatus


@dataclass(frozen=True)
class CurrencyStats:
    """A customer's orders in one currency; `spent` is net of refunds, in the minor unit."""

    version: int
    currency: str
    orders: int
    spent: int
    first_order_at: datetime
    last_order_at: datetime


@dataclass(frozen=True)
class Features:
    """All of it. Each source keeps a version of its own: the profile, and the stats of each currency."""

    registration: Registration | None = None
    stats: tuple[CurrencyStats, ...] = ()
