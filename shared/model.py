"""The bases of the models that callers send and read, and how strictly every model reads a value.

Pydantic takes `true` for 1, `"20261120"` for a moment of 1970 and `"1_000"` for a number. A caller who sends one of
these has made a mistake, which must not become an amount. So a StrictModel takes text for text, whole numbers for
integers, `true` and `false` for booleans, and times and dates in the form of RFC 3339.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, GetCoreSchemaHandler, StringConstraints, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError
from pydantic_core.core_schema import with_info_before_validator_function

from shared.text import is_name, is_printable

Context = Mapping[str, bool]

# Values of a query or a path are texts: `10` and `true` are written in them as in JSON, without quotes.
FROM_TEXT: Final[Context] = {"from_text": True}
# A shop's own data may be older than a rule: it stays readable.
STORED: Final[Context] = {"stored": True}

_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]*)")
DECIMAL: Final = r"-?[0-9]{1,30}(\.[0-9]{1,30})?"
_DECIMAL: Final = re.compile(DECIMAL)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class StrictModel(BaseModel):
    """A model that reads its values strictly, and is built when it is first used.

    Every function of a service imports all models of the service, but uses few or none of them. The patterns of one
    customer alone slow a cold start more than Chalice does.
    """

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _of_model(handler(source))


class ApiModel(StrictModel):
    """Base of the models that callers read."""


class Input(ApiModel):
    """Base of the models that callers send: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Strictly:
    """Reads a type that is no model as strictly: `Annotated[int, Strictly()]`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _strict(handler(source))


def _printable(text: str, info: ValidationInfo) -> str:
    if info.context is not STORED and not is_printable(text):
        raise PydanticCustomError("unprintable", "Must not contain control characters, or change the text's direction")
    return text


def _name(text: str, info: ValidationInfo) -> str:
    """Where a name may be empty, a constraint of its own says whether it must not."""
    if info.context is not STORED and text and not is_name(text):
        raise PydanticCustomError(
            NO_NAME, "Must be one line with something to see, without control characters or changes of direction"
        )
    return text


# For text in the caller's own words: every text of an Input has it, unless a pattern says more.
PRINTABLE: Final = AfterValidator(_printable)
Text = Annotated[str, PRINTABLE]
# A reason or a remark that others read: never empty, and not a letter.
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), PRINTABLE]
# For names of people and things.
NAME: Final = AfterValidator(_name)
# The type of the fault of a text that is no name.
NO_NAME: Final = "no_name"


def _strict(schema: CoreSchema) -> CoreSchema:
    """The schema with a check before each scalar. A model inside is left alone, as it has its own."""
    check = _CHECKS.get(schema["type"])
    if check:
        return with_info_before_validator_function(check, cast("CoreSchema", {**schema, "strict": False}))
    return schema if schema["type"] == "model" else _within(schema)


def _of_model(schema: CoreSchema) -> CoreSchema:
    """The model with a check before each scalar in it. Validators of the whole model stand around it."""
    if schema["type"].startswith("function-"):
        return cast("CoreSchema", {**schema, "schema": _of_model(schema["schema"])})
    return _within(schema)


def _within(schema: CoreSchema) -> CoreSchema:
    return cast("CoreSchema", {key: _PARTS[key](part) if key in _PARTS else part for key, part in schema.items()})


def _each(part: Any) -> Any:
    return [_strict(one) for one in part] if isinstance(part, list) else _strict(part)


def _each_field(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _within(field) for name, field in fields.items()}


# Where schemas have schemas inside (pydantic_core.core_schema).
_PARTS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "schema": _each,
    "items_schema": _each,
    "keys_schema": _each,
    "values_schema": _each,
    "choices": _each,
    "fields": _each_field,
}


def _whole(value: object, info: ValidationInfo) -> object:
    """1000 and 1000.0; pydantic itself refuses 1000.5."""
    if isinstance(value, str) and info.context is FROM_TEXT and _WHOLE.fullmatch(value):
        return value
    if isinstance(value, bool | str):
        raise PydanticKnownError("int_type")
    return value


def _flag(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str) and info.context is FROM_TEXT and value in {"true", "false"}:
        return value == "true"
    if not isinstance(value, bool):
        raise PydanticKnownError("bool_type")
    return value


def _number(value: object, _: ValidationInfo) -> object:
    if isinstance(value, bool) or (isinstance(value, str) and not _DECIMAL.fullmatch(value)):
        raise PydanticCustomError("decimal_type", "Input should be a number, such as 1.5")
    return value


def _moment(value: object, _: ValidationInfo) -> object:
    if isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return value
    raise PydanticCustomError("datetime_type", "Input should be a time with an offset, such as 2026-05-04T10:00:00Z")


def _day(value: object, _: ValidationInfo) -> object:
    if (isinstance(value, date) and not isinstance(value, datetime)) or (
        isinstance(value, str) and _DAY.fullmatch(value)
    ):
        return value
    raise PydanticCustomError("date_type", "Input should be a date, such as 2026-05-04")


_CHECKS: Final[Mapping[str, Callable[[Any, ValidationInfo], Any]]] = {
    "int": _whole,
    "bool": _flag,
    "decimal": _number,
    "float": _number,
    "datetime": _moment,
    "date": _day,
}
