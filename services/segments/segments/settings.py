"""The settings of segments."""

from __future__ import annotations

from shared.money import CurrencyCode
from shared.settings import Settings


class SegmentsSettings(Settings):
    """`CURRENCY` is the shop's: what rules about money count, in its major unit."""

    currency: CurrencyCode = "USD"
