from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from chalice import Chalice
from moto import mock_aws

from tests.harness.tokens import install_issuers
from tests.unit.shared.http.shop import TABLE, make_app


@pytest.fixture(autouse=True)
def issuers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://shop.example, https://admin.example")
    install_issuers(monkeypatch)


@pytest.fixture
def hooks() -> list[Any]:
    return []


@pytest.fixture
def app(hooks: list[Any]) -> Chalice:
    return make_app(hooks)[0]


@pytest.fixture
def table() -> Iterator[Any]:
    with mock_aws():
        yield boto3.resource("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )
