"""What happens to a message in between: crashes, and news that comes after its claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pynamodb.connection import Connection

from notifications.contacts.items import find_recipient
from notifications.contacts.models import Recipient
from notifications.messages import usecases
from shared import table
from tests.integration.notifications.stage import Crash


def crash(*_: object) -> None:
    raise Crash


def before_second_look(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Let something happen between the claim and the look at the contact that follows it."""
    looks: list[str] = []

    def look(customer_id: str) -> Recipient:
        looks.append(customer_id)
        if len(looks) == 2:
            happens()
        return find_recipient(customer_id)

    monkeypatch.setattr(usecases, "find_recipient", look)


def before_write(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Let something happen right before the first write of a message."""
    coming = [happens]

    def commit(*writes: table.Write | None) -> None:
        if coming:
            coming.pop()()
        table.commit(*writes)

    monkeypatch.setattr(usecases, "commit", commit)


@contextmanager
def counted_calls() -> Iterator[list[str]]:
    """The calls to the table that are made meanwhile."""
    calls: list[str] = []
    make = Connection._make_api_call

    def count(connection: Connection, operation: str, *args: Any, **kwargs: Any) -> Any:
        calls.append(operation)
        return make(connection, operation, *args, **kwargs)

    with pytest.MonkeyPatch.context() as counting:
        counting.setattr(Connection, "_make_api_call", count)
        yield calls
