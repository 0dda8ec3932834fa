"""What a shop may set of loyalty; each field is an environment variable, given by a parameter of resources.yaml."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from shared.money import CurrencyCode
from shared.settings import Settings


class EarnOn(StrEnum):
    """The status of an order at which it earns."""

    PLACED = "placed"
    PAID = "paid"


class LoyaltySettings(Settings):
    """Orders in another currency than the shop's earn nothing."""

    earn_on: EarnOn = EarnOn.PAID
    currency: CurrencyCode = "USD"
    points_per_unit: int = Field(default=10, ge=1, le=10_000, description="Before the tier's multiplier")
    lot_months: int = Field(default=12, ge=1, le=120, description="How long points live, from the order's date")
    largest_adjustment: int = Field(default=1_000_000, ge=1, le=10**9, description="Points, of one staff adjustment")
