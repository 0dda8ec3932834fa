"""Logs, metrics and traces through Powertools. Each app calls `observe` once.

Log lines carry ids. They never carry names, addresses or message bodies. The text of an exception may quote its input,
so log exceptions with `describe`.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit
from chalice import Chalice
from chalice.app import ConvertToMiddleware

from shared.runtime import coldstart
from shared.runtime.settings import UNDEPLOYED

NAMESPACE = "Regulars"

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", UNDEPLOYED), utc=True)
metrics = Metrics(namespace=NAMESPACE, service=os.environ.get("POWERTOOLS_SERVICE_NAME", UNDEPLOYED))
# Two stages in one account have separate figures and separate alarms.
metrics.set_default_dimensions(stage=os.environ.get("STAGE", UNDEPLOYED))

_Handler = Callable[[Any, Any], Any]


def observe(app: Chalice) -> None:
    """Give every function of the app structured logs with the request id, metrics flushed at its end, and traces.

    Called after the imports that every function needs. It ends the cold start without garbage collection.
    """
    coldstart.over()
    app.register_middleware(ConvertToMiddleware(_with_logs))
    app.register_middleware(ConvertToMiddleware(_with_metrics))
    if _traced():
        app.register_middleware(ConvertToMiddleware(_with_traces))


def count(name: str, value: int = 1) -> None:
    """Add to a metric of this service, in the namespace Regulars."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as fields for a log line: its type and its last eight places in the code, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "at": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
    }


def _traced() -> bool:
    """Whether Lambda traces. Only then is the X-Ray SDK imported, because its import takes 100 ms."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ and os.environ.get("POWERTOOLS_TRACE_DISABLED", "") != "true"


def _with_logs(handler: _Handler) -> _Handler:
    return logger.inject_lambda_context(handler, clear_state=True, log_event=False)


def _with_metrics(handler: _Handler) -> _Handler:
    """Like Powertools' `log_metrics`, but without a warning for every call that counts nothing."""

    def handle(event: Any, context: Any) -> Any:
        try:
            return handler(event, context)
        finally:
            if metrics.metric_set:
                metrics.flush_metrics()

    return handle


def _with_traces(handler: _Handler) -> _Handler:
    from aws_lambda_powertools.tracing import Tracer  # noqa: PLC0415  # heavy: only where tracing is on

    tracer = Tracer(auto_patch=False)
    tracer.patch(modules=("botocore",))
    return tracer.capture_lambda_handler(handler, capture_response=False, capture_error=False)
