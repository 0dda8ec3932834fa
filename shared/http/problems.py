"""Errors as RFC 9457 problems (`application/problem+json`).

`type` is `/problems/<slug>`: a stable relative reference that need not resolve. `errors` lists the faults by field.
Of the caller's input, a problem repeats only names of fields.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pynamodb.exceptions import PynamoDBException

from shared.errors import (
    BadRequestError,
    ConflictError,
    FieldError,
    InvalidError,
    PreconditionFailedError,
    ProblemError,
    UnavailableError,
)
from shared.http.cursors import invalid_cursor
from shared.http.receipts import ReplayError
from shared.items.table import BusyError, LostRaceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

CONTENT_TYPE: Final = "application/problem+json"

# The errors of a request that loses to a concurrent one.
LOST: Final = LostRaceError | BusyError

_RETRY: Final = {"Retry-After": "1"}
_THROTTLED: Final = frozenset(
    {"ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "InternalServerError"}
)
# pydantic's own messages for these faults quote the input or a part of it.
_WORDS: Final[Mapping[str, str]] = {
    "union_tag_invalid": "Not one of the values allowed here",
    "uuid_parsing": "Input should be a valid UUID",
    "extra_forbidden": "There is no such field",
}
# The caller chooses the name of an unknown field. Our own names are far shorter.
_LONGEST_NAME: Final = 100
# A body of 256 KB can have 87,000 faults. The first ones are enough to mend it.
MOST_ERRORS: Final = 50


class InvalidJsonError(BadRequestError):
    slug = "invalid-json"
    title = "The body is not valid JSON"


class NotAcceptableError(ProblemError):
    """The request does not accept the media type of the answer, or not first. `media_type` names it."""

    status = 406
    slug = "not-acceptable"
    title = "Send an Accept header with the media type of the answer"


class TooLargeError(ProblemError):
    """The body is larger than the route's limit."""

    status = 413
    slug = "body-too-large"
    title = "The body is too large"


class UnsupportedMediaTypeError(ProblemError):
    """The route does not read bodies of this type."""

    status = 415
    slug = "unsupported-media-type"
    title = "This content type is not accepted here"


class LostRaceProblemError(ConflictError):
    slug = "lost-race"
    title = "Another request changed this at the same time; try again"


def as_problem(error: Exception, *, if_match: bool = False, keyed: bool = False, paged: bool = False) -> ProblemError:
    """The problem that a request's caller gets for an exception.

    `if_match`: the request named a version. `keyed`: it had an Idempotency-Key. `paged`: it had a cursor.
    """
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, LostRaceError):
        return PreconditionFailedError() if if_match else LostRaceProblemError(headers=_RETRY)
    if isinstance(error, ReplayError) or (keyed and isinstance(error, BusyError)):
        return ConflictError("The same request may be in progress; try again shortly.", headers=_RETRY)
    if isinstance(error, BusyError) or _code(error) in _THROTTLED:
        return UnavailableError(headers=_RETRY)
    if paged and _code(error) == "ValidationException":
        return invalid_cursor()  # DynamoDB refuses a start key of another partition or index
    return ProblemError()


def invalid(error: ValidationError, whole: str = "") -> InvalidError:
    """The problem of values that pydantic refused. `whole` (such as `body`) names faults that belong to no field."""
    found = error.errors(include_url=False, include_context=False, include_input=False)[:MOST_ERRORS]
    return InvalidError(errors=[FieldError(_name(item["loc"]) or whole, _message(item)) for item in found])


def render(problem: ProblemError, request_id: str) -> str:
    """The JSON text of a problem."""
    members: dict[str, Any] = dict(problem.extensions)
    members |= {"type": f"/problems/{problem.slug}", "title": problem.title, "status": problem.status}
    if problem.detail:
        members["detail"] = problem.detail
    if problem.errors:
        members["errors"] = [{"field": each.field, "message": each.message} for each in problem.errors[:MOST_ERRORS]]
    return json.dumps(members | {"request_id": request_id}, default=str, ensure_ascii=False)


def _code(error: Exception) -> str | None:
    return error.cause_response_code if isinstance(error, PynamoDBException) else None


def _name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)[:_LONGEST_NAME]


def _message(item: ErrorDetails) -> str:
    return _WORDS.get(item["type"], item["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, "))
