"""Identifiers."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from shared import ids


def test_ids_carry_their_kind_and_differ() -> None:
    adapter = TypeAdapter(ids.CustomerId)
    made = {ids.new_customer_id() for _ in range(100)}
    assert len(made) == 100
    assert all(adapter.validate_python(one) == one for one in made)
    assert ids.new_message_id().startswith("msg_")
    assert ids.new_request_id().startswith("req_")


@pytest.mark.parametrize("order_id", ["", "a/b", "a#b", "-1", "x" * 65, "1 2"])
def test_an_order_id_that_cannot_stand_in_a_key_or_a_path_is_refused(order_id: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ids.OrderId).validate_python(order_id)
