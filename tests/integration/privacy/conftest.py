"""The ground of privacy's tests: its table, a clock that stands still, and tokens that hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.ground import ground
from tests.integration.privacy.stage import Time, stop_the_clock
from tests.tokens import install_issuers


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    install_issuers(monkeypatch)
    with ground("privacy"):
        yield


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return stop_the_clock(monkeypatch)
