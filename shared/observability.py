"""Logs, metrics and traces, through Powertools: `observe` joins them to an app once.

Log lines carry ids, never names, addresses, message bodies or the text of an exception, which may quote its input:
use `describe` for those.
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

from shared import coldstart
from shared.settings import UNDEPLOYED

NAMESPACE = "Regulars"

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", UNDEPLOYED), utc=True)
metrics = Metrics(namespace=NAMESPACE, service=os.environ.get("POWERTOOLS_SERVICE_NAME", UNDEPLOYED))
# Two stages of one account keep their figures, and the alarms on them, apart.
metrics.set_default_dimensions(stage=os.environ.get("STAGE", UNDEPLOYED))

_Handler = Callable[[Any, Any], Any]


def observe(app: Chalice) -> None:
    """Give every function of the app structured logs with the request id, metrics flushed at its end, and traces.

    Called when all is imported that every function needs: the end of the cold start's hurry.
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
    """An exception as loggable fields: its type and the places it passed, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__name__,
        "at": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
    }


def _traced() -> bool:
    """Whether Lambda has tracing on; the X-Ray SDK costs 100 ms to import, so only then."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ and os.environ.get("POWERTOOLS_TRACE_DISABLED", "") != "true"


def _with_logs(handler: _Handler) -> _Handler:
    return logger.inject_lambda_context(handler, clear_state=True, log_event=False)


def _with_metrics(handler: _Handler) -> _Handler:
    """As Powertools' `log_metrics`, which would print a warning for every call that counts nothing."""

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
