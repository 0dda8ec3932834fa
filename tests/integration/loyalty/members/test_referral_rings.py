"""Customers who name each other, in a ring of any length and at the same moment; and orders too small to count."""

from __future__ import annotations

from itertools import pairwise

import pytest

from loyalty.members import referrals
from loyalty.members.referrals import LONGEST_RING
from shared.items.table import commit
from tests.integration.loyalty import cards
from tests.integration.loyalty.referrals import merge, name, read, rewards_of
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, CAT, entries, hear, order, points, registration


@pytest.fixture(autouse=True)
def three_customers() -> None:
    set_programme(earning={"bonuses": {"referrer": 50, "referee": 30}})
    hear(registration(), registration(BOB), registration(CAT))


def names(who: str, friend: str) -> int:
    return name(cards.number_of(friend), customer_id=who).status


def test_two_who_name_each_other_are_no_friends() -> None:
    assert names(ADA, BOB) == 201
    assert names(BOB, ADA) == 422


def test_a_ring_of_three_does_not_close() -> None:
    assert [names(ADA, BOB), names(BOB, CAT), names(CAT, ADA)] == [201, 201, 422]


def test_a_ring_does_not_close_once_its_rewards_are_granted() -> None:
    assert [names(ADA, BOB), names(BOB, CAT)] == [201, 201]
    hear(order(), order("B1", BOB))
    assert names(CAT, ADA) == 422


def test_a_long_ring_does_not_close() -> None:
    people = [f"cus_01HZX3Q7V8M4N5P6R7S8T9W{number:03}" for number in range(LONGEST_RING)]
    hear(*map(registration, people))
    assert {names(who, friend) for who, friend in pairwise(people)} == {201}
    assert names(people[-1], people[0]) == 422


@pytest.mark.parametrize("ring", [(ADA, BOB), (ADA, BOB, CAT)])
def test_a_ring_does_not_close_at_the_same_moment(ring: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """All read before anybody writes: then they write in this order."""
    links = list(zip(ring, (*ring[1:], ring[0]), strict=True))
    answers = []

    def the_others_first(*writes: object) -> None:
        if links:
            answers.append(names(*links.pop()))
        commit(*writes)  # type: ignore[arg-type]

    monkeypatch.setattr(referrals, "commit", the_others_first)
    answers.append(names(*links.pop()))
    assert sorted(answers) == [*[201] * (len(ring) - 1), 422]


def test_a_friend_of_a_merged_customer_is_still_a_friend() -> None:
    assert names(ADA, BOB) == 201
    merge(BOB, CAT)
    assert names(CAT, ADA) == 422


@pytest.mark.parametrize(("total", "counts"), [(999, False), (1_000, True)])
def test_a_small_order_is_no_first_order_of_a_friend(total: int, counts: bool) -> None:
    name()
    hear(order(total=total))
    assert rewards_of(ADA) == ([("referee", 30)] if counts else [])
    hear(order("A2"))
    assert rewards_of(ADA) == [("referee", 30)]


def test_what_counts_is_what_earns_and_not_tax_or_shipping() -> None:
    name()
    hear(order(total=1_500, tax=300, shipping=300))
    assert read()["state"] == "waiting"


def test_the_reward_goes_when_less_than_the_least_stays() -> None:
    name()
    hear(order(total=2_000))
    hear(order(total=2_000, refunded=1_000))
    assert rewards_of(ADA) == [("referee", 30)]
    hear(order(total=2_000, refunded=1_010))
    assert rewards_of(ADA) == [("referee", 30), ("referee", -30)]
    assert points(BOB) == [50, -50]


@pytest.mark.parametrize(("least", "counts"), [(0, True), (50, True), (5_000, False)])
def test_the_least_is_a_setting(least: int, counts: bool) -> None:
    set_programme(earning={"bonuses": {"referrer": 50, "referee": 30, "referral_order": least}})
    name()
    hear(order(total=100 if least < 100 else 2_933))
    assert bool(rewards_of(ADA)) is counts


def test_without_a_least_an_order_counts_while_a_point_of_it_remains_as_in_earlier_releases() -> None:
    set_programme(earning={"bonuses": {"referrer": 50, "referee": 30, "referral_order": 0}})
    name()
    hear(order())
    assert entries()[0].fact("brings") is None
    hear(order(refunded=2_920))
    assert rewards_of(ADA) == [("referee", 30)]
    hear(order(refunded=2_933))
    assert rewards_of(ADA) == [("referee", 30), ("referee", -30)]
