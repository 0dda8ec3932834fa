"""Errors that a caller is told of: raised by use cases, turned into RFC 9457 problems at the HTTP door.

A service subclasses these for errors of its own and gives each a stable `slug`; clients switch on the problem's
`type`, which is `/problems/<slug>`. Nothing here knows of HTTP beyond the number, so queues can raise them too.
Details and messages are written by us and never repeat what the caller sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field; `field` is its dotted name (`address.country`, `lines.0.quantity`)."""

    field: str
    message: str


class ProblemError(Exception):
    """An error with a stable name. `extensions` are members added to the problem, such as the balance at the time."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        extensions: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = tuple(errors)
        self.extensions = dict(extensions or {})
        self.headers = dict(headers or {})


class BadRequestError(ProblemError):
    """The request cannot be read."""

    status = 400
    slug = "bad-request"
    title = "The request cannot be read"


class UnauthorizedError(ProblemError):
    """Nobody has proved who is asking."""

    status = 401
    slug = "unauthorized"
    title = "A valid access token is required"


class ForbiddenError(ProblemError):
    """Known, and not allowed."""

    status = 403
    slug = "forbidden"
    title = "You may not do this"


class NotFoundError(ProblemError):
    """There is no such thing, or none that the caller may know of."""

    status = 404
    slug = "not-found"
    title = "There is no such thing"


class ConflictError(ProblemError):
    """What is asked does not go together with how things stand."""

    status = 409
    slug = "conflict"
    title = "This conflicts with how things stand"


class GoneError(ProblemError):
    """It was here once and will not be again: erased, expired or merged away."""

    status = 410
    slug = "gone"
    title = "It is no longer here"


class PreconditionFailedError(ProblemError):
    """It changed since the version that the caller knows."""

    status = 412
    slug = "precondition-failed"
    title = "It has changed since you read it"


class InvalidError(ProblemError):
    """A value is not allowed; `errors` names the fields."""

    status = 422
    slug = "invalid"
    title = "Some values are not valid"

    @classmethod
    def of(cls, field: str, message: str) -> Self:
        """The error of one field."""
        return cls(errors=[FieldError(field, message)])


class PreconditionRequiredError(ProblemError):
    """A change must say which version it changes."""

    status = 428
    slug = "precondition-required"
    title = "Send If-Match with the ETag that you read"


class UnavailableError(ProblemError):
    """Too busy for now; the same request may succeed a little later."""

    status = 503
    slug = "unavailable"
    title = "Too busy, try again shortly"
