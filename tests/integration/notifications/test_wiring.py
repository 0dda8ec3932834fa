"""What the service says of itself in several places agrees."""

from __future__ import annotations

from tests.harness.context import LambdaContext
from tests.integration.notifications.stage import app, consent, hear, registered, stream_records


def test_its_relay_publishes_what_the_table_carries() -> None:
    hear(registered(consent()))
    assert len(stream_records()) == 1
    assert app.relay({"Records": stream_records()}, LambdaContext()) == {"batchItemFailures": []}
