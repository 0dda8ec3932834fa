"""Every field of every model takes its own kind of value, and no other."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.model import FROM_TEXT, Input, StrictModel
from tests.contract.doors import models
from tests.contract.doors.models import Slot

NUMBERS = frozenset({int, Decimal, float})
FRACTIONS = frozenset({Decimal, float})
TEXT = frozenset({str})
# Values of JSON, each with the kinds that take it.
SAMPLES: list[tuple[object, frozenset[type]]] = [
    (True, frozenset({bool})),
    (0, NUMBERS),
    (1, NUMBERS),
    (1.5, FRACTIONS),
    *(
        (text, TEXT)
        for text in ("t", "on", "yes", "true", "1_000", "20261120", "\u0661", " 1 ", "0x10", "NaN", "1e3", "")
    ),
    *((text, TEXT | FRACTIONS) for text in ("0", "1000", "1.0")),
    ("2026-11-20", frozenset({str, date})),
    *(
        (text, TEXT)
        for text in ("2026-11-20T10:00:00", "2026-11-20 10:00:00Z", "2026-11-20T10:00Z", "2026-11-20T00:00")
    ),
    ("2026-11-20T10:00:00Z", frozenset({str, datetime})),
]
# What a query or a path may not say for 10.
ODD_NUMBERS = ("1_0", "10.0", "1e1", "\u0661\u0660", " 10", "+10", "010", "0x0a", "true", "")
# Control characters: at the end, a name's own check would let them pass as white space. And what turns text around.
UNPRINTABLE = ("a\x00b", "a\x1bb", "a\x07b", "a\x7fb", "a\x9bb", "a\u202ab", "a\u202eb", "a\u2066b", "a\u2069b")
INPUTS = [*models.bodies(), *models.queries()]
IN_JSON = models.slots([*models.bodies(), *models.events()])


@pytest.mark.parametrize("slot", IN_JSON, ids=str)
def test_a_field_takes_no_value_of_another_kind(slot: Slot) -> None:
    for value, kinds in SAMPLES:
        if not slot.kinds & kinds:
            assert faults(slot, value), value
            assert faults(slot, value, parsed=True), value


@pytest.mark.parametrize("slot", [slot for slot in IN_JSON if int in slot.kinds], ids=str)
def test_a_whole_number_may_be_written_with_a_point(slot: Slot) -> None:
    for parsed in (False, True):
        assert not {"int_type", "int_from_float"} & set(faults(slot, 1000.0, parsed=parsed))
        assert {"int_type", "int_from_float"} & set(faults(slot, 1000.5, parsed=parsed))


@pytest.mark.parametrize("slot", [slot for slot in models.slots(models.bodies()) if str in slot.kinds], ids=str)
def test_no_text_that_a_caller_sends_has_control_characters(slot: Slot) -> None:
    for text in UNPRINTABLE:
        assert faults(slot, text), repr(text)
    assert faults(slot, "a\ud800b", parsed=True)


@pytest.mark.parametrize("slot", [slot for slot in models.slots(models.queries()) if slot.kinds - {str}], ids=str)
def test_a_parameter_is_written_in_one_form(slot: Slot) -> None:
    for text in (*ODD_NUMBERS, "0", "20261120", "2026-11-20T00:00:00"):
        is_right = (int in slot.kinds and text in {"0", "20261120"}) or (bool in slot.kinds and text == "true")
        assert is_right or found_in(
            slot, lambda text=text: slot.model.model_validate(slot.filled(text), context=FROM_TEXT)
        )


def test_a_value_of_a_path_is_written_in_one_form() -> None:
    checked = 0
    for _, endpoint in models.endpoints():
        for name, adapter in endpoint.path_adapters.items():
            if int in set(models.kinds_in(endpoint.path_kinds[name])):
                checked += 1
                assert adapter.validate_python("10", context=FROM_TEXT) == 10
                for text in ODD_NUMBERS:
                    assert _refused(adapter, text), (endpoint.key, text)
    assert checked


@pytest.mark.parametrize("model", models.whole(INPUTS), ids=lambda model: model.__name__)
def test_everything_that_callers_send_is_strict_and_refuses_unknown_fields(model: type[BaseModel]) -> None:
    assert issubclass(model, StrictModel)
    assert model.model_config["extra"] == "forbid"


@pytest.mark.parametrize("model", INPUTS, ids=lambda model: model.__name__)
def test_bodies_and_queries_are_inputs(model: type[BaseModel]) -> None:
    assert issubclass(model, Input)


@pytest.mark.parametrize("model", models.whole(models.events()), ids=lambda model: model.__name__)
def test_everything_in_an_event_is_strict(model: type[BaseModel]) -> None:
    assert issubclass(model, StrictModel)


def faults(slot: Slot, value: object, *, parsed: bool = False) -> list[str]:
    """The faults of this field with a value, as text of JSON or `parsed`; other fields may be missing."""
    document = slot.filled(value)
    if parsed:
        return found_in(slot, lambda: slot.model.model_validate(document))
    return found_in(slot, lambda: slot.model.model_validate_json(json.dumps(document)))


def found_in(slot: Slot, read: Any) -> list[str]:
    try:
        read()
    except ValidationError as error:
        return [fault["type"] for fault in error.errors() if fault["loc"][:1] == (slot.name,)]
    return []


def _refused(adapter: TypeAdapter[Any], text: str) -> bool:
    try:
        adapter.validate_python(text, context=FROM_TEXT)
    except ValidationError:
        return True
    return False


def test_the_walk_sees_lists_names_and_models_inside() -> None:
    fields = {str(slot) for slot in IN_JSON}

    assert {"loyalty.Expiry.warn_days", "shared.ErasureAnswered.erased", "shared.Refund.amount"} <= fields
    assert all(kind in models.SCALARS or issubclass(kind, Enum) for slot in IN_JSON for kind in slot.kinds)
