"""Personal data is declared at the attribute: every attribute of every item says its class."""

from __future__ import annotations

from pathlib import Path
from typing import Final, get_args

import pytest
from pynamodb.attributes import AttributeContainer

from shared.items.personal import Category, Effect, declarations_of
from tests.contract.items import containers, name_of, parts_of, stored_kinds, stripped

TAXONOMY: Final = Path(__file__).parent / "fides_data_categories.txt"


@pytest.mark.parametrize("kind", containers(), ids=name_of)
def test_every_attribute_says_its_class(kind: type[AttributeContainer]) -> None:
    silent = [name for name, declaration in declarations_of(kind).items() if declaration is None]
    assert not silent, f"{name_of(kind)}: declare these by personal() or plain() of shared.items.personal"


@pytest.mark.parametrize("kind", containers(), ids=name_of)
def test_what_is_kept_names_its_ground(kind: type[AttributeContainer]) -> None:
    for name, said in declarations_of(kind).items():
        assert said is not None
        assert (said.category is None) is (said.erasure is None), name
        if said.erasure is not None:
            assert (said.erasure.effect is Effect.KEEP) is (said.erasure.ground is not None), name


@pytest.mark.parametrize("kind", stored_kinds(), ids=name_of)
def test_no_list_is_kept_whose_parts_would_have_to_go(kind: type[AttributeContainer]) -> None:
    for name, part in parts_of(kind).items():
        assert name in stripped(kind) or not stripped(part)


def test_categories_are_those_of_the_taxonomy() -> None:
    known = {line for line in TAXONOMY.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
    assert set(get_args(Category)) <= known


def test_every_category_is_used() -> None:
    used = {said.category for kind in containers() for said in declarations_of(kind).values() if said}
    assert used - {None} == set(get_args(Category))
