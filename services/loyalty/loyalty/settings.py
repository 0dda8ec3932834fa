"""What a shop sets of loyalty when it deploys; all else is the programme, which is set over HTTP.

Each field is an environment variable, and a parameter of the template (infra/generate/parameters.py).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from loyalty.days import TimeZone
from shared.money import CurrencyCode
from shared.runtime.settings import DEFAULT_CURRENCY, Settings


class Preset(StrEnum):
    """The programme that is in force until one is stored."""

    CLASSIC = "classic"
    LADDER = "ladder"


class CardLanguage(StrEnum):
    """The languages that wallet passes know (loyalty.passes.words)."""

    ENGLISH = "en"
    GERMAN = "de"
    SPANISH = "es"
    FRENCH = "fr"
    ITALIAN = "it"
    DUTCH = "nl"


Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


class LoyaltySettings(Settings):
    """Orders in another currency than the shop's earn nothing.

    `apple_pass_secret_id` and `google_pass_secret_id` name the secrets that hold the shop's keys for wallet passes, and
    `transfer_secret_id` the one that makes the codes of transfers and the marks of numbers of erased customers.
    """

    transfer_secret_id: str = ""
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
    shop_name: Annotated[str, Field(description="What wallet passes call the shop.")] = "our shop"
    card_colour: Annotated[Colour, Field(description="The colour of Apple's passes, such as #1F2937.")] = "#1F2937"
    card_text_colour: Annotated[Colour, Field(description="The colour of the text on Apple's passes.")] = "#FFFFFF"
    card_language: Annotated[CardLanguage, Field(description="The language of the words on wallet passes.")] = (
        CardLanguage.ENGLISH
    )
    google_card_class: Annotated[
        str,
        # An issuer's id has 19 digits so far. A short id leaves the link more room.
        StringConstraints(pattern=r"^([0-9]{1,20}\.[A-Za-z0-9._-]{1,40})?$"),
        Field(description="The id of the loyalty class in Google's console, such as 3388000000012345678.card."),
    ] = ""
    apple_pass_secret_id: str = ""
    google_pass_secret_id: str = ""
