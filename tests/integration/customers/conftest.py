"""Each test gets an empty table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.customers.desk import stage


@pytest.fixture(scope="module", autouse=True)
def aws() -> Iterator[None]:
    with stage.open():
        yield


@pytest.fixture(autouse=True)
def empty(aws: None) -> None:
    stage.empty()
