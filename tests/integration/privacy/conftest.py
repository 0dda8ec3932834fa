"""Each test gets an empty table, and a clock that it sets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.time import Time, stop_the_clock
from tests.integration.privacy.stage import stage


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
