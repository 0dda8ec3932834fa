"""Which rewards there are to be had, and what their codes look like."""

from __future__ import annotations

import math
import secrets
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.catalogue.items import FreeCode, KnownCode, hash_of
from loyalty.catalogue.rules import (
    ALPHABET,
    DEFAULT_CODE,
    SHORTEST_CODE,
    Lack,
    Offer,
    RewardStatus,
    Taker,
    Why,
    new_code,
    refusal_of,
    why_not_in,
    why_not_on,
)
from loyalty.programme.tiers import BRONZE, GOLD, SILVER, Tiers

JUNE = date(2026, 6, 15)
MAY, JULY = date(2026, 5, 1), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (None, None, None),
        (JUNE, JUNE, None),
        (MAY, JULY, None),
        (JULY, None, Why.NOT_YET),
        (None, MAY, Why.OVER),
    ],
)
def test_a_reward_is_there_from_its_first_day_through_its_last(
    first: date | None, last: date | None, why: Why | None
) -> None:
    assert why_not_on(JUNE, RewardStatus.ACTIVE, first, last) is why
    assert why_not_on(JUNE, RewardStatus.ARCHIVED, first, last) is Why.ARCHIVED


def test_a_reward_is_for_the_tiers_it_names_or_for_all() -> None:
    assert why_not_in(BRONZE, (), Tiers()) is None
    assert why_not_in(GOLD, (SILVER, GOLD), Tiers()) is None
    assert why_not_in(GOLD, [SILVER], Tiers()) is Why.TIER


PLAIN = Offer(200, RewardStatus.ACTIVE, None, None, (), None, None)
ADA = Taker(JUNE, BRONZE, 200, may_spend=True)
# What refuses a claim, from the first reason that is looked for to the last.
REASONS: list[tuple[dict[str, Any], dict[str, Any], Why | Lack]] = [
    ({"status": RewardStatus.ARCHIVED}, {}, Why.ARCHIVED),
    ({"first": JULY}, {}, Why.NOT_YET),
    ({}, {"may_spend": False}, Lack.BLOCKED),
    ({"tiers": (GOLD,)}, {}, Why.TIER),
    ({"limit": 2, "had": 2}, {}, Lack.LIMIT),
    ({"stock": 2, "taken": 2}, {}, Lack.STOCK),
    ({}, {"available": 199}, Lack.POINTS),
]


@pytest.mark.parametrize(("offer", "taker", "why"), REASONS)
def test_each_reason_alone_refuses_a_claim(offer: dict[str, Any], taker: dict[str, Any], why: Why | Lack) -> None:
    assert refusal_of(replace(PLAIN, **offer), replace(ADA, **taker)) is why


def test_of_several_reasons_the_one_that_more_points_do_not_end_comes_first() -> None:
    offer, taker = PLAIN, ADA
    for about_offer, about_taker, why in reversed(REASONS):
        offer, taker = replace(offer, **about_offer), replace(taker, **about_taker)
        assert refusal_of(offer, taker) is why


@pytest.mark.parametrize(
    "facts", [{}, {"limit": 2, "had": 1}, {"stock": 2, "taken": 1}, {"tiers": (BRONZE,)}, {"last": JUNE}]
)
def test_a_claim_that_nothing_refuses_can_be_made(facts: dict[str, Any]) -> None:
    assert refusal_of(replace(PLAIN, **facts), ADA) is None


@pytest.mark.parametrize("facts", [{"stock": 0}, {"stock": 2, "taken": 3}, {"has_code": False}])
def test_without_a_piece_or_a_code_nothing_is_left(facts: dict[str, Any]) -> None:
    assert refusal_of(replace(PLAIN, **facts), ADA) is Lack.STOCK


@given(st.text("ABC-", max_size=16), st.integers(SHORTEST_CODE, 32))
def test_a_code_is_its_prefix_and_characters_that_nobody_mistakes(prefix: str, length: int) -> None:
    code = new_code(prefix, length, secrets.choice)
    assert code.startswith(prefix)
    assert len(code) == len(prefix) + length
    assert set(code[len(prefix) :]) <= set(ALPHABET)


def test_the_alphabet_is_as_large_as_the_stated_entropy_needs() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 26
    assert not set(ALPHABET) & set("01OILZSBUV")
    assert math.floor(math.log2(26) * SHORTEST_CODE) == 47
    assert math.floor(math.log2(26) * DEFAULT_CODE) == 56


def test_every_character_of_the_alphabet_is_drawn() -> None:
    drawn = {character for _ in range(200) for character in new_code("", 32, secrets.choice)}
    assert drawn == set(ALPHABET)


@given(st.text(min_size=1), st.text(min_size=1))
def test_keys_show_no_code_and_tell_codes_apart(one: str, other: str) -> None:
    assert (hash_of(one) == hash_of(other)) == (one == other)
    free, known = FreeCode.of("rew_1", one), KnownCode.of("rew_1", one)
    assert (free.sk, known.sk) == (f"FREE#{hash_of(one)}", f"CODE#{hash_of(one)}")
