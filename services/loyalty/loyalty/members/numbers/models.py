"""The numbers of cards, as requests and answers write them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from loyalty.members.rules import LENGTH, is_drawn, why_not_a_number

_NUMBER: Final = "402938475611"
# Cards of earlier releases may have four or five characters, which too many guesses would hit.
_FORM: Final = "^[A-Z0-9][A-Z0-9-]{2,30}[A-Z0-9]$"
_OWN: Final = "^[A-Z0-9][A-Z0-9-]{4,30}[A-Z0-9]$"


def _as_written(number: object) -> object:
    """Letters may be typed small, and the pattern is looked at before pydantic's own way of making them large."""
    return number.strip().upper() if isinstance(number, str) else number


def _possible(number: str) -> str:
    if reason := why_not_a_number(number):
        raise ValueError(reason)
    return number


def _not_drawn(number: str) -> str:
    if is_drawn(number):
        raise ValueError(f"{LENGTH} digits are for numbers that loyalty draws")
    return number


CardNumber = Annotated[
    str,
    StringConstraints(pattern=_FORM),
    BeforeValidator(_as_written),
    AfterValidator(_possible),
    Field(description="Twelve digits with a Luhn check digit, or a number of the shop's own.", examples=[_NUMBER]),
]
OwnNumber = Annotated[
    str,
    StringConstraints(pattern=_OWN),
    BeforeValidator(_as_written),
    AfterValidator(_possible),
    AfterValidator(_not_drawn),
    Field(
        description="A number of the shop's own: 6 to 32 letters, digits and hyphens, not twelve digits. Without it "
        "loyalty draws one.",
        examples=["SHOP-00417"],
    ),
]
ShownNumber = Annotated[str, Field(pattern=_FORM, examples=[_NUMBER])]
