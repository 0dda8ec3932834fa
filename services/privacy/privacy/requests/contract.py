"""Requests of data subjects, and the chase after open ones. Not even an admin erases a person."""

from __future__ import annotations

from typing import Final

from shared.contract import API, INBOX, Contract, Grant, Idempotency, Route, Schedule
from shared.roles import Role

_COMPLIANCE: Final = frozenset({Role.COMPLIANCE})

CONTRACT: Final = Contract(
    routes=(
        Route(
            "POST",
            "/api/privacy/requests",
            "create_request",
            _COMPLIANCE,
            status=201,
            idempotency=Idempotency.ACCEPTED,
            problems=("request-already-open",),
        ),
        Route("GET", "/api/privacy/requests", "list_requests", _COMPLIANCE),
        Route("GET", "/api/privacy/requests/{request_id}", "read_request", _COMPLIANCE, problems=("not-found",)),
        Route(
            "POST",
            "/api/privacy/requests/{request_id}/approve",
            "approve_request",
            _COMPLIANCE,
            problems=("not-found", "request-cancelled"),
        ),
        Route(
            "POST",
            "/api/privacy/requests/{request_id}/cancel",
            "cancel_request",
            _COMPLIANCE,
            problems=("not-found", "request-running"),
        ),
    ),
    tells=("ErasureRequested", "RequestCompleted"),
    schedules=(Schedule("chase", "cron(0 4 * * ? *)", "chase"),),
    grants=(
        Grant((API,), table=("dynamodb:PutItem", "dynamodb:DeleteItem")),
        Grant((INBOX,), table=("dynamodb:Query",)),
        Grant((API,), index="requests_by_time"),
        Grant(("chase",), index="requests_open"),
    ),
)
