"""No item grows for ever: each attribute that holds many values says what bounds it."""

from __future__ import annotations

from typing import Any, Final

import pytest
from pynamodb.attributes import (
    Attribute,
    AttributeContainer,
    BinaryAttribute,
    BooleanAttribute,
    DiscriminatorAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from customers.orders.items import OrderItem
from loyalty.table import DateAttribute, MomentAttribute
from shared.items.personal import declarations_of
from tests.contract.items import containers, name_of, stored_kinds

# What holds one value. Whatever is not of these kinds can hold many.
SINGLE: Final = (
    BinaryAttribute,
    BooleanAttribute,
    DateAttribute,
    DiscriminatorAttribute,
    IntegerAttribute,
    MomentAttribute,
    UnicodeAttribute,
    UnicodeEnumAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)


def of_many(kind: type[AttributeContainer]) -> dict[str, Attribute[Any]]:
    return {name: one for name, one in kind.get_attributes().items() if not isinstance(one, SINGLE)}


@pytest.mark.parametrize("kind", containers(), ids=name_of)
def test_every_attribute_of_many_values_says_what_bounds_it(kind: type[AttributeContainer]) -> None:
    said = {name for name, declaration in declarations_of(kind).items() if declaration and declaration.bound}
    assert said == set(of_many(kind)), f"{name_of(kind)}: give these, and only these, a bound (shared.items.personal)"


def test_the_attributes_of_many_values_are_found() -> None:
    assert {"lines", "notes", "refunds", "stats", "events"} == set(of_many(OrderItem))
    assert len(stored_kinds()) > 25
