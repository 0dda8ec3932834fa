"""Money in minor units, whatever the currency's exponent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import iso4217
import iso_4217
import pytest
from pydantic import TypeAdapter, ValidationError

from shared.http.inputs import adapter
from shared.money import (
    LARGEST_AMOUNT,
    Amount,
    CurrencyCode,
    check_in_use,
    exponent,
    in_major_units,
    one_unit,
    withdrawn,
)


@pytest.mark.parametrize(
    ("amount", "currency", "major"),
    [
        (2933, "USD", "29.33"),
        (2933, "JPY", "2933"),
        (2933, "BHD", "2.933"),
        (0, "EUR", "0"),
        (5, "HRK", "0.05"),
        (5, "ITL", "5"),
    ],
)
def test_minor_units_become_units_of_money(amount: int, currency: str, major: str) -> None:
    assert in_major_units(amount, currency) == Decimal(major)


@pytest.mark.parametrize(("currency", "minor"), [("USD", 100), ("JPY", 1), ("KWD", 1_000)])
def test_one_unit_of_money_has_as_many_minor_ones_as_the_standard_says(currency: str, minor: int) -> None:
    assert one_unit(currency) == minor


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        exponent("ZZZ")
    with pytest.raises(ValidationError):
        TypeAdapter(CurrencyCode).validate_python("ZZZ")
    with pytest.raises(ValidationError):
        TypeAdapter(CurrencyCode).validate_python("usd")
    assert TypeAdapter(CurrencyCode).validate_python("USD") == "USD"


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR", "XEU"])
def test_what_is_no_money_is_no_currency(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        exponent(code)
    with pytest.raises(ValidationError):
        TypeAdapter(CurrencyCode).validate_python(code)


@pytest.mark.parametrize(
    ("code", "last"), [("HRK", "2023-01-31"), ("BGN", "2026-01-31"), ("ANG", "2025-06-30"), ("LTL", "2014-12-31")]
)
def test_a_withdrawn_currency_is_one_until_its_end(code: str, last: str) -> None:
    assert TypeAdapter(CurrencyCode).validate_python(code) == code
    moment = datetime.fromisoformat(last).replace(tzinfo=UTC)
    check_in_use(code, moment)
    with pytest.raises(ValueError, match="withdrawn"):
        check_in_use(code, moment + timedelta(days=1))
    check_in_use("USD", moment + timedelta(days=1))


def test_the_withdrawn_currencies_are_those_of_the_standard() -> None:
    ends = {each.name: _ended(each) for each in iso_4217.Currency if not each.entities}
    months = {code: _text(over_at - timedelta(days=1)) for code, over_at in withdrawn().items()}
    recent = {code: end for code, end in ends.items() if end >= "1990" and not code.startswith("X")}
    assert months == recent | {"ANG": "2025-06"}
    assert not {each.value for each in iso4217.Currency} & set(months)


def test_of_the_withdrawn_currencies_these_have_no_minor_unit() -> None:
    without = {code for code in withdrawn() if exponent(code) == 0}
    assert without == {"ADP", "BEF", "BYB", "BYR", "ESP", "GRD", "ITL", "LUF", "MGF", "PTE", "TPE", "TRL"}
    assert {exponent(code) for code in withdrawn()} == {0, 2}


def _ended(currency: iso_4217.Currency) -> str:
    return max(str(each.time.end) for each in currency.withdrew_entities)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m")


@pytest.mark.parametrize("amount", [-1, 1.5, "5", "1_000", True, LARGEST_AMOUNT + 1])
def test_an_amount_is_a_whole_number_that_is_not_negative(amount: object) -> None:
    with pytest.raises(ValidationError):
        adapter(Amount).validate_python(amount)


@pytest.mark.parametrize("amount", [0, 1_000_000_000_000])
def test_an_amount_may_be_nothing_and_ten_thousand_million_dollars(amount: int) -> None:
    assert TypeAdapter(Amount).validate_python(amount) == amount
    assert amount <= LARGEST_AMOUNT == 1_000_000_000_000


def test_the_api_tells_callers_the_form_of_an_amount_and_of_a_currency() -> None:
    currency = TypeAdapter(CurrencyCode).json_schema()
    assert (currency["pattern"], currency["examples"]) == ("^[A-Z]{3}$", ["USD"])
    amount = TypeAdapter(Amount).json_schema()
    assert (amount["type"], amount["minimum"], amount["maximum"]) == ("integer", 0, LARGEST_AMOUNT)
