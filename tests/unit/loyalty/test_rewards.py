"""Which rewards there are to be had, and what their codes look like."""

from __future__ import annotations

import math
import secrets
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.programme.tiers import BRONZE, GOLD, SILVER, Tiers
from loyalty.rewards.items import FreeCode, KnownCode, hash_of
from loyalty.rewards.rules import (
    ALPHABET,
    DEFAULT_CODE,
    SHORTEST_CODE,
    RewardStatus,
    Why,
    new_code,
    why_not_in,
    why_not_on,
)

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
