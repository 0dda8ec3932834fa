"""What comes between a function and its end: a crash at any of its writes, or somebody else who was quicker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from pynamodb.connection import Connection


class Crash(BaseException):
    """The function stops here, as by a timeout: not even `except Exception` notices."""


def crash(*_: object) -> None:
    """In place of a function that is not survived."""
    raise Crash


def crash_at(write: int, work: Callable[[], Any]) -> bool:
    """Do some work that ends right before its n-th write; False when it made fewer. Reads leave nothing behind."""
    writes = 0

    def cut(operation: str) -> None:
        nonlocal writes
        writes += "Write" in operation or operation == "PutItem"
        if writes == write:
            raise Crash

    with _each_call(cut):
        try:
            work()
        except Crash:
            return True
    return False


@contextmanager
def counted_calls() -> Iterator[list[str]]:
    """The DynamoDB operations that are made meanwhile."""
    made: list[str] = []
    with _each_call(made.append):
        yield made


def calls_of(work: Callable[[], Any]) -> list[str]:
    """The DynamoDB operations that some work makes."""
    with counted_calls() as made:
        work()
    return made


def after_first(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, work: Callable[[], Any]) -> None:
    """Let another writer in between: `work` is done once, right after the module's function has read."""
    monkeypatch.setattr(module, name, once(work, getattr(module, name)))


def once(work: Callable[[], Any], read: Callable[..., Any]) -> Callable[..., Any]:
    """`read`, with `work` done by somebody else right after its first result was read."""
    pending = [work]

    def read_then_lose(*about: Any, **named: Any) -> Any:
        found = read(*about, **named)
        if pending:
            pending.pop()()
        return found

    return read_then_lose


@contextmanager
def _each_call(look: Callable[[str], None]) -> Iterator[None]:
    """Look at each operation before it is sent."""
    send = Connection.dispatch

    def looked_at(self: Connection, operation_name: str, operation_kwargs: Any) -> Any:
        look(operation_name)
        return send(self, operation_name, operation_kwargs)

    with patch.object(Connection, "dispatch", looked_at):
        yield
