"""Money: an integer in the currency's minor unit, with its ISO 4217 code."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

# 10^12 minor units (ten thousand million dollars): far above any real order, and exact in JSON.
LARGEST_AMOUNT = 10**12


def _known_currency(code: str) -> str:
    exponent(code)
    return code


CurrencyCode = Annotated[
    str,
    Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code", examples=["USD"]),
    AfterValidator(_known_currency),
]
Amount = Annotated[
    int,
    Field(ge=0, le=LARGEST_AMOUNT, strict=True, description="In the currency's minor unit: 2933 is $29.33"),
]


def exponent(currency: str) -> int:
    """The number of digits of the minor unit: 2 for USD, 0 for JPY, 3 for BHD (ISO 4217).

    Raises ValueError for a code that ISO 4217 does not list.
    """
    import iso4217  # noqa: PLC0415  # reads the standard's XML: imported only when money is met

    try:
        digits = iso4217.Currency(currency).exponent
    except ValueError:
        msg = "not an ISO 4217 currency"
        raise ValueError(msg) from None
    return digits or 0


def in_major_units(amount: int, currency: str) -> Decimal:
    """The amount in major units: 2933 and USD give 29.33."""
    return Decimal(amount).scaleb(-exponent(currency))
