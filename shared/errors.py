"""Errors that a caller sees. Use cases raise them, and `shared.http` turns them into RFC 9457 problems.

A service's own errors are subclasses with a stable `slug` each. The problem's `type` is `/problems/<slug>`, and clients
decide by it. Only the status number belongs to HTTP, so code behind a queue can raise these errors too. Details and
messages are our own words, and never repeat the caller's input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True)
class FieldError:
    """The fault of one field. `field` is its dotted name (`address.country`, `lines.0.quantity`)."""

    field: str
    message: str


class ProblemError(Exception):
    """An error with a stable name. `extensions` are more members of the problem, such as the present balance."""

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
    status = 400
    slug = "bad-request"
    title = "The request cannot be read"


class UnauthorizedError(ProblemError):
    """The request does not prove its caller."""

    status = 401
    slug = "unauthorized"
    title = "A valid access token is required"


class ForbiddenError(ProblemError):
    """The caller is known, but may not do this."""

    status = 403
    slug = "forbidden"
    title = "You may not do this"


class NotFoundError(ProblemError):
    """The thing does not exist, or the caller may not know of it."""

    status = 404
    slug = "not-found"
    title = "There is no such thing"


class ConflictError(ProblemError):
    """The request conflicts with the present state."""

    status = 409
    slug = "conflict"
    title = "This conflicts with how things stand"


class GoneError(ProblemError):
    """The thing existed once and will not come back: it was erased, expired or merged away."""

    status = 410
    slug = "gone"
    title = "It is no longer here"


class PreconditionFailedError(ProblemError):
    """The resource has changed since the version that the caller names."""

    status = 412
    slug = "precondition-failed"
    title = "It has changed since you read it"


class InvalidError(ProblemError):
    """A value is not allowed. `errors` names the fields."""

    status = 422
    slug = "invalid"
    title = "Some values are not valid"

    @classmethod
    def of(cls, field: str, message: str) -> Self:
        """An error with one field."""
        return cls(errors=[FieldError(field, message)])


class PreconditionRequiredError(ProblemError):
    """A change without the version that it changes."""

    status = 428
    slug = "precondition-required"
    title = "Send If-Match with the ETag that you read"


class UnavailableError(ProblemError):
    """The service is too busy now. The same request may succeed a little later."""

    status = 503
    slug = "unavailable"
    title = "Too busy, try again shortly"
