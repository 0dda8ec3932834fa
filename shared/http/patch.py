"""JSON merge patch (RFC 7396): null removes, missing fields stay, objects merge, other values are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel


def apply_merge_patch(current: BaseModel, patch: BaseModel) -> dict[str, Any]:
    """`current` after the patch, as JSON-like data for `checked(Model, data)`. It lacks the removed fields."""
    return _merged(current.model_dump(mode="json"), patch.model_dump(mode="json", exclude_unset=True))


def _merged(target: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            before = result.get(name)
            result[name] = _merged(before if isinstance(before, dict) else {}, value)
        else:
            result[name] = value
    return result
