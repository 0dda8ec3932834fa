"""A house with all five services for each flow."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from tests.harness import tokens
from tests.harness.house import House, open_house
from tests.harness.logs import captured_logs

# Of everyone in the flows: addresses, names, a phone number, a date of birth.
PERSONAL = ("@example.com", "lovelace", "augusta", "+447700900123", "1985-12-10")


@pytest.fixture(autouse=True)
def issuers(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens.install_issuers(monkeypatch)


@pytest.fixture(autouse=True)
def logs() -> Iterator[io.StringIO]:
    """What the flow logs; no line of any flow may name a person."""
    with captured_logs() as lines:
        yield lines
    said = lines.getvalue().lower()
    assert [canary for canary in PERSONAL if canary in said] == []


@pytest.fixture
def house() -> Iterator[House]:
    with open_house() as opened:
        yield opened
