"""Each test has an empty table, and a clock to set."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.harness.time import stop_the_clock
from tests.integration.loyalty.shop import stage


@pytest.fixture(scope="module", autouse=True)
def aws() -> Iterator[None]:
    with stage.open():
        yield


@pytest.fixture(autouse=True)
def empty(aws: None) -> None:
    stage.empty()


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes it a day and time (ISO 8601) for Regulars; until then time passes."""

    def to(moment: str) -> None:
        stop_the_clock(monkeypatch).set(moment)

    return to
