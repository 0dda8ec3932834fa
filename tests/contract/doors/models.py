"""Every model through which something comes in: bodies, queries, values of paths and events, with what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from infra.apps import load_app
from shared.events.base import Metadata
from shared.events.catalogue import EVENTS
from shared.http.endpoint import Endpoint
from shared.services import SERVICES

SCALARS = (bool, int, float, Decimal, str, datetime, date)
_LISTS = (list, tuple, set, frozenset)


@dataclass(frozen=True)
class Slot:
    """One field of a model, and the scalars that it may hold: itself, in a list or under a name."""

    model: type[BaseModel]
    field: str
    kinds: frozenset[type]
    holder: type | None

    @property
    def name(self) -> str:
        """The field's name as JSON has it."""
        return self.model.model_fields[self.field].alias or self.field

    def filled(self, value: object) -> dict[str, object]:
        """The fields of a document in which this one holds the value."""
        return {self.name: {"k": value} if self.holder is dict else value if self.holder is None else [value]}

    def __str__(self) -> str:
        return f"{self.model.__module__.partition('.')[0]}.{self.model.__name__}.{self.field}"


def endpoints() -> list[tuple[str, Endpoint]]:
    """Every endpoint of every service."""
    return [(service, each) for service in SERVICES for each in load_app(service).functions.endpoints.all]


@cache
def bodies() -> list[type[BaseModel]]:
    return _each_once(each.body for _, each in endpoints() if _is_model(each.body))


@cache
def queries() -> list[type[BaseModel]]:
    return _each_once(each.query for _, each in endpoints() if each.query)


@cache
def events() -> list[type[BaseModel]]:
    return [*EVENTS.values(), Metadata]


def whole(models: list[type[BaseModel]]) -> list[type[BaseModel]]:
    """The models, and all models inside them."""
    found = list(models)
    for model in found:
        found += [kind for kind in _models_in(model) if kind not in found]
    return found


def slots(models: list[type[BaseModel]]) -> list[Slot]:
    """Every field of the models, and of all models inside them, that holds scalars."""
    return [slot for model in whole(models) for slot in _slots_of(model)]


def kinds_in(annotation: Any) -> Iterator[Any]:
    """The classes of an annotation: `Annotated[int, …] | None` has int and NoneType."""
    inside = get_args(annotation)
    if not inside:
        yield annotation
    elif hasattr(annotation, "__metadata__"):
        yield from kinds_in(inside[0])
    else:
        yield from (kind for each in inside for kind in kinds_in(each))


def _slots_of(model: type[BaseModel]) -> Iterator[Slot]:
    for name, field in model.model_fields.items():
        kinds = frozenset(kind for kind in kinds_in(field.annotation) if isinstance(kind, type))
        scalars = frozenset(kind for kind in kinds if kind in SCALARS or issubclass(kind, Enum))
        if scalars:
            yield Slot(model, name, scalars, _holder(field.annotation))


def _holder(annotation: Any) -> type | None:
    origins = {get_origin(each) for each in (annotation, *get_args(annotation))}
    if dict in origins:
        return dict
    return list if origins & set(_LISTS) else None


def _models_in(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [kind for field in model.model_fields.values() for kind in kinds_in(field.annotation) if _is_model(kind)]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _each_once(models: Iterator[Any]) -> list[type[BaseModel]]:
    return list(dict.fromkeys(models))
