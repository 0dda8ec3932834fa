"""Each test gets an empty table and tokens that the HTTP door trusts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.ground import ground
from tests.integration.customers.desk import empty_table
from tests.tokens import install_issuers


@pytest.fixture(scope="module", autouse=True)
def aws() -> Iterator[None]:
    with ground("customers"):
        yield


@pytest.fixture(autouse=True)
def empty(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    install_issuers(monkeypatch)
    empty_table()
