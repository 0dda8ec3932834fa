"""What a tier's benefits, and a reward, take off a cart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.catalogue.rules import RewardKind
from loyalty.checkouts.benefits import Applied, Cart, applied, reward_off
from loyalty.programme.tiers import Benefit, BenefitKind, TierLevel
from shared.errors import InvalidError
from shared.http import checked

TEN, BIRTHDAY, ANNIVERSARY = (
    Benefit(kind=BenefitKind.DISCOUNT, percent=10),
    Benefit(kind=BenefitKind.BIRTHDAY_DISCOUNT, percent=25),
    Benefit(kind=BenefitKind.ANNIVERSARY_DISCOUNT, percent=20),
)
SHIPPING = Benefit(kind=BenefitKind.FREE_SHIPPING, minimum=5_000)


@pytest.mark.parametrize(
    ("benefits", "cart", "off"),
    [
        ([], Cart(9_999, 500), []),
        ([TEN], Cart(9_999, 500), [(BenefitKind.DISCOUNT, 999)]),
        ([TEN, SHIPPING], Cart(9_999, 500), [(BenefitKind.DISCOUNT, 999), (BenefitKind.FREE_SHIPPING, 500)]),
        ([SHIPPING], Cart(4_999, 500), []),
        ([SHIPPING], Cart(5_000, 500), [(BenefitKind.FREE_SHIPPING, 500)]),
        ([SHIPPING], Cart(5_000, 0), []),
        ([TEN], Cart(9, 0), []),
        ([TEN, BIRTHDAY], Cart(1_000, 0), [(BenefitKind.DISCOUNT, 100)]),
        ([TEN, BIRTHDAY], Cart(1_000, 0, is_birthday=True), [(BenefitKind.BIRTHDAY_DISCOUNT, 250)]),
        ([TEN, ANNIVERSARY], Cart(1_000, 0, is_anniversary=True), [(BenefitKind.ANNIVERSARY_DISCOUNT, 200)]),
        (
            [Benefit(kind=BenefitKind.DISCOUNT, percent=50, minimum=2_000), TEN],
            Cart(1_999, 0),
            [(BenefitKind.DISCOUNT, 199)],
        ),
        ([Benefit(kind=BenefitKind.PRIORITY_SUPPORT)], Cart(1_000, 500), []),
    ],
)
def test_the_best_discount_and_free_shipping_come_off(
    benefits: list[Benefit], cart: Cart, off: list[tuple[BenefitKind, int]]
) -> None:
    assert applied(benefits, cart) == tuple(Applied(*each) for each in off)


DISCOUNTS = st.builds(Benefit, kind=st.just(BenefitKind.DISCOUNT), percent=st.integers(1, 100))


@given(st.lists(DISCOUNTS | st.just(SHIPPING), max_size=5), st.integers(0, 10**9), st.integers(0, 10**6))
def test_never_more_comes_off_than_goods_and_shipping_cost(benefits: list[Benefit], goods: int, shipping: int) -> None:
    off = {each.kind: each.amount for each in applied(benefits, Cart(goods, shipping))}
    assert off.get(BenefitKind.DISCOUNT, 0) <= goods
    assert off.get(BenefitKind.FREE_SHIPPING, 0) <= shipping


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"kind": "discount"}, "percent"),
        ({"kind": "discount", "percent": 0}, "percent"),
        ({"kind": "discount", "percent": 101}, "percent"),
        ({"kind": "free_shipping", "percent": 5}, "percent"),
        ({"kind": "early_access", "minimum": 5}, "minimum"),
        ({"kind": "priority_support", "hours": 2}, "hours"),
        ({"kind": "discount", "percent": 5, "reward_id": "rew_01JZ0000000000000000000000"}, "reward_id"),
        ({"kind": "other"}, "words"),
        ({"kind": "free_lunch"}, "kind"),
    ],
)
def test_a_benefit_that_makes_no_sense_is_refused_by_its_field(document: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        checked(TierLevel, {"tier": "fan", "threshold": 0, "benefits": [document]})
    assert [error.field for error in refused.value.errors] == [f"benefits.0.{field}"]


def test_text_alone_is_a_benefit_as_programmes_of_earlier_releases_have_it() -> None:
    level = checked(TierLevel, {"tier": "fan", "threshold": 0, "benefits": ["A seat in the front row"]})
    assert [(each.kind, each.text) for each in level.benefits] == [(BenefitKind.OTHER, "A seat in the front row")]
    assert TierLevel.model_validate_json(level.model_dump_json()) == level


@pytest.mark.parametrize(
    ("benefit", "text"),
    [(TEN, "10 % discount"), (SHIPPING, "Free shipping"), (BIRTHDAY, "25 % birthday discount")],
)
def test_a_benefit_without_words_has_those_of_its_kind(benefit: Benefit, text: str) -> None:
    assert benefit.text == text


def test_both_presets_give_the_same_benefits() -> None:
    from loyalty.programme.presets import CLASSIC, LADDER  # noqa: PLC0415

    for programme in (CLASSIC, LADDER):
        assert [[each.text for each in level.benefits] for level in programme.tiers.rungs] == [
            ["5 % discount"],
            ["10 % discount", "Free shipping"],
            ["15 % discount", "Free shipping", "Birthday gift"],
        ]


@pytest.mark.parametrize(
    ("kind", "value", "left", "shipping", "off"),
    [
        (RewardKind.DISCOUNT_CODE, 500, 2_000, 495, 500),
        (RewardKind.DISCOUNT_CODE, 500, 499, 0, 499),
        (RewardKind.FREE_SHIPPING, 500, 2_000, 495, 495),
        (RewardKind.FREE_SHIPPING, None, 2_000, 495, 495),
        (RewardKind.GIFT, 500, 2_000, 495, 0),
        (RewardKind.CUSTOM, None, 0, 0, 0),
    ],
)
def test_what_a_reward_takes_off(kind: RewardKind, value: int | None, left: int, shipping: int, off: int) -> None:
    assert reward_off(kind, value, left=left, shipping=shipping) == off


@pytest.mark.parametrize(
    ("kind", "value", "left", "shipping"),
    [
        (RewardKind.DISCOUNT_CODE, None, 2_000, 495),
        (RewardKind.DISCOUNT_CODE, 500, 0, 0),
        (RewardKind.FREE_SHIPPING, 500, 2_000, 0),
    ],
)
def test_a_reward_that_would_take_nothing_off(kind: RewardKind, value: int | None, left: int, shipping: int) -> None:
    with pytest.raises(InvalidError) as refused:
        reward_off(kind, value, left=left, shipping=shipping)
    assert [each.field for each in refused.value.errors] == ["use.reward"]
