"""What the service says of itself in several places agrees."""

from __future__ import annotations

from tests.harness.aws.context import LambdaContext
from tests.integration.notifications.stage import consent, hear, registered, stage


def test_its_relay_publishes_what_the_table_carries() -> None:
    hear(registered(consent()))
    assert len(stage.stream_records()) == 1
    assert stage.app.relay({"Records": stage.stream_records()}, LambdaContext()) == {"batchItemFailures": []}
