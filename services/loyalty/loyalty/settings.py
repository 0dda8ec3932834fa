"""What a shop sets of loyalty when it deploys; all else is the programme, which is set over HTTP.

Each field is an environment variable, given by a parameter of resources.yaml.
"""

from __future__ import annotations

from enum import StrEnum

from loyalty.days import TimeZone
from shared.money import CurrencyCode
from shared.settings import Settings


class Preset(StrEnum):
    """The programme that is in force until one is stored."""

    CLASSIC = "classic"
    LADDER = "ladder"


class LoyaltySettings(Settings):
    """Orders in another currency than the shop's earn nothing."""

    preset: Preset = Preset.CLASSIC
    currency: CurrencyCode = "USD"
    time_zone: TimeZone = "UTC"
