"""Tokens that the HTTP door trusts."""

from __future__ import annotations

import pytest

from tests.harness.tokens import install_issuers


@pytest.fixture(autouse=True)
def issuers(monkeypatch: pytest.MonkeyPatch) -> None:
    install_issuers(monkeypatch)
