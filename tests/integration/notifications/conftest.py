"""Each test gets an empty table, a clock that it sets, and SES as it behaves in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.time import Time, stop_the_clock
from tests.integration.notifications.post import Post, open_post
from tests.integration.notifications.stage import stage


@pytest.fixture(scope="module", autouse=True)
def aws() -> Iterator[None]:
    with stage.open():
        yield


@pytest.fixture(autouse=True)
def empty(aws: None) -> None:
    stage.empty()


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return stop_the_clock(monkeypatch)


@pytest.fixture(autouse=True)
def post(aws: None) -> Iterator[Post]:
    with open_post() as post:
        yield post
