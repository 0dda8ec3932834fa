"""How large DynamoDB says an item is.

The rules are those of "DynamoDB item sizes and formats" in the developer guide
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

# An attribute's value in DynamoDB's own form, `{"S": "text"}`, and an item of them by name.
Value = Mapping[str, Any]
Image = Mapping[str, Value]

_CONTAINER: Final = 3  # bytes of a list or map, whatever is in it
_ELEMENT: Final = 1  # byte of each element of one
_SCALAR: Final = 1  # byte of a boolean or null


def item_size(item: Image | None) -> int:
    """Bytes of an item: its names and values. 0 of none. The 100 bytes of indexing count for storage alone."""
    return sum(len(name.encode()) + value_size(value) for name, value in (item or {}).items())


def value_size(value: Value) -> int:
    """Bytes of an attribute's value without its name. Raises ValueError for a type that DynamoDB does not have."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return number_size(content)
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return _SCALAR
    return _size_of_many(kind, content)


def _size_of_many(kind: str, content: Any) -> int:
    match kind:
        case "L":
            return _CONTAINER + sum(_ELEMENT + value_size(element) for element in content)
        case "M":
            return _CONTAINER + sum(_ELEMENT + item_size({name: part}) for name, part in content.items())
        case "SS" | "NS" | "BS":
            return sum(value_size({kind[0]: member}) for member in content)
    raise ValueError(kind)


def number_size(text: str) -> int:
    """Bytes of a number: one for two significant digits, and one. Zeros before and after them are trimmed."""
    digits = "".join(map(str, Decimal(text).as_tuple().digits)).strip("0")
    return (len(digits) + 1) // 2 + 1
