"""Each test gets an empty table, a clock that it sets, and tokens that the HTTP door trusts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared import clock
from tests.harness.ground import ground
from tests.integration.segments.stage import Stage, empty_table
from tests.tokens import install_issuers


@pytest.fixture(scope="module", autouse=True)
def aws() -> Iterator[None]:
    with ground("segments"):
        yield


@pytest.fixture(autouse=True)
def stage(aws: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    install_issuers(monkeypatch)
    empty_table()
    stage = Stage()
    monkeypatch.setattr(clock, "now", stage.clock)
    return stage
