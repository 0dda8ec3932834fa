"""Reads path, query, body and headers of a request. Every fault in them is a problem that names the field."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar
from urllib.parse import unquote

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.errors import FieldError, InvalidError, PreconditionRequiredError
from shared.http.problems import (
    InvalidJsonError,
    NotAcceptableError,
    TooLargeError,
    UnsupportedMediaTypeError,
    invalid,
)
from shared.model import FROM_TEXT, Context, Strictly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

M = TypeVar("M", bound=BaseModel)

_JSON: Final = re.compile(r"application/(json|[\w.-]+\+json)", re.ASCII)
# A cache on the way may turn our strong ETag into a weak one. It holds the same version.
ETAG: Final = r'(W/)?"[0-9]{1,18}"'
_ETAG: Final = re.compile(ETAG)
_SANE_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class DuplicateError(Exception):
    """An object of JSON has two fields of one name."""


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """The validator of a type. It is built once."""
    return TypeAdapter(Annotated[kind, Strictly()])


def checked(model: type[M], data: object, context: Context | None = None) -> M:
    """`data` as a model, for data that a use case composes itself. Raises InvalidError.

    The context STORED suits a merged patch, whose own fields were checked: a rule that is younger than what is stored
    must not stop the change of something else.
    """
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        raise invalid(error, "body") from error


def read_path(raw: Mapping[str, str], kinds: Mapping[str, TypeAdapter[Any]]) -> dict[str, Any]:
    """The values in a path. Raises InvalidError naming the values that have the wrong form."""
    values, errors = {}, list[FieldError]()
    for name, kind in kinds.items():
        try:
            values[name] = kind.validate_python(raw[name], context=FROM_TEXT)
        except ValidationError as error:
            errors += invalid(error, name).errors
    if errors:
        raise InvalidError(errors=errors)
    return values


def unquoted(path: Mapping[str, str] | None) -> dict[str, str]:
    """Decoded path values: API Gateway gives them percent-encoded."""
    return {name: unquote(value) for name, value in (path or {}).items()}


def read_query(raw: Mapping[str, Sequence[str]], kind: TypeAdapter[Any], lists: frozenset[str]) -> Any:
    """The query. `lists` are the fields that may be repeated. Raises InvalidError naming wrong and unknown fields."""
    data = {
        name: list(values) if name in lists or len(values) != 1 else values[0] for name, values in raw.items() if values
    }
    try:
        return kind.validate_python(data, context=FROM_TEXT)
    except ValidationError as error:
        raise invalid(error, "query") from error


def refuse_query(raw: Mapping[str, Sequence[str]]) -> None:
    """Raises InvalidError if a route without a query gets one."""
    if raw:
        raise InvalidError(errors=[FieldError(name[:100], "There is no such parameter") for name in raw])


def read_body(raw: bytes, content_type: str | None, kind: TypeAdapter[Any]) -> Any:
    """The JSON body. Raises UnsupportedMediaTypeError, InvalidJsonError, or InvalidError naming the wrong fields."""
    if content_type and not _JSON.fullmatch(_media_type(content_type)):
        raise UnsupportedMediaTypeError("Send application/json.")
    if not raw:
        raise InvalidError.of("body", "A JSON body is required")
    _refuse_duplicates(raw)
    try:
        return kind.validate_json(raw)
    except ValidationError as error:
        if any(item["type"] == "json_invalid" for item in error.errors(include_input=False)):
            raise InvalidJsonError from error
        raise invalid(error, "body") from error


def _refuse_duplicates(raw: bytes) -> None:
    """Raises InvalidJsonError if an object names a field twice: one of the two would be lost without a word.

    Numbers are not read, as some are too long for Python. Any other fault is pydantic's to name.
    """
    try:
        json.loads(raw, object_pairs_hook=_unique, parse_int=str, parse_float=str)
    except DuplicateError as error:
        raise InvalidJsonError("A field is there twice.") from error
    except (ValueError, RecursionError):
        return


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise DuplicateError
    return found


def read_raw_body(raw: bytes, content_type: str | None, accepted: Sequence[str]) -> bytes:
    """A body that the handler reads itself. Raises UnsupportedMediaTypeError unless its type is accepted."""
    if raw and accepted and _media_type(content_type or "") not in accepted:
        raise UnsupportedMediaTypeError(f"Send {' or '.join(accepted)}.")
    return raw


def limit_size(raw: bytes, limit: int) -> bytes:
    """Returns the body unchanged. Raises TooLargeError if it has more than `limit` bytes."""
    if len(raw) > limit:
        raise TooLargeError(f"At most {limit} bytes.")
    return raw


def read_if_match(header: str | None) -> int:
    """The version in If-Match. Raises PreconditionRequiredError without a header, InvalidError for a foreign ETag."""
    if header is None:
        raise PreconditionRequiredError
    if not _ETAG.fullmatch(header.strip()):
        raise InvalidError.of("If-Match", 'Must be the ETag that you read, such as "3"')
    return int(header.strip().removeprefix("W/").strip('"'))


def check_accepted(header: str | None, binary: str | None) -> None:
    """Raises NotAcceptableError unless an answer of the media type `binary` is what the Accept header names first.

    API Gateway looks at the first type alone. Without it, it would hand on the bytes as base64.
    """
    if binary and _media_type((header or "").partition(",")[0]) != binary:
        raise NotAcceptableError(f"Send Accept: {binary}", extensions={"media_type": binary})


def read_correlation_id(header: str | None, request_id: str) -> str:
    """The caller's X-Correlation-Id if it is safe to log and pass on, else the request's own id."""
    return header if header and _SANE_TOKEN.fullmatch(header) else request_id


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
