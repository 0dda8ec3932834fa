"""What is counted says of which service and stage; what is logged of an error has no text of it."""

from __future__ import annotations

import json

import pytest

from shared.runtime import observability
from shared.runtime.observability import count, describe, metrics


def test_a_metric_is_of_its_service_and_stage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    metrics.clear_metrics()
    handle = observability._with_metrics(lambda event, context: count("OrdersSeen", 3))
    handle({}, None)
    line = json.loads(capsys.readouterr().out)
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Regulars"
    assert {name for names in directive["Dimensions"] for name in names} == {"service", "stage"}
    assert (line["OrdersSeen"], line["stage"]) == ([3.0], "test")


def test_a_call_that_counts_nothing_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.clear_metrics()
    observability._with_metrics(lambda event, context: None)({}, None)
    assert capsys.readouterr().out == ""


def test_what_is_counted_is_told_even_when_the_function_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    metrics.clear_metrics()

    def fail(event: object, context: object) -> None:
        count("OrdersSeen")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # it has no text
        observability._with_metrics(fail)({}, None)
    assert "OrdersSeen" in capsys.readouterr().out


def test_an_error_is_described_without_its_text() -> None:
    try:
        raise RuntimeError("ada@example.com")
    except RuntimeError as error:
        described = describe(error)
    assert described["error"] == "RuntimeError"
    assert described["at"][-1].startswith("test_observability.py:")
    assert "ada" not in json.dumps(described)
