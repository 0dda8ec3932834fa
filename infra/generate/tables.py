"""Describes a service's table from its PynamoDB models: keys, attributes and indexes."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from pynamodb.indexes import Index

from shared.items.table import Item

# Modules of a capability that may declare items.
_DECLARE_ITEMS: Final = ("items", "store")


@cache
def base_item(service: str) -> type[Item]:
    """The base of the service's items, with all kinds imported."""
    base: type[Item] = getattr(import_module(f"{service}.table"), f"{service.capitalize()}Item")
    (home,) = import_module(service).__path__
    for name in _DECLARE_ITEMS:
        for file in sorted(Path(home).glob(f"*/{name}.py")):
            import_module(f"{service}.{file.parent.name}.{name}")
    return base


def kinds(service: str) -> list[type[Item]]:
    """Every kind of item in the service's table, by name."""
    return sorted(_below(base_item(service)), key=lambda kind: kind.__name__)


def indexes(service: str) -> dict[str, Index[Any]]:
    """The indexes of the service's table, by name. If two models declare an index of one name, the first counts."""
    found: dict[str, Index[Any]] = {}
    for kind in kinds(service):
        for index in kind._indexes.values():  # noqa: SLF001  # PynamoDB has no public list of them
            found.setdefault(index.Meta.index_name, index)
    return dict(sorted(found.items()))


def meaning(index: Index[Any]) -> str:
    """The purpose of an index: the first paragraph of its docstring."""
    return " ".join((inspect.getdoc(type(index)) or "").partition("\n\n")[0].split())


def table_properties(service: str) -> dict[str, Any]:
    """Keys, attributes and indexes, in the form of CloudFormation and CreateTable.

    Raises ValueError when two models declare one index or one attribute differently.
    """
    schema = base_item(service)._get_schema()  # noqa: SLF001  # what PynamoDB's own create_table reads
    found = _once(service, "IndexName", [_index(index) for index in schema["global_secondary_indexes"]])
    properties = {
        "AttributeDefinitions": _once(service, "AttributeName", schema["attribute_definitions"]),
        "KeySchema": _hash_first(schema["key_schema"]),
    }
    return properties | ({"GlobalSecondaryIndexes": found} if found else {})


def _index(declared: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "IndexName": declared["index_name"],
        "KeySchema": _hash_first(declared["key_schema"]),
        "Projection": declared["projection"],
    }


def _hash_first(keys: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(keys, key=lambda key: key["KeyType"])


def _once(service: str, name: str, declared: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The declarations by name, each once."""
    found: dict[str, Mapping[str, Any]] = {}
    for each in declared:
        if found.setdefault(each[name], each) != each:
            raise ValueError(f"{service}: two models declare {each[name]} differently")
    return [found[key] for key in sorted(found)]


def _below(kind: type[Item]) -> Iterator[type[Item]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
