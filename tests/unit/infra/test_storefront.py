"""The storefront of `make run` asks for a new token before the last one ends."""

from __future__ import annotations

import time

import pytest

from infra.replay.storefront import Storefront


def test_a_token_is_kept_for_ten_minutes_and_then_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now, given = [0.0], iter(range(10))
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    storefront = Storefront("http://127.0.0.1:1", lambda role: f"{role}-{next(given)}")

    def at(second: float) -> str:
        now[0] = second
        return storefront.token("support")

    assert [at(0), at(599), at(601), at(1_200)] == ["support-0", "support-0", "support-1", "support-1"]
    assert storefront.token("admin") == "admin-2"
