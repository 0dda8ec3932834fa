"""What the service says of itself in several places agrees."""

from __future__ import annotations

from tests.harness.context import LambdaContext
from tests.integration.privacy.stage import app, approve, enter, names_told, stream_records


def test_its_relay_publishes_what_the_table_carries() -> None:
    approve(enter())
    assert app.relay({"Records": stream_records()}, LambdaContext()) == {"batchItemFailures": []}
    assert names_told() == ["ErasureRequested"]
