"""The settings of segments."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.money import CurrencyCode
from shared.runtime.settings import DEFAULT_CURRENCY, Settings


class SegmentsSettings(Settings):
    """The settings that a shop may choose."""

    currency: Annotated[
        CurrencyCode,
        Field(
            description="The shop's currency (ISO 4217); rules about money count amounts in it alone, "
            "in its major unit."
        ),
    ] = DEFAULT_CURRENCY
