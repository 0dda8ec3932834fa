"""Every test's ground: an AWS that is not there, and a stage named `test`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

import tests.harness.environment  # noqa: F401  # before anything of Regulars is imported
from tests.scheduling import BundlesTogether

# How long an example takes says how busy the machine is, and no more.
settings.register_profile("regulars", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("regulars")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BundlesTogether:
    """Spread tests over the processes in our own way."""
    return BundlesTogether(config, log)
