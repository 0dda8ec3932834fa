"""What the service says of itself in several places agrees."""

from __future__ import annotations

from tests.harness.aws.context import LambdaContext
from tests.integration.privacy.stage import approve, enter, names_told, stage


def test_its_relay_publishes_what_the_table_carries() -> None:
    approve(enter())
    assert stage.app.relay({"Records": stage.stream_records()}, LambdaContext()) == {"batchItemFailures": []}
    assert names_told() == ["ErasureRequested"]
