"""Each test has an empty table, tokens that work, and a clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import boto3
import pytest

from loyalty.programme.usecases import forget_cached_programme
from loyalty.table import LoyaltyItem
from shared import clock
from tests.harness.aws.ground import create_table, ground
from tests.harness.tokens import install_issuers


@pytest.fixture(scope="package")
def some_ground() -> Iterator[None]:
    """Made once: what it makes beside the table takes longer than most tests."""
    with ground("loyalty"):
        yield


@pytest.fixture(autouse=True)
def empty_table(some_ground: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new table: moto copies all of an old one's stream in each transaction."""
    install_issuers(monkeypatch)
    boto3.client("dynamodb").delete_table(TableName=LoyaltyItem.Meta.table_name)
    create_table("loyalty")
    forget_cached_programme()


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes it a day and time (ISO 8601) for Regulars."""

    def to(moment: str) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(moment))

    return to
