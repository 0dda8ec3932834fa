"""Where AWS calls go."""

from __future__ import annotations

import pytest

from shared.runtime import aws


def test_the_region_is_lambdas_own_else_the_users_else_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert aws.region() == "eu-central-1"
    monkeypatch.delenv("AWS_REGION")
    assert aws.region() == "eu-west-1"
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert aws.region() == "us-east-1"
