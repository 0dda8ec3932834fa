"""API Gateway's own answers: the problems that the services would give, with their words and statuses."""

from typing import Any, Final

from shared.errors import (
    BadRequestError,
    ForbiddenError,
    NotFoundError,
    ProblemError,
    UnavailableError,
)
from shared.http.problems import CONTENT_TYPE, TooLargeError, UnsupportedMediaTypeError, render

_PROBLEMS: Final[dict[str, type[ProblemError]]] = {
    "MISSING_AUTHENTICATION_TOKEN": NotFoundError,
    # An unknown path too, asked for with a token: no method here takes AWS's signatures.
    "INVALID_SIGNATURE": NotFoundError,
    "RESOURCE_NOT_FOUND": NotFoundError,
    "REQUEST_TOO_LARGE": TooLargeError,
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaTypeError,
    "ACCESS_DENIED": ForbiddenError,
    "WAF_FILTERED": ForbiddenError,
    "THROTTLED": UnavailableError,
    "QUOTA_EXCEEDED": UnavailableError,
    "INTEGRATION_TIMEOUT": UnavailableError,
    "INTEGRATION_FAILURE": UnavailableError,
    "DEFAULT_4XX": BadRequestError,
    "DEFAULT_5XX": ProblemError,
}
_HEADERS: Final = {
    "Content-Type": CONTENT_TYPE,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
}


def gateway_responses() -> dict[str, Any]:
    """The answers by API Gateway's names for its errors. They repeat nothing of the request."""
    headers = {name: f"'{value}'" for name, value in _HEADERS.items()}
    return {
        name: {
            "StatusCode": str(problem.status),
            "ResponseParameters": {"Headers": headers},
            "ResponseTemplates": {"application/json": render(problem(), "$context.requestId")},
        }
        for name, problem in _PROBLEMS.items()
    }
