"""Each test begins without keys."""

from __future__ import annotations

import pytest

from loyalty.passes import apple, google
from tests.harness.aws.ground import aws_client


@pytest.fixture(autouse=True)
def no_keys(aws: None) -> None:
    secrets = aws_client("secretsmanager")
    for name in ("apple-pass-secret", "google-pass-secret"):
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
        secrets.create_secret(Name=name)
    apple._key.cache_clear()
    google._key.cache_clear()
