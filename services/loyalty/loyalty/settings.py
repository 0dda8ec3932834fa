"""What a shop sets of loyalty when it deploys; all else is the programme, which is set over HTTP.

Each field is an environment variable, and a parameter of the template (infra/generate/parameters.py).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from loyalty.days import TimeZone
from shared.money import CurrencyCode
from shared.runtime.settings import DEFAULT_CURRENCY, Settings


class Preset(StrEnum):
    """The programme that is in force until one is stored."""

    CLASSIC = "classic"
    LADDER = "ladder"


class LoyaltySettings(Settings):
    """Orders in another currency than the shop's earn nothing."""

    preset: Annotated[Preset, Field(description="The programme that is in force until one is stored over HTTP.")] = (
        Preset.CLASSIC
    )
    time_zone: Annotated[
        TimeZone,
        Field(description="Where the shop's days and months begin (IANA name), until a programme is stored."),
    ] = "UTC"
    currency: Annotated[
        CurrencyCode, Field(description="The shop's currency (ISO 4217). Orders in another earn nothing.")
    ] = DEFAULT_CURRENCY
