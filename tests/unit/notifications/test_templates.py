from __future__ import annotations

import subprocess
import sys

import pytest
from liquid.exceptions import LoopIterationLimitError, OutputStreamLimitError, UndefinedError

from notifications.templates import usecases
from notifications.templates.models import (
    CREDIT_EXPIRING,
    CREDIT_ISSUED,
    POINTS_ADJUSTED,
    POINTS_EXPIRING,
    POINTS_TRANSFERRED,
    TIER_REACHED,
    TRANSFER_CODE,
    WELCOME,
    Template,
)
from notifications.templates.rules import name_to_greet
from notifications.templates.usecases import render_template

VALUES = {
    "name": "Ada",
    "shop_name": "Fern & Co",
    "shop_address": "1 High Street, Bath",
    "unsubscribe_url": "https://shop.example/unsubscribe/t",
}


NOTICE_VALUES = {
    "name": "Ada",
    "shop_name": "Fern & Co",
    "shop_address": "1 High Street, Bath",
    "points": "1,200 points",
    "is_added": True,
    "balance": "1,300 points",
    "reason": "A late delivery",
    "amount": "12.00 USD",
    "last_day": "8 June 2026",
    "days_left": "in 7 days",
    "tier": "Gold",
    "move": "received",
    "code": "4930 1172",
    "minutes": 15,
}
NOTICES = (
    POINTS_ADJUSTED,
    TIER_REACHED,
    CREDIT_ISSUED,
    POINTS_TRANSFERRED,
    TRANSFER_CODE,
    POINTS_EXPIRING,
    CREDIT_EXPIRING,
)
TEMPLATES = (WELCOME, *NOTICES)


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


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_missing_variable_is_an_error_and_no_gap(template: Template) -> None:
    values = VALUES if template is WELCOME else NOTICE_VALUES
    for missing in ("name", "shop_name", "shop_address"):
        with pytest.raises(UndefinedError):
            render_template(template, {name: value for name, value in values.items() if name != missing})


@pytest.mark.parametrize("template", NOTICES)
def test_a_notice_is_greeted_like_the_welcome_and_offers_no_way_out(template: Template) -> None:
    content = render_template(template, NOTICE_VALUES)
    for part in (content.html, content.text):
        assert "Hello Ada," in part
        assert "1 High Street, Bath" in part
        assert "because you have an account at Fern" in part
        assert "unsubscribe" not in part.lower()


@pytest.mark.parametrize("template", NOTICES)
def test_every_value_of_a_notice_is_escaped_in_html(template: Template) -> None:
    content = render_template(template, dict.fromkeys(NOTICE_VALUES, "<b>&"))
    assert "<b>" not in content.html
    assert "&lt;b&gt;&amp;" in content.html


def test_an_adjustments_reason_is_no_template_and_in_no_subject() -> None:
    content = render_template(POINTS_ADJUSTED, {**NOTICE_VALUES, "reason": "{{ shop_address }}"})
    assert "The reason: {{ shop_address }}" in content.text
    assert "The reason: {{ shop_address }}" in content.html
    assert content.subject == "1,200 points added to your account at Fern & Co"


def test_an_adjustment_without_a_reason_does_not_speak_of_one() -> None:
    content = render_template(POINTS_ADJUSTED, {**NOTICE_VALUES, "reason": ""})
    assert "reason" not in content.text + content.html


def test_a_notice_of_credit_without_an_end_names_no_day() -> None:
    content = render_template(CREDIT_ISSUED, {**NOTICE_VALUES, "last_day": None})
    for part in (content.html, content.text):
        assert "we have given you 12.00 USD of store credit." in part
        assert "until" not in part


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


@pytest.mark.parametrize(
    "name",
    [
        *("x" * 40, "Ada", "J. R.", "J.R.", "Dr. Who", "Anne-Marie", "O'Brien", "Zoë", "李", "Nguyễn Văn", "Henry 8th"),
        *("X Æ A-12", "Gal·la", "علی\u200cرضا", "क्\u200dष", "Мария", "Ｊｅａｎ", "Euro"),  # noqa: RUF001
    ],
)
def test_names_are_greeted(name: str) -> None:
    assert name_to_greet(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *(None, "", "   ", "http://win.example", "win.example", "a@b", "WWW win", "<b>", "{{ x }}", "x" * 41),
        *("evil。com", "evil｡com", "evil．com", "http：／／evil", "ｗｗｗ evil", "evil\u200b.com", "evil.\u0301com"),  # noqa: RUF001
        *("http\ua789\u2215\u2215evil", "a＠b", "$5", "＄5", "500 €", "5 EUR", "20 dollars", "Win 50 pounds", "₿"),  # noqa: RUF001
        *("+44 20 7946 0000", "555-0100", "５５５", "⑤⑤⑤", "٥٥٥", "5\ufe0f\u20e3 5\ufe0f\u20e3 5\ufe0f\u20e3"),  # noqa: RUF001
        *("Ada\u202egro.live", "\u3164", "\u200d", "evil\u20dd.com"),
        *("1 buck", "9 cents", "5 euros", "7 francs", "2 pesos", "3 rupees", "8 yen", "6 yuan"),
    ],
)
def test_what_is_no_name_is_not_mailed_to_anyone(name: str | None) -> None:
    assert name_to_greet(name) is None


def test_a_name_is_greeted_on_one_line() -> None:
    assert name_to_greet(" Anna\n Lena ") == "Anna Lena"


def test_liquid_is_not_imported_until_something_is_rendered() -> None:
    code = (
        "import sys; from shared.contract import capabilities; from shared.runtime.triggers import listener, relay_of; "
        "heard = [event for each in capabilities('notifications') for event in each.contract.hears]; "
        "[listener('notifications', event) for event in heard]; "
        "relay_of('notifications', 'bus'); sys.exit('liquid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
