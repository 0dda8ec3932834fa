"""The reward for a review: for who bought the product, once for each product."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.events.customers import ReviewRecorded
from tests.harness.interruptions import crash_at
from tests.integration.loyalty.referrals import merge
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, account, erasure, hear, points, registration, stage, told_of


@pytest.fixture(autouse=True)
def a_programme() -> None:
    programme()
    hear(registration(), registration(BOB))


def programme(**bonuses: Any) -> None:
    set_programme(earning={"bonuses": {"review": 20} | bonuses})


def review(number: int = 1, product_id: str = "mug", customer_id: str = ADA, **facts: Any) -> ReviewRecorded:
    values = {"bought": True, "posted_at": datetime(2026, 2, 1, tzinfo=UTC)} | facts
    return ReviewRecorded(review_id=f"rev-{number}", customer_id=customer_id, product_id=product_id, **values)


def test_a_product_gives_its_reward_once_to_each_customer() -> None:
    hear(review(1), review(2), review(3, "plate"), review(4, customer_id=BOB), review(1))
    assert (points(), points(BOB)) == ([20, 20], [20])


def test_who_did_not_buy_gets_nothing_and_may_buy_later() -> None:
    hear(review(1, bought=False))
    assert points() == []
    hear(review(2))
    assert points() == [20]


def test_a_review_that_an_earlier_release_told_is_rewarded() -> None:
    hear(review(1, bought=None))
    assert points() == [20]


@pytest.mark.parametrize(("setting", "earned"), [("review_once_per_product", [20, 20]), ("review_buyers_only", [20])])
def test_both_rules_are_settings(setting: str, earned: list[int]) -> None:
    programme(**{setting: False})
    hear(review(1, bought=setting != "review_buyers_only"), review(2))
    assert points() == earned


@pytest.mark.parametrize("write", [1, 2])
def test_a_crash_neither_loses_the_reward_nor_pays_it_twice(write: int) -> None:
    crash_at(write, lambda: hear(review()))
    hear(review(), review(2), review())
    assert points() == [20]


def test_a_merge_brings_no_second_reward() -> None:
    hear(review(1))
    merge(ADA, BOB)
    hear(review(2, customer_id=BOB), review(3, customer_id=ADA), review(4, "plate", BOB))
    assert account(BOB).balance == 40


def test_an_erasure_forgets_what_was_reviewed() -> None:
    hear(review(1), erasure())
    assert told_of("ErasureAnswered")[0]["erased"]["reviews"] == 1
    assert "REVIEWED#mug" not in stage.stored()


def test_a_review_that_waits_for_its_e_mail_is_rewarded_once_it_is_told_again() -> None:
    hear(review(by_email=True, waits=True))
    assert points() == []
    hear(review(), review(), review(by_email=True, waits=True))
    assert points() == [20]


def test_a_reward_that_a_guests_e_mail_brought_is_marked() -> None:
    hear(review(by_email=True))
    assert account().by_email
    hear(review(2, "plate", BOB))
    assert not account(BOB).by_email
