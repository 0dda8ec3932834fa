"""The reward for signing up: once for an e-mail, whoever comes back with it; from an order on if the shop says so."""

from __future__ import annotations

from typing import Any

import pytest

from shared.events.customers import CustomerRegistered
from shared.events.foreign import OrderLine
from tests.harness.interruptions import crash_at
from tests.integration.loyalty.referrals import merge
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    CAT,
    PLACED_AT,
    account,
    erasure,
    hear,
    order,
    points,
    profile,
    stage,
)

KEY = "5f" * 32
OTHER = "6a" * 32


@pytest.fixture(autouse=True)
def a_programme() -> None:
    set_programme(earning={"bonuses": {"sign_up": 100}})


def registered(customer_id: str = ADA, key: str | None = KEY) -> CustomerRegistered:
    return CustomerRegistered(customer_id=customer_id, profile=profile(), reward_key=key)


def with_an_order(**bonuses: Any) -> None:
    set_programme(earning={"bonuses": {"sign_up": 100, "sign_up_order": 2_000} | bonuses})


def line(category: str, amount: int) -> OrderLine:
    return OrderLine(product_id=category, category=category, quantity=1, amount=amount)


def test_who_comes_back_after_an_erasure_is_not_rewarded_again() -> None:
    hear(registered())
    hear(erasure())
    hear(registered(BOB), registered(CAT, OTHER))
    assert points(BOB) == []
    assert points(CAT) == [100]


def test_two_at_once_with_one_e_mail_are_rewarded_once() -> None:
    hear(registered(ADA), registered(BOB))
    hear(registered(ADA), registered(BOB))
    assert [points(ADA), points(BOB)] == [[100], []]


@pytest.mark.parametrize("write", [1, 2, 3])
def test_a_crash_neither_loses_the_reward_nor_pays_it_twice(write: int) -> None:
    crash_at(write, lambda: hear(registered()))
    hear(registered())
    hear(registered())
    assert points() == [100]


def test_the_mark_names_nobody() -> None:
    hear(registered())
    [mark] = [item for item in stage.items() if item["kind"]["S"] == "sign_up_mark"]
    assert ADA not in str(mark)
    assert set(mark) == {"pk", "sk", "kind", "version", "at"}


def test_an_event_of_an_earlier_release_has_no_key_and_rewards_once() -> None:
    hear(registered(key=None), registered(key=None))
    assert points() == [100]


def test_a_programme_without_the_reward_marks_nothing() -> None:
    set_programme(earning={"bonuses": {"sign_up": 0}})
    hear(registered())
    set_programme(earning={"bonuses": {"sign_up": 100}})
    hear(registered(BOB))
    assert points(BOB) == [100]


def test_the_reward_may_wait_for_an_order_that_is_large_enough() -> None:
    with_an_order()
    hear(registered())
    hear(order("A1", total=1_999), order("A2", total=2_500, refunded=600))
    assert 100 not in points()
    hear(order("A3", total=2_000))
    hear(order("A3", total=2_000), order("A4", total=2_000))
    assert points().count(100) == 1
    assert account().sign_up_waits is None


@pytest.mark.parametrize(
    ("facts", "rewards"),
    [
        # Of $30 of goods $15 stay: a refund that names nothing gives back goods.
        ({"total": 6_000, "shipping": 3_000, "refunded": 1_500}, 0),
        ({"total": 5_000, "shipping": 3_000, "refunded": 3_000, "refunded_shipping": 3_000}, 1),
        ({"total": 3_000, "lines": [line("mug", 1_999), line("gift", 1_001)]}, 0),
        ({"total": 3_001, "lines": [line("mug", 2_000), line("gift", 1_001)]}, 1),
        ({"total": 3_000, "discount": 500, "refunded": 1_000}, 1),
        ({"total": 9_000, "currency": "EUR"}, 0),
        ({"total": 9_000, "cancelled_at": PLACED_AT}, 0),
    ],
    ids=["goods first", "the shipping", "gift cards", "beside gift cards", "a discount", "other money", "cancelled"],
)
def test_what_stays_of_the_money_that_earns_decides(facts: dict[str, Any], rewards: int) -> None:
    gift_cards = {"name": "gift-cards", "factor": 0, "categories": ["gift"]}
    set_programme(earning={"bonuses": {"sign_up": 77, "sign_up_order": 2_000}, "multipliers": [gift_cards]})
    hear(registered())
    hear(order("A1", **facts))
    assert points().count(77) == rewards


@pytest.mark.parametrize("write", range(1, 6))
def test_a_crash_between_the_order_and_its_reward_loses_nothing(write: int) -> None:
    with_an_order()
    hear(registered())
    crash_at(write, lambda: hear(order("A1", total=2_000)))
    hear(order("A1", total=2_000))
    assert points() == [200, 100]
    assert account().sign_up_waits is None


def test_a_reward_that_waits_is_paid_once_for_an_e_mail_too() -> None:
    with_an_order()
    hear(registered(), registered(BOB))
    hear(order("A1", total=2_000), order("B1", BOB, total=2_000))
    assert [points(), points(BOB)] == [[200, 100], [200]]
    assert account(BOB).sign_up_waits is None


def test_a_reward_that_waits_survives_a_merge_and_not_an_erasure() -> None:
    with_an_order()
    hear(registered())
    merge(ADA, BOB)
    assert account(BOB).sign_up_waits == KEY
    hear(erasure(BOB))
    assert KEY not in stage.stored()
