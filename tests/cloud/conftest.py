"""The five packaged services, deployed on a local cloud of this run's own; one for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stage import LocalStage, local_stage

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test of this folder, and keeps them in one process when others run beside."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.cloud)
            item.add_marker(pytest.mark.xdist_group("bundles"))


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStage]:
    """Regulars on the local cloud, at a free port, under its roles."""
    with local_stage(home=tmp_path_factory.mktemp("cloud")) as running:
        yield running
