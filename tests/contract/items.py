"""Every kind of item that a service stores, and items with a value in every attribute."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, TypeVar

from pynamodb.attributes import (
    Attribute,
    AttributeContainer,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    UTCDateTimeAttribute,
)
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from shared.items.personal import Declaration, declarations_of
from shared.items.table import Item
from shared.services import SERVICES

I = TypeVar("I", bound=Item)  # noqa: E741

_DAY: Final = datetime(2001, 2, 3, tzinfo=UTC)
_NUMBERS: Final = itertools.count(7_000_001)
_KEYS: Final = frozenset({"pk", "sk", "version", "kind", "events", "outbox"})


@cache
def stored_kinds() -> tuple[type[Item], ...]:
    """The kinds of items of all services, each with a discriminator of its own."""
    for service in SERVICES:
        package = importlib.import_module(service)
        for module in pkgutil.walk_packages(package.__path__, f"{service}."):
            importlib.import_module(module.name)
    return tuple(sorted({kind for kind in _below(Item) if _is_stored(kind)}, key=name_of))


@cache
def containers() -> tuple[type[AttributeContainer], ...]:
    """The kinds of items, and the maps inside of them."""
    return (
        *stored_kinds(),
        *sorted({part for kind in stored_kinds() for part in parts_of(kind).values()}, key=name_of),
    )


def parts_of(kind: type[AttributeContainer]) -> dict[str, type[AttributeContainer]]:
    """The maps that the lists of a kind hold, by the list's name."""
    lists = {name: one for name, one in kind.get_attributes().items() if isinstance(one, ListAttribute)}
    return {name: one.element_type for name, one in lists.items() if _is_map(one.element_type)}


def name_of(kind: type[Any]) -> str:
    """The name of a kind, with its service."""
    return f"{kind.__module__.partition('.')[0]}.{kind.__name__}"


def stripped(kind: type[AttributeContainer]) -> dict[str, tuple[Attribute[Any], Declaration]]:
    """The attributes whose values do not outlive an erasure, by their names."""
    attributes = kind.get_attributes()
    return {name: (attributes[name], said) for name, said in declarations_of(kind).items() if said and said.is_stripped}


def filled(kind: type[I], pk: str, sk: str, **given: Any) -> I:
    """An item in which every attribute has a value of its own that is personal, or must have one."""
    item = kind(pk, sk)
    for name, value in {**_values(kind, set(given)), **given}.items():
        setattr(item, name, value)
    return item


def _values(kind: type[AttributeContainer], given: set[str]) -> dict[str, Any]:
    declarations, attributes = declarations_of(kind), kind.get_attributes()
    taken = given | (_KEYS if issubclass(kind, Item) else set())
    wanted = [name for name in attributes if name not in taken]
    return {
        name: _value(f"canary-{name}-{kind.__name__}".lower(), attributes[name])
        for name in wanted
        if (said := declarations[name]) is None or said.category or not attributes[name].null
    }


def _value(canary: str, attribute: Attribute[Any]) -> Any:
    value: Any = canary
    match attribute:
        case UnicodeEnumAttribute():
            value = list(attribute.enum_type)[-1]
        case BooleanAttribute():
            value = True
        case IntegerAttribute():
            value = next(_NUMBERS)
        case UTCDateTimeAttribute():
            value = _DAY + timedelta(minutes=next(_NUMBERS))
        case JSONAttribute():
            value = {"canary": canary}
        case ListAttribute() if _is_map(attribute.element_type):
            value = [attribute.element_type(**_values(attribute.element_type, set()))]  # type: ignore[misc]
        case ListAttribute():
            value = [canary]
    return value


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def _is_stored(kind: type[Item]) -> bool:
    """Whether items of this kind lie in a table: bases and mixins have no discriminator of their own."""
    if kind.__module__.partition(".")[0] not in SERVICES:
        return False
    return kind.get_attributes()["kind"].get_discriminator(kind) is not None  # type: ignore[attr-defined]


def _is_map(element: Any) -> bool:
    return isinstance(element, type) and issubclass(element, MapAttribute)
