"""The ground of the tests of notifications: its table, SES, a clock that stands still, and tokens that hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.ground import ground
from tests.integration.notifications.stage import Post, Time, open_post, stop_the_clock
from tests.tokens import install_issuers


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    install_issuers(monkeypatch)
    with ground("notifications"):
        yield


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return stop_the_clock(monkeypatch)


@pytest.fixture(autouse=True)
def post() -> Iterator[Post]:
    with open_post() as post:
        yield post
