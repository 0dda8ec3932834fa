"""E-mail addresses have one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.emails.rules import folded, is_mailable, normalise


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ada@Example.COM\n", "ada@example.com"),
        ("a.d.a+shop@example.com", "a.d.a+shop@example.com"),
        ("ada@bücher.example.com", "ada@xn--bcher-kva.example.com"),
        ("ADA@BÜCHER.example.com", "ada@xn--bcher-kva.example.com"),
        ("ada@xn--bcher-kva.example.com", "ada@xn--bcher-kva.example.com"),
    ],
)
def test_an_address_is_kept_in_its_one_spelling(typed: str, kept: str) -> None:
    assert normalise(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "ada", "ada@", "@example.com", "ada@example", "a b@example.com", "ada@ex@am.com"]
)
def test_what_is_no_address_is_refused_without_repeating_it(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^Not an e-mail address$"):
        normalise(typed)


@settings(max_examples=50)
@given(st.emails())
def test_normalising_twice_changes_nothing(address: str) -> None:
    try:
        once = normalise(address)
    except ValueError:
        return
    assert normalise(once) == once == normalise(address.upper())


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("ada.love.lace+shop@example.com", "adalovelace@example.com"),
        ("ada@exam.ple.com", "ada@exam.ple.com"),
        ("ada+a+b@example.com", "ada@example.com"),
        ("+shop@example.com", "+shop@example.com"),
    ],
)
def test_folding_leaves_out_dots_and_the_plus_part_before_the_at_alone(address: str, mailbox: str) -> None:
    assert folded(address) == mailbox


@pytest.mark.parametrize(
    ("address", "mailable"),
    [
        ("ada@example.com", True),
        (f"{'x' * 64}@example.com", True),
        (f"{'x' * 65}@example.com", False),
        ("adá@example.com", False),
        ("ada@xn--bcher-kva.example.com", True),
    ],
)
def test_mail_goes_to_64_characters_of_ascii_before_the_at(address: str, mailable: bool) -> None:
    assert is_mailable(address) == mailable
