"""What an order earns and which rules gave it: worked by hand under both presets, and what always holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.earning.models import Earned, Line, Member, OrderFacts, Part
from loyalty.earning.rules import (
    MOST_POINTS_OF_AN_ORDER,
    birthdays_after,
    clip,
    is_birthday,
    limits_left,
    occasion_of,
    price,
)
from loyalty.programme.models import Programme
from loyalty.programme.presets import CLASSIC, LADDER
from loyalty.programme.sections import (
    RESERVED_RULES,
    BirthdayWindow,
    Bonuses,
    Combine,
    Counted,
    Discounts,
    Earning,
    Limits,
    Multiplier,
    Rounding,
)
from loyalty.programme.tiers import BRONZE, GOLD, SILVER, TierLevel, Tiers
from shared.events.customers import CustomerStatus, OrderRecorded, OrderStatus
from shared.money import LARGEST_AMOUNT
from tests.simulation.loyalty.model.terms import Terms

NOON: Final = datetime(2026, 5, 17, 12, tzinfo=UTC)
TIERS: Final = (BRONZE, SILVER, GOLD)
IN_BRONZE, IN_SILVER, IN_GOLD = map(Member, TIERS)


def order(total: int = 2933, **facts: Any) -> OrderFacts:
    """An order of $29.33 at noon of 17 May 2026; `facts` replace those of it."""
    values: dict[str, Any] = {"total": total, "currency": "USD", "placed_at": NOON}
    return OrderFacts(**values | facts)


def lines(**amounts: int) -> tuple[Line, ...]:
    """Lines by category."""
    return tuple(Line(f"{category}-1", category, amount) for category, amount in amounts.items())


def boosted(*multipliers: Multiplier, **facts: Any) -> Programme:
    """The classic programme with multipliers and other facts of earning."""
    return Programme(earning=Earning(**{"multipliers": multipliers} | facts))


def boost(name: str, factor: str = "2", **facts: Any) -> Multiplier:
    return Multiplier(name=name, factor=Decimal(factor), **facts)


def points(facts: OrderFacts, programme: Programme, who: Member = IN_BRONZE) -> int:
    return price(facts, who, programme).points


def parts(facts: OrderFacts, programme: Programme, who: Member = IN_BRONZE, left: int | None = None) -> dict[str, int]:
    return {part.rule: part.points for part in price(facts, who, programme, left).parts}


@pytest.mark.parametrize(
    ("who", "total", "expected"),
    [
        (IN_BRONZE, 2933, {"base": 293}),  # 293.3
        (IN_SILVER, 2933, {"base": 293, "tier": 58}),  # 293.3 + 58.66 = 351.96
        (IN_GOLD, 2933, {"base": 293, "tier": 146}),  # 293.3 + 146.65 = 439.95
        (IN_SILVER, 3, {}),  # 0.36
        (IN_GOLD, 8, {"base": 1}),  # 0.8 + 0.4 = 1.2: the larger remainder gets the point
        (IN_GOLD, 100_000, {"base": 10_000, "tier": 5_000}),
    ],
)
def test_classic_gives_ten_twelve_and_fifteen_points_a_dollar(
    who: Member, total: int, expected: dict[str, int]
) -> None:
    assert parts(order(total), CLASSIC, who) == expected


@pytest.mark.parametrize(
    ("who", "total", "expected"),
    [
        (IN_BRONZE, 2933, {"base": 29}),  # 29.33
        (IN_SILVER, 2933, {"base": 29, "tier": 14}),  # 29.33 + 14.665 = 43.995
        (IN_GOLD, 2933, {"base": 29, "tier": 29}),  # 58.66: .66 is no point
        (Member(GOLD, birthday=date(1990, 5, 2)), 2933, {"base": 29, "birthday": 59, "tier": 29}),  # 117.32
        (Member(BRONZE, birthday=date(1990, 6, 17)), 2933, {"base": 29}),
        (Member(BRONZE, birthday=date(1990, 5, 31)), 99, {"base": 1}),  # 0.99 each: the first gets the point
    ],
)
def test_the_ladder_gives_one_point_a_dollar_and_twice_that_in_the_month_of_the_birthday(
    who: Member, total: int, expected: dict[str, int]
) -> None:
    assert parts(order(total), LADDER, who) == expected


def test_an_earned_order_says_what_it_was_earned_on() -> None:
    facts = order(2933, tax=187, shipping=399, discount=260)
    # (29.33 - 1.87 - 3.99) x 10 x 1.2 = 281.64
    assert price(facts, IN_SILVER, CLASSIC) == Earned(281, (Part("base", 234), Part("tier", 47)), 2347)


@pytest.mark.parametrize(
    ("tax", "shipping", "discounts", "base"),
    [
        ("excluded", "excluded", "after", 7_000),
        ("included", "excluded", "after", 9_000),
        ("excluded", "included", "after", 8_000),
        ("included", "included", "after", 10_000),
        ("excluded", "excluded", "before", 7_500),
        ("included", "included", "before", 10_500),
    ],
)
def test_settings_say_what_counts(tax: str, shipping: str, discounts: str, base: int) -> None:
    counted = {"tax": Counted(tax), "shipping": Counted(shipping), "discounts": Discounts(discounts)}
    earned = price(order(10_000, tax=2_000, shipping=1_000, discount=500), IN_BRONZE, boosted(**counted))
    assert (earned.base, earned.points) == (base, base // 10)


def test_what_counts_is_never_below_nothing() -> None:
    assert price(order(100, tax=80, shipping=80), IN_BRONZE, CLASSIC) == Earned(0, (), 0)


@pytest.mark.parametrize(
    ("rounding", "total", "expected"),
    [("down", 9, 0), ("nearest", 4, 0), ("nearest", 5, 1), ("up", 1, 1), ("up", 0, 0), ("up", 10, 1)],
)
def test_points_are_rounded_as_the_setting_says(rounding: str, total: int, expected: int) -> None:
    assert points(order(total), boosted(rounding=Rounding(rounding))) == expected


def test_rounding_is_once_for_the_whole_order() -> None:
    # Three lines of $0.33 with 1.5: 3 x floor(4.95) would be 12; 0.99 x 15 = 14.85.
    programme = boosted(boost("music", "1.5", categories=("music",)))
    facts = order(99, lines=tuple(Line(f"p{n}", "music", 33) for n in range(3)))
    assert parts(facts, programme) == {"base": 9, "music": 5}  # 9.9 and 4.95: the larger remainder gets the point


def test_another_currency_earns_nothing() -> None:
    assert price(order(currency="EUR"), IN_GOLD, CLASSIC) == Earned(0, (), 2933)


@pytest.mark.parametrize(("currency", "total", "expected"), [("JPY", 500, 5_000), ("BHD", 1_500, 15)])
def test_a_unit_of_money_is_the_currencys_own(currency: str, total: int, expected: int) -> None:
    assert points(order(total, currency=currency), Programme(currency=currency)) == expected


def test_multipliers_multiply_and_each_part_is_what_it_adds_to_those_before() -> None:
    programme = boosted(boost("b", "3"), boost("a", "1.5"))
    assert parts(order(1_000), programme, IN_SILVER) == {"base": 100, "tier": 20, "a": 60, "b": 360}


def test_or_only_the_highest_counts_beside_the_tiers() -> None:
    programme = boosted(boost("b", "3"), boost("a", "1.5"), combine=Combine.HIGHEST)
    assert parts(order(1_000), programme, IN_SILVER) == {"base": 100, "tier": 20, "b": 240}
    equal = boosted(boost("b"), boost("a"), combine=Combine.HIGHEST)
    assert parts(order(1_000), equal) == {"base": 100, "a": 100}


def test_the_birthday_combines_like_a_multiplier() -> None:
    programme = boosted(boost("a", "3"), combine=Combine.HIGHEST, bonuses=Bonuses(birthday=Decimal(2)))
    assert parts(order(1_000), programme, Member(birthday=date(1990, 5, 1))) == {"base": 100, "a": 200}


def test_a_birthday_of_29_february_counts_on_the_28th_of_other_years() -> None:
    programme = boosted(bonuses=Bonuses(birthday=Decimal(2), birthday_window=BirthdayWindow.DAY))
    facts, who = order(1_000, placed_at=datetime(2026, 2, 28, 12, tzinfo=UTC)), Member(birthday=date(1992, 2, 29))
    assert parts(facts, programme, who) == {"base": 100, "birthday": 100}


def test_a_factor_below_one_takes() -> None:
    assert parts(order(1_000), boosted(boost("less", "0.25"))) == {"base": 100, "less": -75}


def test_a_factor_of_zero_takes_all_that_its_lines_would_earn() -> None:
    programme = boosted(boost("gift-cards", "0", categories=("gift",)), boost("all"))
    facts = order(1_000, lines=lines(gift=750, tea=250))
    # $2.50 of tea count.
    assert parts(facts, programme, IN_SILVER) == {"base": 100, "tier": 20, "all": 30, "gift-cards": -90}
    assert price(facts, IN_SILVER, programme).base == 250
    assert price(order(1_000, lines=lines(gift=1)), IN_GOLD, programme).base == 0
    assert points(order(1_000, lines=lines(gift=1)), programme, IN_GOLD) == 0


@pytest.mark.parametrize("combine", Combine)
def test_what_earns_nothing_earns_nothing_whatever_else_applies(combine: Combine) -> None:
    programme = boosted(
        boost("gift-cards", "0", categories=("gift",)),
        boost("all", "3"),
        combine=combine,
        bonuses=Bonuses(birthday=Decimal(2)),
    )
    who = Member(GOLD, birthday=date(1990, 5, 1))
    assert points(order(1_000, lines=lines(gift=1_000)), programme, who) == 0


# Worked by hand: points a step (or a unit), the step, the currency, the amount, the points in bronze, silver and gold.
STEPS: Final = [
    ("1", 100, "JPY", 99, (0, 0, 0)),
    ("1", 100, "JPY", 100, (1, 1, 1)),
    ("1", 100, "JPY", 250, (2, 2, 3)),  # 2, 2.4 and 3
    ("1", 100, "JPY", 999, (9, 10, 13)),  # 9, 10.8 and 13.5
    ("0.01", None, "JPY", 250, (2, 3, 3)),  # 2.5, 3 and 3.75: in proportion
    ("5", 20_00, "USD", 39_99, (5, 6, 7)),
    ("0.5", None, "USD", 2_00, (1, 1, 1)),
    ("0.5", None, "USD", 1_99, (0, 1, 1)),  # 0.995, 1.194 and 1.4925
    ("0.1", None, "USD", 10_00, (1, 1, 1)),
    ("0.1", 1_000, "KWD", 29_999, (2, 3, 4)),  # 29 whole dinars: 2.9, 3.48 and 4.35
    ("2.5", 5_000, "KWD", 14_999, (5, 6, 7)),
]


@pytest.mark.parametrize(("rate", "step", "currency", "amount", "expected"), STEPS)
def test_points_come_by_whole_steps_or_in_parts(
    rate: str, step: int | None, currency: str, amount: int, expected: tuple[int, int, int]
) -> None:
    earning = Earning(points_per_unit=Decimal(rate), step=step)
    programme, facts = Programme(currency=currency, earning=earning), order(amount, currency=currency)
    assert tuple(points(facts, programme, who) for who in (IN_BRONZE, IN_SILVER, IN_GOLD)) == expected


def test_steps_are_of_the_whole_order_and_of_what_earns() -> None:
    programme = boosted(
        boost("gift-cards", "0", categories=("gift",)),
        boost("mugs", categories=("mugs",)),
        points_per_unit=Decimal(1),
        step=1_000,
    )
    # $9 + $9 are one step, of which half is mugs: 0.5 + 2 x 0.5.
    assert parts(order(1_800, lines=lines(mugs=900, tea=900)), programme) == {"base": 1}
    assert points(order(3_600, lines=lines(mugs=1_800, tea=1_800)), programme) == 4  # 3 steps: 1.5 + 2 x 1.5
    # $15 of gift cards and $10 of tea are one step of tea, not two of which it has less than one.
    assert price(order(2_500, lines=lines(gift=1_500, tea=1_000)), IN_BRONZE, programme).points == 1


@pytest.mark.parametrize(
    ("facts", "who", "applies"),
    [
        ({"groups": ("vip", "staff")}, Member(groups=frozenset({"staff"})), True),
        ({"groups": ("vip",)}, Member(groups=frozenset({"staff"})), False),
        ({"tiers": (GOLD,)}, IN_GOLD, True),
        ({"tiers": (GOLD,)}, IN_BRONZE, False),
        ({"tiers": (GOLD,), "groups": ("vip",)}, IN_GOLD, False),
        ({"from_date": date(2026, 5, 17), "until_date": date(2026, 5, 17)}, IN_BRONZE, True),
        ({"from_date": date(2026, 5, 18)}, IN_BRONZE, False),
        ({"until_date": date(2026, 5, 16)}, IN_BRONZE, False),
    ],
)
def test_a_multiplier_applies_when_all_its_conditions_hold(
    facts: dict[str, Any], who: Member, *, applies: bool
) -> None:
    assert ("m" in parts(order(1_000), boosted(boost("m", **facts)), who)) is applies


def test_dates_are_days_of_the_shop() -> None:
    programme = boosted(boost("m", from_date=date(2026, 5, 18)))
    there = programme.model_copy(update={"time_zone": "Pacific/Auckland"})
    assert "m" not in parts(order(), programme)
    assert "m" in parts(order(), there)


def test_a_multiplier_on_products_or_categories_is_on_their_lines_only() -> None:
    programme = boosted(boost("m", categories=("music",), products=("books-1",)))
    facts = order(1_000, lines=lines(music=300, books=200, tea=500))
    assert parts(facts, programme) == {"base": 100, "m": 50}


def test_lines_share_what_counts_in_proportion() -> None:
    # The lines come to $20; $10 count, so the half of them that is music stands for $5.
    programme = boosted(boost("m", categories=("music",)))
    assert parts(order(1_000, lines=lines(music=1_000, tea=1_000)), programme) == {"base": 100, "m": 50}


def test_no_point_is_lost_to_thirds() -> None:
    programme = boosted(boost("m", "3", categories=("music", "tea", "books")))
    facts = order(100, lines=lines(music=1, tea=1, books=1))
    assert parts(facts, programme) == {"base": 10, "m": 20}


@pytest.mark.parametrize("no_lines", [(), lines(music=0)])
def test_without_lines_that_cost_anything_no_lines_multiplier_applies(no_lines: tuple[Line, ...]) -> None:
    programme = boosted(boost("m", categories=("music",)), boost("n"))
    assert parts(order(1_000, lines=no_lines), programme) == {"base": 100, "n": 100}


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (None, {"base": 293}),
        (300, {"base": 293}),
        (100, {"base": 293, "limit": -193}),
        (0, {"base": 293, "limit": -293}),
    ],
)
def test_a_limit_takes_what_is_too_much_and_says_so(left: int | None, expected: dict[str, int]) -> None:
    assert parts(order(), CLASSIC, left=left) == expected


def test_the_tightest_limit_counts() -> None:
    limits = Limits(per_day=100, per_month=500, for_ever=10_000)
    assert limits_left(limits, today=30, this_month=450, ever=450) == 50
    assert limits_left(limits, today=30, this_month=40, ever=450) == 70
    assert limits_left(limits, today=130, this_month=200, ever=450) == 0
    assert limits_left(Limits(), today=10**9, this_month=10**9, ever=10**9) is None
    assert limits_left(Limits(for_ever=5), today=0, this_month=0, ever=0) == 5
    assert [clip(10, left) for left in (None, 20, 5, 0, -5)] == [10, 10, 5, 0, 0]


def test_no_programme_can_give_more_than_can_be_counted() -> None:
    wild = boosted(*(boost(f"m{n}", "100") for n in range(50)), points_per_unit=10_000)
    earned = price(order(LARGEST_AMOUNT), IN_GOLD, wild)
    assert MOST_POINTS_OF_AN_ORDER == 10**12
    assert earned.points == MOST_POINTS_OF_AN_ORDER == sum(part.points for part in earned.parts)
    assert points(order(LARGEST_AMOUNT), CLASSIC, IN_GOLD) == 150_000_000_000


@pytest.mark.parametrize(
    ("birthday", "day", "window", "expected"),
    [
        ("1990-05-17", "2026-05-17", "day", True),
        ("1990-05-17", "2026-05-18", "day", False),
        ("1990-05-17", "2026-05-01", "month", True),
        ("1990-05-17", "2026-06-17", "month", False),
        ("1992-02-29", "2026-02-28", "day", True),
        ("1992-02-29", "2026-03-01", "day", False),
        ("1992-02-29", "2028-02-28", "day", False),
        ("1992-02-29", "2028-02-29", "day", True),
        ("1992-02-29", "2026-02-01", "month", True),
    ],
)
def test_birthdays_of_29_february_come_every_year(birthday: str, day: str, window: str, *, expected: bool) -> None:
    found = is_birthday(date.fromisoformat(birthday), date.fromisoformat(day), BirthdayWindow(window))
    assert found is expected


@pytest.mark.parametrize(("window", "first"), [("day", date(2026, 5, 17)), ("month", date(2026, 5, 1))])
def test_an_occasion_is_the_day_or_the_month_of_the_birthday(window: str, first: date) -> None:
    assert occasion_of(NOON.date(), BirthdayWindow(window)) == first


BY_RATE, BY_BIRTHDAY = Part("base", 5), Part("birthday", 5)
MAYS: Final = tuple(date(year, 5, 17) for year in range(2020, 2027))


@pytest.mark.parametrize(
    ("before", "earned", "after"),
    [
        (None, (BY_RATE, BY_BIRTHDAY), MAYS[-1:]),
        (MAYS[-2:-1], (BY_RATE, BY_BIRTHDAY), MAYS[-2:]),
        # An order that is told late.
        ((date(2027, 5, 17),), (BY_BIRTHDAY,), (MAYS[-1], date(2027, 5, 17))),
        # The last five are kept.
        (MAYS[:-1], (BY_RATE, BY_BIRTHDAY), MAYS[-5:]),
        (MAYS[-1:], (BY_RATE, BY_BIRTHDAY), None),
        (None, (BY_RATE,), None),
        # A limit took all of it.
        (None, (BY_RATE, BY_BIRTHDAY, Part("limit", -10)), None),
    ],
)
def test_a_birthday_is_remembered_once_it_multiplied_points(
    before: tuple[date, ...] | None, earned: tuple[Part, ...], after: tuple[date, ...] | None
) -> None:
    order_earned = Earned(sum(part.points for part in earned), earned, 100)
    assert birthdays_after(before, order_earned, NOON.date(), BirthdayWindow.DAY) == after


@pytest.mark.parametrize(
    ("status", "left", "expected"),
    [
        (None, None, {"base": 100}),
        (CustomerStatus.ACTIVE, 1, {"base": 100, "limit": -99}),
        (CustomerStatus.BANNED, None, {"base": 100, "limit": -100}),
        (CustomerStatus.BANNED, 1, {"base": 100, "limit": -100}),
    ],
)
def test_a_customer_whose_status_is_excluded_earns_nothing(
    status: CustomerStatus | None, left: int | None, expected: dict[str, int]
) -> None:
    assert parts(order(1_000), CLASSIC, Member(status=status), left) == expected


def test_an_order_of_the_bus_is_priced_by_its_facts() -> None:
    recorded = OrderRecorded.model_validate(
        {
            "order_id": "A1",
            "status": OrderStatus.PAID,
            "placed_at": NOON,
            "currency": "USD",
            "total": 2933,
            "tax": 187,
            "shipping": 399,
            "discount": 260,
            "refunded": 0,
            "lines": [{"product_id": "cd-17", "category": "music", "quantity": 2, "amount": 2347}],
        }
    )
    line = Line("cd-17", "music", 2347)
    assert OrderFacts.of(recorded) == order(2933, tax=187, shipping=399, discount=260, lines=(line,))


SLUGS = st.sampled_from(["a", "b", "c", "d"])
FACTORS = st.decimals(Decimal("0.01"), Decimal(100), places=2)
AMOUNTS = st.integers(0, 10**7)


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    names = draw(st.lists(SLUGS, unique=True, max_size=4))
    lower, upper = sorted(draw(st.tuples(FACTORS, FACTORS)))
    return Programme(
        earning=Earning(
            points_per_unit=draw(st.integers(0, 100) | st.decimals(0, 100, places=4)),
            step=draw(st.none() | st.integers(1, 10**5)),
            rounding=draw(st.sampled_from(Rounding)),
            tax=draw(st.sampled_from(Counted)),
            shipping=draw(st.sampled_from(Counted)),
            discounts=draw(st.sampled_from(Discounts)),
            combine=draw(st.sampled_from(Combine)),
            multipliers=tuple(draw(multiplier_named(name)) for name in names),
            bonuses=Bonuses(birthday=draw(FACTORS), birthday_window=draw(st.sampled_from(BirthdayWindow))),
        ),
        tiers=Tiers(
            rungs=(
                TierLevel(tier=BRONZE, threshold=0, multiplier=lower),
                TierLevel(tier=SILVER, threshold=1, multiplier=upper),
            )
        ),
    )


@st.composite
def multiplier_named(draw: st.DrawFn, name: str) -> Multiplier:
    some = st.lists(SLUGS, max_size=2).map(tuple)
    return boost(
        name,
        str(draw(st.just(Decimal(0)) | FACTORS)),
        groups=draw(some),
        tiers=draw(st.lists(st.sampled_from(TIERS), max_size=1).map(tuple)),
        products=draw(some),
        categories=draw(some),
    )


@st.composite
def orders(draw: st.DrawFn) -> OrderFacts:
    some = draw(st.lists(st.builds(Line, SLUGS, st.none() | SLUGS, AMOUNTS), max_size=5))
    return order(draw(AMOUNTS), tax=draw(AMOUNTS), shipping=draw(AMOUNTS), discount=draw(AMOUNTS), lines=tuple(some))


MEMBERS = st.builds(
    Member, st.sampled_from(TIERS), st.frozensets(SLUGS), st.none() | st.dates(date(1930, 1, 1), date(2010, 1, 1))
)
LEFT = st.none() | st.integers(0, 10**6)


@given(orders(), MEMBERS, programmes(), LEFT)
def test_parts_sum_to_the_points_and_stand_in_their_order(
    facts: OrderFacts, who: Member, programme: Programme, left: int | None
) -> None:
    earned = price(facts, who, programme, left)
    assert sum(part.points for part in earned.parts) == earned.points
    assert 0 <= earned.points <= (MOST_POINTS_OF_AN_ORDER if left is None else left)
    assert all(part.points for part in earned.parts)
    rules = [part.rule for part in earned.parts]
    rank = {"base": 0, "tier": 1, "limit": 3}
    assert rules == sorted(set(rules), key=lambda rule: (rank.get(rule, 2), rule))
    assert set(rules) <= RESERVED_RULES | {multiplier.name for multiplier in programme.earning.multipliers}


@given(orders(), MEMBERS, programmes())
def test_points_are_the_exact_worth_of_each_line_rounded_once(
    facts: OrderFacts, who: Member, programme: Programme
) -> None:
    """As the simulation's model works it out, which shares no line with the rules."""
    is_on = who.birthday is not None and is_birthday(
        who.birthday, NOON.date(), programme.earning.bonuses.birthday_window
    )
    told = {**vars(facts), "lines": [vars(line) for line in facts.lines]}
    expected = Terms.of(programme.model_dump(mode="json")).points_of(told, who.tier, birthday=is_on, groups=who.groups)
    assert price(facts, who, programme).points == expected


@given(orders(), MEMBERS, programmes(), AMOUNTS)
def test_more_money_never_earns_less(facts: OrderFacts, who: Member, programme: Programme, more: int) -> None:
    dearer = order(
        facts.total + more, tax=facts.tax, shipping=facts.shipping, discount=facts.discount, lines=facts.lines
    )
    assert points(dearer, programme, who) >= points(facts, programme, who)


@given(orders(), programmes(), st.permutations(range(5)))
def test_the_order_of_lines_does_not_matter(facts: OrderFacts, programme: Programme, places: list[int]) -> None:
    changed = tuple(facts.lines[place] for place in places if place < len(facts.lines))
    shuffled = order(facts.total, tax=facts.tax, shipping=facts.shipping, discount=facts.discount, lines=changed)
    assert price(shuffled, IN_GOLD, programme) == price(facts, IN_GOLD, programme)
