"""The five packaged services, deployed on a local cloud of this run's own; one for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stage import LocalStage, local_stage
from tests.cloud.shop import Shop, client

HERE = Path(__file__).parent
# Of loyalty's table: closed days, and how far they go.
_BOOKS = {
    "FilterExpression": "begins_with(pk, :books)",
    "ExpressionAttributeValues": {":books": {"S": "LIABILITY"}},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test of this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.cloud)


@pytest.fixture
def shop(stage: LocalStage) -> Iterator[Shop]:
    """A shop whose clock is right, before and afterwards, and whose books know of no day to come."""
    _set_right(stage)
    yield Shop.of(stage)
    _set_right(stage)


def _set_right(stage: LocalStage) -> None:
    """No clock but a test's ever goes back: days that it had closed are closed anew, with what comes after it."""
    stage.set_clock_ahead(0)
    table = {"TableName": f"regulars-{stage.deployment.stage}-loyalty"}
    for item in client(stage, "dynamodb").scan(**table, **_BOOKS)["Items"]:
        client(stage, "dynamodb").delete_item(**table, Key={name: item[name] for name in ("pk", "sk")})


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStage]:
    """Regulars on the local cloud, at a free port, under its roles."""
    with local_stage(home=tmp_path_factory.mktemp("cloud")) as running:
        yield running
