"""`SET` as people write it."""

from __future__ import annotations

import pytest

from infra.bundle import ROOT
from infra.settings import SettingsError, read_settings


def test_values_may_hold_spaces_and_equals_signs_and_be_empty() -> None:
    text = "ShopAddress='1 Main St, Springfield' Sender=shop@example.com BaseUrl=https://x.example/?a=b AlarmEmail="
    assert read_settings(text, ROOT) == {
        "ShopAddress": "1 Main St, Springfield",
        "Sender": "shop@example.com",
        "BaseUrl": "https://x.example/?a=b",
        "AlarmEmail": "",
    }


def test_nothing_is_no_setting() -> None:
    assert read_settings("", ROOT) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Sender", "Sender sets nothing"),
        ("ShopName=My Shop", "Shop sets nothing"),
        ("Sendr=shop@example.com", "No template has a parameter Sendr: did you mean Sender"),
        ("x=1", "No template has a parameter x: there are AlarmEmail, "),
        ("ShopName='My Shop", "No closing quotation"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        read_settings(text, ROOT)
