"""Every test's ground: an AWS that is not there, and a stage named `test`."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from tests.harness.scheduling import BundlesTogether

# Before anything of Regulars is imported: tables are named, and clients made, from these.
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    # moto does not know the hosts that carry an account id, which streams are else asked at.
    AWS_ACCOUNT_ID_ENDPOINT_MODE="disabled",
    STAGE="test",
    BUS_NAME="regulars-test",
    POWERTOOLS_METRICS_NAMESPACE="Regulars",
    POWERTOOLS_TRACE_DISABLED="true",
    POWERTOOLS_METRICS_DISABLED="true",
    EMAIL_SECRET_ID="email-secret",
    LINK_SECRET_ID="link-secret",
    SENDER="Shop <hello@shop.example>",
    BASE_URL="https://shop.example",
    ALLOWED_ORIGINS="https://shop.example",
    DEAD_LETTER_QUEUE_URL="",
)
# How long an example takes says how busy the machine is, and no more.
settings.register_profile("regulars", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("regulars")

for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "REGULARS_CLOCK_FILE"):
    os.environ.pop(name, None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> BundlesTogether:
    """Spread tests over the processes in our own way."""
    return BundlesTogether(config, log)
