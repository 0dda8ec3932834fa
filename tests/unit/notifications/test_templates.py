from __future__ import annotations

import subprocess
import sys

import pytest
from liquid.exceptions import LoopIterationLimitError, OutputStreamLimitError, UndefinedError

from notifications.templates import usecases
from notifications.templates.models import WELCOME
from notifications.templates.rules import name_to_greet
from notifications.templates.usecases import render_template

VALUES = {
    "name": "Ada",
    "shop_name": "Fern & Co",
    "shop_address": "1 High Street, Bath",
    "unsubscribe_url": "https://shop.example/unsubscribe/t",
}


def test_the_welcome_greets_by_name_and_carries_the_way_out() -> None:
    content = render_template(WELCOME, VALUES)
    assert content.subject == "Welcome to Fern & Co, Ada"
    for part in (content.html, content.text):
        assert "Hello Ada," in part
        assert VALUES["unsubscribe_url"] in part
        assert "1 High Street, Bath" in part


def test_without_a_name_the_welcome_still_reads_well() -> None:
    content = render_template(WELCOME, {**VALUES, "name": None, "shop_address": ""})
    assert content.subject == "Welcome to Fern & Co"
    assert content.text.startswith("Hello,\n")
    assert '<p style="margin:0 0 16px">Hello,</p>' in content.html
    assert "None" not in content.text + content.html
    assert content.text.rstrip().endswith(VALUES["unsubscribe_url"])


def test_values_are_escaped_in_html_and_only_there() -> None:
    content = render_template(WELCOME, {**VALUES, "name": "<b>"})
    assert "&lt;b&gt;" in content.html
    assert "<b>" not in content.html
    assert "Fern &amp; Co" in content.html
    assert "Hello <b>," in content.text


def test_a_subject_is_one_line() -> None:
    assert "\n" not in render_template(WELCOME, {**VALUES, "name": "Ada\r\nBcc: x"}).subject


def test_a_missing_variable_is_an_error_and_no_gap() -> None:
    with pytest.raises(UndefinedError):
        render_template(WELCOME, {"name": "Ada"})


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("{% for i in (1..100000) %}{% endfor %}", LoopIterationLimitError),
        ("{% for i in (1..900) %}{{ x }}{% endfor %}", OutputStreamLimitError),
    ],
)
def test_a_template_cannot_run_away(source: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        usecases._environment(is_html=False).from_string(source).render(x="x" * 1000)


@pytest.mark.parametrize("name", ["Ada", "J. R.", "Anne-Marie", "O'Neil", "Zoë", "李"])
def test_names_are_greeted(name: str) -> None:
    assert name_to_greet(name) == name


@pytest.mark.parametrize(
    "name",
    [None, "", "   ", "http://win.example", "win.example", "a@b", "WWW win", "<b>", "{{ x }}", "x" * 41],
)
def test_what_is_no_name_is_not_mailed_to_anyone(name: str | None) -> None:
    assert name_to_greet(name) is None


def test_a_name_is_greeted_on_one_line() -> None:
    assert name_to_greet(" Anna\n Lena ") == "Anna Lena"


def test_liquid_is_not_imported_until_something_is_rendered() -> None:
    code = "import sys, notifications.events; sys.exit('liquid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
