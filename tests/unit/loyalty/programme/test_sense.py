"""A new programme takes more than it gives back, and everything in it can be reached."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from itertools import combinations
from math import ceil
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loyalty.checkout.rules import value_of
from loyalty.earning.models import Line, Member, OrderFacts
from loyalty.earning.rules import base_of, price
from loyalty.programme.models import Programme
from loyalty.programme.presets import preset
from loyalty.programme.sections import MOST_POINTS, Flat, Redeeming
from loyalty.programme.sense import check_sense, largest_return
from loyalty.programme.tiers import GOLD
from loyalty.settings import Preset
from shared.errors import InvalidError
from shared.http import checked
from tests.unit.loyalty.test_pricing import MEMBERS, orders, programmes

NOON: Final = datetime(2026, 5, 17, 12, tzinfo=UTC)


def faults(**document: Any) -> dict[str, str]:
    """The fields that are refused, with the reasons."""
    try:
        check_sense(checked(Programme, document))
    except InvalidError as error:
        return {fault.field.removeprefix("programme."): fault.message for fault in error.errors}
    return {}


@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD", "CLF"])
@pytest.mark.parametrize("name", Preset)
def test_the_presets_and_the_defaults_make_sense_in_every_currency(name: Preset, currency: str) -> None:
    made = preset(name, currency, "UTC")
    check_sense(made)
    # Gold gives 15 points for what 100 points pay; the ladder 2 x 2 in the month of the birthday, at 120 for 1,000.
    assert largest_return(made) == {Preset.CLASSIC: Fraction(15, 100), Preset.LADDER: Fraction(48, 100)}[name]
    assert faults(currency=currency) == {}


@pytest.mark.parametrize(
    ("currency", "value", "percent"),
    [("JPY", 100, "1,500"), ("KWD", 100, None), ("USD", 667, "101"), ("USD", 666, None)],
)
def test_the_value_of_points_counts_in_the_currencys_minor_unit(currency: str, value: int, percent: str | None) -> None:
    found = faults(currency=currency, redeeming={"flat": {"points": 100, "value": value}})
    assert list(found) == (["redeeming.flat"] if percent else [])
    assert not percent or f" {percent} % of the money" in found["redeeming.flat"]


def boosts(*facts: dict[str, Any], **earning: Any) -> dict[str, Any]:
    """A programme whose points are worth a tenth of the money in every tier, with multipliers."""
    multipliers = [{"name": f"m{place}", **fact} for place, fact in enumerate(facts)]
    return {
        "earning": {"multipliers": multipliers, **earning},
        "tiers": {"rungs": [{"tier": "bronze", "threshold": 0}, {"tier": "gold", "threshold": 100}]},
    }


MUGS: Final = {"categories": ["mugs"]}
A_MUG: Final = {"products": ["mug"]}
MAY: Final = {"from_date": "2026-05-01", "until_date": "2026-05-31"}
JUNE: Final = {"from_date": "2026-06-01", "until_date": "2026-06-30"}
FOR_EVER: Final = {"from_date": "0001-01-01", "until_date": "9999-12-31"}


# What the largest factor is.
MEETING: Final[list[tuple[str, dict[str, Any], str]]] = [
    ("none", boosts(), "1"),
    ("one", boosts({"factor": 3}), "3"),
    ("all of them", boosts({"factor": 3}, {"factor": "2.5"}), "7.5"),
    ("or the highest", boosts({"factor": 3}, {"factor": "2.5"}, combine="highest"), "3"),
    ("the birthday too", boosts({"factor": 3}, bonuses={"birthday": 2}), "6"),
    ("a birthday that gives less is nobody's", boosts(bonuses={"birthday": "0.5"}), "1"),
    ("less for everybody", boosts({"factor": "0.5"}), "0.5"),
    ("less for a group is not for others", boosts({"factor": "0.5", "groups": ["staff"]}), "1"),
    ("more for a group after less for all", boosts({"factor": "0.5"}, {"factor": 3, "groups": ["vip"]}), "1.5"),
    (
        "the highest of a group's and all's",
        boosts({"factor": "0.5"}, {"factor": 1, "groups": ["vip"]}, combine="highest"),
        "1",
    ),
    ("nothing for everybody", boosts({"factor": 0}), "0"),
    ("nothing for gift cards", boosts({"factor": 0, **MUGS}), "1"),
    ("a product and its category meet", boosts({"factor": 3, **A_MUG}, {"factor": 2, **MUGS}), "6"),
    ("two categories do not", boosts({"factor": 3, "categories": ["tea"]}, {"factor": 2, **MUGS}), "3"),
    ("one that names both counts once", boosts({"factor": 3, **A_MUG, **MUGS}), "3"),
    ("nothing for a category with more", boosts({"factor": 3, **MUGS}, {"factor": 0, **MUGS}), "1"),
    ("one day after the other", boosts({"factor": 3, **MAY}, {"factor": 2, **JUNE}), "3"),
    ("on the same day", boosts({"factor": 3, **MAY}, {"factor": 2, "from_date": "2026-05-31"}), "6"),
    ("more once less is over", boosts({"factor": 3}, {"factor": "0.5", **MAY}), "3"),
    ("less until the end of time", boosts({"factor": "0.5", **FOR_EVER}), "0.5"),
    ("in another tier", boosts({"factor": 3, "tiers": ["bronze"]}, {"factor": 2, "tiers": ["gold"]}), "3"),
    ("in the same tier", boosts({"factor": 3, "tiers": ["gold"]}, {"factor": 2, "tiers": ["gold", "silver"]}), "6"),
]


@pytest.mark.parametrize(("document", "most"), [row[1:] for row in MEETING], ids=[row[0] for row in MEETING])
def test_what_can_meet_on_one_line_counts_together(document: dict[str, Any], most: str) -> None:
    assert largest_return(checked(Programme, document)) == Fraction(most) / 10
    # Nine times less is accepted, and nothing above the whole.
    assert bool(faults(**document, redeeming={"flat": {"points": 10, "value": 100}})) is (Fraction(most) > 1)


def test_a_tier_multiplies_what_its_own_multipliers_give() -> None:
    document = boosts({"factor": 3, "tiers": ["gold"]}, {"factor": 5, "tiers": ["bronze"]})
    document["tiers"]["rungs"][1]["multiplier"] = 2
    assert largest_return(checked(Programme, document)) == Fraction(6, 10)


@pytest.mark.parametrize(
    ("earning", "most"),
    [
        ({"points_per_unit": 2, "rounding": "down"}, "0.002"),
        # An order of 25 cents earns half a point, which becomes one.
        ({"points_per_unit": 2, "rounding": "nearest"}, "0.004"),
        # An order of a cent earns a point.
        ({"points_per_unit": 2, "rounding": "up"}, "0.1"),
        ({"points_per_unit": 2, "step": 500, "rounding": "up"}, "0.0004"),
        ({"points_per_unit": "0.5", "step": 500, "rounding": "up"}, "0.0002"),
        ({"points_per_unit": "0.5", "step": 500, "rounding": "nearest"}, "0.0002"),
        ({"points_per_unit": "0.5", "step": 500}, "0.0001"),
    ],
)
def test_rounding_counts_for_the_smallest_order(earning: dict[str, Any], most: str) -> None:
    document = boosts() | {"earning": earning, "redeeming": {"flat": {"points": 10, "value": 1}}}
    assert largest_return(checked(Programme, document)) == Fraction(most)


def test_the_dearest_step_counts() -> None:
    ladder = [{"points": 100, "value": 100}, {"points": 1_000, "value": 6_667}]
    assert list(faults(redeeming={"ladder": ladder})) == ["redeeming.ladder"]
    ladder[1]["value"] = 6_666
    assert faults(redeeming={"ladder": ladder}) == {}


LADDER: Final = [{"points": 100, "value": 100}, {"points": 500, "value": 500}, {"points": 900, "value": 900}]
RUNGS: Final = [
    {"tier": "bronze", "threshold": 0},
    {"tier": "silver", "threshold": 1_000},
    {"tier": "gold", "threshold": 6_001},
]

UNREACHABLE: Final[list[tuple[str, dict[str, Any], list[str]]]] = [
    ("a smallest above every step", {"redeeming": {"ladder": LADDER, "smallest": 901}}, ["redeeming.smallest"]),
    ("one that is the last step", {"redeeming": {"ladder": LADDER[2:], "smallest": 900}}, []),
    (
        "steps below the smallest",
        {"redeeming": {"ladder": LADDER, "smallest": 501}},
        ["redeeming.ladder.0.points", "redeeming.ladder.1.points"],
    ),
    (
        "a step above what anybody can ever earn",
        {"redeeming": {"ladder": LADDER}, "earning": {"limits": {"for_ever": 899}}, "tiers": {"rungs": RUNGS[:1]}},
        ["redeeming.ladder.2.points"],
    ),
    (
        "one just within it",
        {"redeeming": {"ladder": LADDER}, "earning": {"limits": {"for_ever": 900}}, "tiers": {"rungs": RUNGS[:1]}},
        [],
    ),
    (
        "a step above what the living points can come to",
        {
            "redeeming": {"ladder": LADDER},
            "earning": {"limits": {"per_month": 100}},
            "expiry": {"months": 1},
            "tiers": {"rungs": RUNGS[:1]},
        },
        ["redeeming.ladder.1.points", "redeeming.ladder.2.points"],
    ),
    (
        "where points live for ever",
        {
            "redeeming": {"ladder": LADDER},
            "earning": {"limits": {"per_month": 100}},
            "expiry": {"mode": "never"},
            "tiers": {"rungs": RUNGS[:1]},
        },
        [],
    ),
    (
        "a smallest above what anybody can earn",
        {"redeeming": {"smallest": 501}, "earning": {"limits": {"for_ever": 500}}, "tiers": {"rungs": RUNGS[:1]}},
        ["redeeming.smallest"],
    ),
    (
        "a tier above what anybody can ever earn",
        {"tiers": {"rungs": RUNGS}, "earning": {"limits": {"for_ever": 6_000}}},
        ["tiers.rungs.2.threshold"],
    ),
    (
        "a tier above what a year gives",
        {"tiers": {"rungs": RUNGS, "window": "calendar_year"}, "earning": {"limits": {"per_month": 500}}},
        ["tiers.rungs.2.threshold"],
    ),
    (
        "twelve months that roll lie in thirteen",
        {"tiers": {"rungs": RUNGS, "window": "rolling_12_months"}, "earning": {"limits": {"per_month": 500}}},
        [],
    ),
    (
        "all time has no end",
        {"tiers": {"rungs": RUNGS, "window": "lifetime"}, "earning": {"limits": {"per_month": 500}}},
        [],
    ),
    (
        "a tier by money",
        {"tiers": {"rungs": RUNGS, "by": "money"}, "earning": {"limits": {"for_ever": 10}}},
        [],
    ),
    (
        "a tier above one without points",
        {"tiers": {"rungs": [{**RUNGS[0], "multiplier": 0}, *RUNGS[1:]]}},
        ["tiers.rungs.1.threshold"],
    ),
    ("a shop that earns nothing any more", {"earning": {"points_per_unit": 0}}, []),
    ("or for now", {"earning": {"limits": {"per_day": 0}}, "redeeming": {"ladder": LADDER}}, []),
    (
        "everything at once",
        {
            "redeeming": {"ladder": [{"points": 1, "value": 1_000}], "smallest": 2},
            "earning": {"limits": {"for_ever": 5}},
            "tiers": {"rungs": RUNGS[:2]},
        },
        ["redeeming.smallest", "tiers.rungs.1.threshold", "redeeming.ladder"],
    ),
]


@pytest.mark.parametrize(("document", "fields"), [row[1:] for row in UNREACHABLE], ids=[row[0] for row in UNREACHABLE])
def test_what_nobody_can_reach_is_refused_by_name(document: dict[str, Any], fields: list[str]) -> None:
    assert list(faults(**document)) == fields


def test_many_products_in_many_campaigns_are_checked_in_time() -> None:
    campaigns = [
        {
            "factor": "1.01",
            "products": [f"p{number}" for number in range(500) if number % 7 != place % 7],
            "categories": [f"c{number}" for number in range(100) if number % 5 != place % 5],
        }
        for place in range(50)
    ]
    assert faults(**boosts(*campaigns)) == {}
    assert list(faults(**boosts({"factor": 100, **MAY}, *campaigns[1:]))) == ["redeeming.flat"]


def test_campaigns_that_overlap_in_very_many_ways_count_as_if_all_of_them_met() -> None:
    pairs = list(combinations(range(25), 2))
    products = [[f"p{number}" for number, pair in enumerate(pairs) if place in pair] for place in range(25)]
    few = [{"factor": "1.1", "products": [f"p{place}"]} for place in range(25)]
    many = [{"factor": "1.1", "products": each} for each in products]
    categories = [{"factor": "1.1", "categories": [f"c{place}"]} for place in range(25)]
    assert largest_return(checked(Programme, boosts(*few, *categories))) == Fraction("1.21") / 10
    assert largest_return(checked(Programme, boosts(*many, *categories))) == Fraction("1.1") ** 50 / 10


@given(orders(), MEMBERS, programmes(), st.booleans())
def test_no_accepted_programme_gives_back_more_than_it_takes(
    facts: OrderFacts, who: Member, programme: Programme, tight: bool
) -> None:
    if tight:
        # The dearest points that are accepted.
        a_point = programme.model_copy(update={"redeeming": Redeeming(flat=Flat(points=1, value=1))})
        points = max(ceil(largest_return(a_point) * 1_000), 1)
        assume(points <= MOST_POINTS)
        flat = Flat(points=points, value=1_000)
        programme = programme.model_copy(update={"redeeming": Redeeming(flat=flat)})
        assert largest_return(programme) <= 1
    if largest_return(programme) > 1:
        return
    worth = value_of(price(facts, who, programme).points, programme.redeeming)
    assert worth <= base_of(facts, programme.earning)


@given(st.integers(1, 10**4), st.integers(1, 50))
def test_and_a_refused_one_gives_an_order_more_than_it_takes(value: int, factor: int) -> None:
    document = boosts({"factor": factor, **A_MUG}) | {"redeeming": {"flat": {"points": 100, "value": value}}}
    facts = OrderFacts(total=10**9, currency="USD", placed_at=NOON, lines=(Line("mug", None, 1),))
    programme = checked(Programme, document)
    worth = value_of(price(facts, Member(GOLD), programme).points, programme.redeeming)
    assert (worth > facts.total) is ("redeeming.flat" in faults(**document))
