from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.unsubscribe import pages
from notifications.unsubscribe.rules import make_token, read_token
from shared.events.customers import Channel

KEY = b"the key"
ADA = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
TOKEN = make_token(KEY, ADA, Channel.EMAIL)


@pytest.mark.parametrize("channel", Channel)
def test_a_token_says_whom_and_what_it_is_for(channel: Channel) -> None:
    assert read_token(KEY, make_token(KEY, ADA, channel)) == (ADA, channel)


def test_a_token_is_always_the_same_and_safe_in_a_path() -> None:
    assert make_token(KEY, ADA, Channel.EMAIL) == TOKEN
    assert TOKEN.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("subject", [("cus_1", "email"), (ADA, "fax"), (f"{ADA}:x", "email")])
def test_a_signature_alone_makes_no_customer_and_no_channel(subject: tuple[str, Any]) -> None:
    assert read_token(KEY, make_token(KEY, *subject)) is None


# Four more signs need as much padding as none do.
@pytest.mark.parametrize("signs", ["!", "!!!!"])
def test_signs_that_a_token_never_has_are_not_passed_over(signs: str) -> None:
    assert read_token(KEY, f"{TOKEN[:10]}{signs}{TOKEN[10:]}") is None


def test_a_token_of_another_key_is_nobodys() -> None:
    assert read_token(b"another", TOKEN) is None


@pytest.mark.parametrize("position", range(0, len(TOKEN) - 1, 7))
def test_a_changed_token_is_nobodys(position: int) -> None:
    changed = TOKEN[:position] + ("A" if TOKEN[position] != "A" else "B") + TOKEN[position + 1 :]
    assert read_token(KEY, changed) is None


def test_another_customer_cannot_be_put_under_a_signature() -> None:
    raw = base64.urlsafe_b64decode(TOKEN + "=" * (-len(TOKEN) % 4))
    forged = raw.replace(b"G5FAV", b"G5FAW")
    assert read_token(KEY, base64.urlsafe_b64encode(forged).decode()) is None


@given(st.text(max_size=300))
def test_anything_else_is_nobodys(text: str) -> None:
    assert read_token(KEY, text) is None


def test_a_mail_programs_cut_is_nobodys() -> None:
    assert all(read_token(KEY, TOKEN[:length]) is None for length in range(len(TOKEN)))


def test_the_shops_name_is_escaped_on_the_pages() -> None:
    for page in (pages.ask_page("<Fern & Co>"), pages.done_page("<Fern & Co>")):
        assert "&lt;Fern &amp; Co&gt;" in page


def test_the_page_that_asks_has_one_button_that_posts_to_where_it_is() -> None:
    page = pages.ask_page("Fern")
    assert page.count("<button") == 1
    assert '<form method="post">' in page
    assert "<script" not in page
    assert 'content="noindex, nofollow"' in page
