"""Every test's ground: an AWS that is not there, and a stage named `test`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

import tests.harness.environment  # noqa: F401  # before anything of Regulars is imported
from shared.services import SERVICES
from tests.scheduling import CostlyTogether

# How long an example takes says how busy the machine is, and no more.
settings.register_profile("regulars", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("regulars")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--service", choices=SERVICES, help="only the tests of one service, and its cases of the others")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is of other services, where one is asked for."""
    if (service := config.getoption("service")) is not None:
        config.hook.pytest_deselected(items=[item for item in items if not _is_of(item, service)])
        items[:] = [item for item in items if _is_of(item, service)]


def _is_of(item: pytest.Item, service: str) -> bool:
    """Whether a test is in a folder of the service, or a case of it."""
    case = getattr(item, "callspec", None)
    return service in item.path.relative_to(item.config.rootpath).parts or (
        case is not None and service in case.params.values()
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> CostlyTogether:
    """Spread tests over the processes in our own way."""
    return CostlyTogether(config, log)
