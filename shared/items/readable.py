"""Items whose stored form is broken: the attribute at fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import AttributeContainer


class UnreadableItemError(Exception):
    """A stored item cannot be read. Its text names the attribute at fault, by its stored name, and no value."""


def broken_attribute(kind: type[AttributeContainer], data: Mapping[str, dict[str, Any]]) -> str:
    """The first attribute of a raw item that cannot be read, by its stored name; `kind` if each can."""
    for attribute in kind.get_attributes().values():
        value = data.get(attribute.attr_name)
        if value and "NULL" not in value:
            try:
                attribute.deserialize(attribute.get_value(value))
            except Exception:  # noqa: BLE001  # whatever a broken value raises
                return attribute.attr_name
    return "kind"


def missing_attribute(item: AttributeContainer) -> str | None:
    """The first attribute, by its stored name, that every item of the kind has and this one lacks."""
    attributes = item.get_attributes().items()
    return next((each.attr_name for name, each in attributes if not each.null and getattr(item, name) is None), None)
