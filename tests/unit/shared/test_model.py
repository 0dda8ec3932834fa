"""How strictly a model reads, beyond what the contract test offers every field."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import Field, ValidationError

from shared.http.inputs import adapter
from shared.model import FROM_TEXT, NAME, STORED, Input, StrictModel, Text


class Inside(StrictModel):
    count: int = 0


class Sample(Input):
    count: Annotated[int, Field(ge=1)] = 1
    flag: bool = False
    price: Decimal = Decimal(1)
    share: float = 0.0
    at: datetime | None = None
    day: date | None = None
    days: tuple[int, ...] = ()
    counts: dict[str, int] = Field(default={})
    inside: list[Inside] = Field(default=[])
    words: Text = ""
    name: Annotated[str, NAME] = ""


def test_a_value_of_its_own_kind_is_taken() -> None:
    text = (
        '{"count": 1000.0, "flag": true, "price": "1.50", "share": 0.5, "at": "2026-11-20T10:00:00.5-05:00",'
        '"day": "2026-11-20", "days": [1, 2.0], "counts": {"a": 3.0}, "inside": [{"count": 4.0}], "words": "a\\tb\\n"}'
    )
    read = Sample.model_validate_json(text)
    assert (read.count, read.flag, read.price, read.share) == (1_000, True, Decimal("1.50"), 0.5)
    assert read.at == datetime(2026, 11, 20, 15, 0, 0, 500_000, tzinfo=UTC)
    assert (read.day, read.days, read.counts, read.inside) == (date(2026, 11, 20), (1, 2), {"a": 3}, [Inside(count=4)])
    assert read.words == "a\tb\n"
    assert Sample.model_validate(read.model_dump()) == Sample.model_validate_json(read.model_dump_json()) == read


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("days", [1, True]),
        ("counts", {"a": "3"}),
        ("inside", [{"count": "4"}]),
        ("price", True),
        ("price", "1e3"),
        ("share", ""),
        ("at", "2026-02-30T10:00:00Z"),
        ("at", date(2026, 11, 20)),
        ("day", datetime(2026, 11, 20, tzinfo=UTC)),
        ("words", 5),
        ("words", "a\x9f"),
        ("words", "a\u202bb"),
        ("name", "a\tb"),
        ("name", "\u3164"),
    ],
)
def test_a_value_of_another_kind_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate({field: value})


def test_bounds_and_defaults_stay() -> None:
    assert Sample() == Sample.model_validate({})
    with pytest.raises(ValidationError):
        Sample(count=0)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_a_query_writes_booleans_without_quotes(text: str, value: object) -> None:
    assert Sample.model_validate({"flag": text}, context=FROM_TEXT).flag is value
    with pytest.raises(ValidationError):
        Sample.model_validate({"flag": text})


def test_what_a_shop_has_stored_stays_readable() -> None:
    stored = Sample.model_validate({"words": "a\x07", "name": "a\u202e"}, context=STORED)
    assert (stored.words, stored.name) == ("a\x07", "a\u202e")


def test_a_value_outside_of_models_is_read_as_strictly() -> None:
    assert adapter(int).validate_python(2.0) == 2
    for wrong in (True, "2", 2.5):
        with pytest.raises(ValidationError):
            adapter(int).validate_python(wrong)
