"""The shop that the tests of doors knock at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fuzz.town import furnished
from tests.harness import tokens
from tests.harness.house import House, open_house


@pytest.fixture(scope="package")
def town() -> Iterator[tuple[House, dict[str, str]]]:
    """A house, and an id of each kind that exists in it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        tokens.install_issuers(monkeypatch)
        with open_house() as house:
            yield house, furnished(house)
