"""Money in minor units, whatever the currency's exponent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.money import LARGEST_AMOUNT, Amount, CurrencyCode, exponent, in_major_units


@pytest.mark.parametrize(
    ("amount", "currency", "major"),
    [(2933, "USD", "29.33"), (2933, "JPY", "2933"), (2933, "BHD", "2.933"), (0, "EUR", "0"), (5, "XAU", "5")],
)
def test_minor_units_become_units_of_money(amount: int, currency: str, major: str) -> None:
    assert in_major_units(amount, currency) == Decimal(major)


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        exponent("ZZZ")
    with pytest.raises(ValidationError):
        TypeAdapter(CurrencyCode).validate_python("ZZZ")
    with pytest.raises(ValidationError):
        TypeAdapter(CurrencyCode).validate_python("usd")
    assert TypeAdapter(CurrencyCode).validate_python("USD") == "USD"


@pytest.mark.parametrize("amount", [-1, 1.5, "5", True, LARGEST_AMOUNT + 1])
def test_an_amount_is_a_whole_number_that_is_not_negative(amount: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Amount).validate_python(amount)


@pytest.mark.parametrize("amount", [0, 1_000_000_000_000])
def test_an_amount_may_be_nothing_and_ten_thousand_million_dollars(amount: int) -> None:
    assert TypeAdapter(Amount).validate_python(amount) == amount
    assert amount <= LARGEST_AMOUNT == 1_000_000_000_000
