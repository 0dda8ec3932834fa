"""A house with all five services for each flow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import tokens
from tests.harness.house import House, open_house


@pytest.fixture(autouse=True)
def issuers(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens.install_issuers(monkeypatch)


@pytest.fixture
def house() -> Iterator[House]:
    with open_house() as opened:
        yield opened
