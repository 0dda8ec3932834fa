"""What happens to a message in between: news that comes after its claim, or right before it is stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from notifications.contacts.items import find_recipient
from notifications.contacts.models import Recipient
from notifications.messages import usecases
from shared.items import table


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
