"""Item sizes by the rules of the developer guide, worked by hand."""

from __future__ import annotations

import pytest

from tests.meter.dynamodb.sizes import Value, item_size, number_size, value_size


@pytest.mark.parametrize(
    ("text", "size", "why"),
    [
        ("0", 1, "no significant digit: the one byte"),
        ("7", 2, "one digit is half a pair, which takes a byte"),
        ("42", 2, "two digits are a byte"),
        ("123", 3, "three digits are two bytes"),
        ("1000000", 2, "zeros behind are trimmed: one digit"),
        ("0.0012", 2, "zeros before are trimmed: two digits"),
        ("-12990", 3, "1299 is four digits: two bytes, and one"),
        ("12345678901234567890123456789012345678", 20, "38 digits, the most: nineteen bytes, and one"),
    ],
)
def test_a_number_takes_a_byte_for_two_significant_digits_and_one_more(text: str, size: int, why: str) -> None:
    assert number_size(text) == size, why


@pytest.mark.parametrize(
    ("value", "size", "why"),
    [
        ({"S": ""}, 0, "no byte"),
        ({"S": "order"}, 5, "five bytes"),
        ({"S": "Zoë"}, 4, "ë is two bytes in UTF-8"),
        ({"BOOL": True}, 1, "a boolean is a byte"),
        ({"NULL": True}, 1, "so is null"),
        ({"B": b"\x00\x01\x02"}, 3, "raw bytes, not base64"),
        ({"L": []}, 3, "an empty list has its three bytes"),
        ({"L": [{"S": "ab"}, {"N": "7"}]}, 9, "3, and for each element 1: 3 + (1+2) + (1+2)"),
        ({"M": {}}, 3, "an empty map has its three bytes"),
        ({"M": {"name": {"S": "Ada"}}}, 11, "3 + (1 + 4 of the name + 3 of the value)"),
        ({"L": [{"M": {"id": {"S": "evt"}}}]}, 13, "3 + 1 + a map of 3 + (1 + 2 + 3)"),
        ({"SS": ["a", "bc"]}, 3, "the members' bytes"),
    ],
)
def test_a_value_takes_what_the_guide_says(value: Value, size: int, why: str) -> None:
    assert value_size(value) == size, why


def test_an_item_is_its_names_and_values() -> None:
    # pk 2 + 11, sk 2 + 7, balance 7 + 3 (three digits: 2 + 1)
    item = {"pk": {"S": "CUSTOMER#42"}, "sk": {"S": "ACCOUNT"}, "balance": {"N": "293"}}
    assert item_size(item) == 13 + 9 + 10


def test_nothing_has_no_size() -> None:
    assert item_size(None) == 0


def test_a_type_that_dynamodb_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="X"):
        value_size({"X": "?"})
