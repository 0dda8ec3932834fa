"""Identifiers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from pydantic import TypeAdapter, ValidationError

from shared import ids


def test_ids_carry_their_kind_and_differ() -> None:
    adapter = TypeAdapter(ids.CustomerId)
    made = {ids.new_customer_id() for _ in range(100)}
    assert len(made) == 100
    assert all(adapter.validate_python(one) == one for one in made)


@pytest.mark.parametrize(
    ("make", "prefix"),
    [
        (ids.new_customer_id, "cus"),
        (ids.new_order_id, "ord"),
        (ids.new_message_id, "msg"),
        (ids.new_request_id, "req"),
        (ids.new_adjustment_id, "adj"),
        (ids.new_credit_id, "crd"),
        (ids.new_reward_id, "rew"),
        (ids.new_claim_id, "clm"),
        (ids.new_transfer_id, "trf"),
        (ids.new_event_id, "evt"),
    ],
)
def test_each_kind_of_id_has_its_own_three_letters(make: Callable[[], str], prefix: str) -> None:
    assert re.fullmatch(rf"{prefix}_[0-7][0-9A-HJKMNP-TV-Z]{{25}}", make())


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [
        (ids.CustomerId, "cus"),
        (ids.MessageId, "msg"),
        (ids.RequestId, "req"),
        (ids.HoldId, "hld"),
        (ids.RewardId, "rew"),
        (ids.ClaimId, "clm"),
        (ids.RedemptionId, "red"),
        (ids.CreditId, "crd"),
        (ids.TransferId, "trf"),
    ],
)
def test_an_id_is_a_prefix_and_a_ulid_and_nothing_else(kind: object, prefix: str) -> None:
    adapter: TypeAdapter[str] = TypeAdapter(kind)
    good = f"{prefix}_01ARZ3NDEKTSV4RRFFQ69G5FAV"
    assert adapter.validate_python(good) == good
    for bad in ("ord" + good[3:], good[4:], f"{good}0", f" {good}", good.lower(), good.replace("_", "")):
        with pytest.raises(ValidationError):
            adapter.validate_python(bad)


def test_an_id_named_after_a_digest_is_its_first_128_bits() -> None:
    assert ids.named_after("0" * 31 + "1" + "f" * 32, "hld") == "hld_" + "0" * 25 + "1"


@pytest.mark.parametrize(
    "order_id",
    [
        *("1", "A-1.b_c:d", "x" * 128, "#1001", "gid://shopify/Order/1", "S00012/2026", "-1", "Order 17", "№ 5", "Ä/1"),
        *("X", "XX", "1 X"),
        *("100%", "100%2F", "a?b=c&d", "a+b", '"', "\\", "{order_id}", "*", "\U0001f4e6"),
    ],
)
def test_an_order_id_is_the_order_systems_own(order_id: str) -> None:
    assert TypeAdapter(ids.OrderId).validate_python(order_id) == order_id


@pytest.mark.parametrize(
    "order_id",
    [
        "",
        " ",
        "x" * 129,
        " 1",
        "1 ",
        "1\n",
        "a\tb",
        "a\x00b",
        "\u200b1",
        "a\u202eb",
        "a\u00a0b",
        ".",
        "..",
        ".1",
        "\ud800",
    ],
)
def test_an_order_id_that_cannot_be_seen_or_written_into_a_path_is_refused(order_id: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ids.OrderId).validate_python(order_id)
