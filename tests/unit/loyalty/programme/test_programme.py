"""The programme: what a shop may set, what is refused and by which name, and which version is in force."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from pydantic import ValidationError

from loyalty.checkout.rules import value_of
from loyalty.earning.models import Member, OrderFacts
from loyalty.earning.rules import price
from loyalty.programme.items import StoredVersion
from loyalty.programme.models import Adjustments, ExpiryMode, Programme
from loyalty.programme.presets import CLASSIC, LADDER, preset
from loyalty.programme.rules import GRACE, InForce, Version, check_code, check_currency, in_force_at, start_of
from loyalty.programme.sections import Flat, Step
from loyalty.programme.tiers import BRONZE, GOLD, SILVER, Tiers
from loyalty.settings import Preset
from shared.errors import InvalidError
from shared.events.loyalty import TierId
from shared.http import checked

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_document_may_leave_out_all_that_has_a_default() -> None:
    assert checked(Programme, {}) == CLASSIC
    assert checked(Programme, {"expiry": {"mode": "never"}}).expiry.mode is ExpiryMode.NEVER


def test_what_is_stored_is_read_again_as_it_was() -> None:
    for programme in (CLASSIC, LADDER):
        assert Programme.model_validate_json(programme.model_dump_json()) == programme


def test_numbers_of_json_are_exact() -> None:
    text = '{"earning": {"multipliers": [{"name": "m", "factor": 1.1}]}}'
    assert Programme.model_validate_json(text).earning.multipliers[0].factor == Decimal("1.1")


@pytest.mark.parametrize(
    ("sent", "exact", "told"),
    [
        ("10", "10", "10"),
        ("10.0", "10", "10"),
        ('"10"', "10", "10"),
        ("0.1", "0.1", '"0.1"'),
        ('"0.5000"', "0.5", '"0.5"'),
        ("10000", "10000", "10000"),
    ],
)
def test_points_for_a_unit_are_exact_and_whole_ones_stay_numbers(sent: str, exact: str, told: str) -> None:
    programme = Programme.model_validate_json(f'{{"earning": {{"points_per_unit": {sent}}}}}')
    assert programme.earning.points_per_unit == Decimal(exact)
    assert f'"points_per_unit":{told},' in programme.model_dump_json()
    assert Programme.model_validate_json(programme.model_dump_json()) == programme


TIERS: Final = (BRONZE, SILVER, GOLD)


def rungs(*thresholds: int, tiers: tuple[TierId, ...] = TIERS) -> list[dict[str, Any]]:
    return [{"tier": tier, "threshold": threshold} for tier, threshold in zip(tiers, thresholds, strict=False)]


def ladder(*steps: tuple[int, int]) -> list[dict[str, int]]:
    return [{"points": points, "value": value} for points, value in steps]


def multipliers(*facts: dict[str, Any]) -> dict[str, Any]:
    return {"multipliers": [{"name": f"m{n}", "factor": 2} | each for n, each in enumerate(facts)]}


def usd(amount: int) -> dict[str, Any]:
    """A limit of store credit in dollars."""
    return {"currency": "USD", "amount": amount}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("an unknown field", {"earning": {"points": 3}}, "earning.points"),
    ("no currency", {"currency": "XXY"}, "currency"),
    ("no time zone", {"time_zone": "Mars/Olympus"}, "time_zone"),
    ("a folder of time zones", {"time_zone": "America"}, "time_zone"),
    ("the machine's own zone", {"time_zone": "localtime"}, "time_zone"),
    ("rules without a place", {"time_zone": "posixrules"}, "time_zone"),
    ("a copy of a zone", {"time_zone": "posix/Europe/Berlin"}, "time_zone"),
    ("a zone that counts leap seconds", {"time_zone": "right/Europe/Berlin"}, "time_zone"),
    ("a zone for want of a zone", {"time_zone": "Factory"}, "time_zone"),
    ("true for a number", {"earning": {"points_per_unit": True}}, "earning.points_per_unit"),
    ("a number that Python alone reads", {"earning": multipliers({"factor": "1_0"})}, "earning.multipliers.0.factor"),
    (
        "a moment for a day",
        {"earning": multipliers({"from_date": "2026-12-02T00:00:00Z"})},
        "earning.multipliers.0.from_date",
    ),
    ("a path", {"time_zone": "../../etc/passwd"}, "time_zone"),
    ("points below 0", {"earning": {"points_per_unit": -1}}, "earning.points_per_unit"),
    ("points that are words", {"earning": {"points_per_unit": "ten"}}, "earning.points_per_unit"),
    ("a hundred thousandth of a point", {"earning": {"points_per_unit": "0.00001"}}, "earning.points_per_unit"),
    ("steps of nothing", {"earning": {"step": 0}}, "earning.step"),
    ("steps of parts of a cent", {"earning": {"step": 0.5}}, "earning.step"),
    ("too many points", {"earning": {"points_per_unit": 10_001}}, "earning.points_per_unit"),
    ("a factor below 0", {"earning": multipliers({"factor": -1})}, "earning.multipliers.0.factor"),
    ("no number", {"earning": multipliers({"factor": "NaN"})}, "earning.multipliers.0.factor"),
    ("a factor over 100", {"earning": multipliers({}, {"factor": "100.1"})}, "earning.multipliers.1.factor"),
    ("a name that is taken", {"earning": multipliers({"name": "base"})}, "earning.multipliers.0.name"),
    ("a name twice", {"earning": multipliers({"name": "x"}, {"name": "x"})}, "earning.multipliers"),
    (
        "dates the wrong way round",
        {"earning": multipliers({"from_date": "2026-12-02", "until_date": "2026-12-01"})},
        "earning.multipliers.0.until_date",
    ),
    ("no tier", {"earning": multipliers({"tiers": ["No tier"]})}, "earning.multipliers.0.tiers.0"),
    ("a birthday of 0", {"earning": {"bonuses": {"birthday": 0}}}, "earning.bonuses.birthday"),
    ("no window", {"earning": {"bonuses": {"birthday_window": "week"}}}, "earning.bonuses.birthday_window"),
    ("a month under a day", {"earning": {"limits": {"per_day": 5, "per_month": 4}}}, "earning.limits.per_month"),
    ("ever under a day", {"earning": {"limits": {"per_day": 5, "for_ever": 4}}}, "earning.limits.for_ever"),
    ("days without a number", {"pending": {"until": "days"}}, "pending.days"),
    ("longer than the longest", {"pending": {"days": 61}}, "pending.longest_days"),
    (
        "longer than its own longest",
        {"pending": {"until": "delivery", "days": 9, "longest_days": 8}},
        "pending.longest_days",
    ),
    ("neither flat nor ladder", {"redeeming": {"flat": None}}, "redeeming.flat"),
    ("flat and ladder", {"redeeming": {"flat": {}, "ladder": ladder((1, 1))}}, "redeeming.flat"),
    ("an empty ladder", {"redeeming": {"ladder": []}}, "redeeming.ladder"),
    ("a ladder that does not climb", {"redeeming": {"ladder": ladder((2, 2), (2, 3))}}, "redeeming.ladder"),
    ("a dearer step for less", {"redeeming": {"ladder": ladder((100, 1000), (500, 4999))}}, "redeeming.ladder"),
    ("a step of no value", {"redeeming": {"ladder": ladder((100, 0))}}, "redeeming.ladder.0.value"),
    ("no share", {"redeeming": {"largest_share": 0}}, "redeeming.largest_share"),
    ("more than all", {"redeeming": {"largest_share": 101}}, "redeeming.largest_share"),
    ("no months", {"expiry": {"months": 0}}, "expiry.months"),
    ("warnings that rise", {"expiry": {"warn_days": [7, 30]}}, "expiry.warn_days"),
    ("a warning twice", {"expiry": {"warn_days": [7, 7]}}, "expiry.warn_days"),
    ("six warnings", {"expiry": {"warn_days": [6, 5, 4, 3, 2, 1]}}, "expiry.warn_days"),
    ("a warning of the day itself", {"expiry": {"warn_days": [7, 0]}}, "expiry.warn_days.1"),
    ("a policy nobody knows", {"refunds": {"below_zero": "ignore"}}, "refunds.below_zero"),
    ("no window of tiers", {"tiers": {"window": "week"}}, "tiers.window"),
    ("no tiers", {"tiers": {"rungs": []}}, "tiers.rungs"),
    ("a first threshold", {"tiers": {"rungs": rungs(1, 2)}}, "tiers.rungs"),
    ("thresholds that stand", {"tiers": {"rungs": rungs(0, 5, 5)}}, "tiers.rungs"),
    ("a tier that stands twice", {"tiers": {"rungs": rungs(0, 5, tiers=(GOLD, GOLD))}}, "tiers.rungs"),
    ("a tier with a space", {"tiers": {"rungs": rungs(0, tiers=("very gold",))}}, "tiers.rungs.0.tier"),
    ("a former tier that is one", {"tiers": {"former": {"gold": "silver"}}}, "tiers.former"),
    ("a former tier that leads nowhere", {"tiers": {"former": {"vip": "member"}}}, "tiers.former"),
    (
        "a wait that outlives what waits",
        {"expiry": {"mode": "inactivity", "months": 1}, "pending": {"until": "days", "days": 45}},
        "expiry",
    ),
    ("no reasons", {"adjustments": {"reasons": []}}, "adjustments.reasons"),
    ("a reason twice", {"adjustments": {"reasons": ["x", "x"]}}, "adjustments.reasons"),
    ("a reason in words", {"adjustments": {"reasons": ["A gift"]}}, "adjustments.reasons.0"),
    ("credit of no months", {"credit": {"months": 0}}, "credit.months"),
    ("a hold of no time", {"credit": {"hold_minutes": 0}}, "credit.hold_minutes"),
    ("no limit of credit", {"credit": {"approve_above": []}}, "credit.approve_above"),
    ("a limit below zero", {"credit": {"approve_above": [usd(-1)]}}, "credit.approve_above.0.amount"),
    ("two limits of a currency", {"credit": {"approve_above": [usd(1), usd(2)]}}, "credit.approve_above"),
]


@pytest.mark.parametrize(("document", "field"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_makes_no_sense_is_refused_by_the_name_of_its_field(document: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        checked(Programme, document)
    named = [error.field for error in refused.value.errors]
    # A list with nothing valid in it is too short as well.
    assert field in named
    assert all(field.startswith(name) for name in named)


def test_one_may_post_more_in_a_day_than_at_once() -> None:
    limits = checked(Programme, {"adjustments": {"largest": 5, "approve_above": 6}}).adjustments
    assert (limits.largest, limits.approve_above) == (5, 6)


@pytest.mark.parametrize(("currency", "limit"), [("USD", 5_000), ("EUR", 4_000), ("GBP", 0)])
def test_a_currency_without_a_limit_of_its_own_needs_a_second_person_for_everything(currency: str, limit: int) -> None:
    limits = [usd(5_000), {"currency": "EUR", "amount": 4_000}]
    assert checked(Programme, {"credit": {"approve_above": limits}}).credit.limit_in(currency) == limit


def test_without_limits_of_credit_no_currency_has_one() -> None:
    assert CLASSIC.credit.limit_in("USD") is None
    assert LADDER.credit.limit_in("USD") is None


def test_all_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(InvalidError) as refused:
        checked(Programme, {"currency": "usd", "expiry": {"months": 0}, "tiers": {"by": "luck"}})
    assert [error.field for error in refused.value.errors] == ["currency", "expiry.months", "tiers.by"]


def test_nothing_of_a_programme_can_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        CLASSIC.earning.points_per_unit = 11  # type: ignore[misc]


def test_a_ladder_needs_no_word_on_the_flat_rate() -> None:
    redeeming = checked(Programme, {"redeeming": {"ladder": ladder((100, 1000), (500, 5000))}}).redeeming
    assert (redeeming.flat, redeeming.ladder) == (None, (Step(points=100, value=1000), Step(points=500, value=5000)))
    assert checked(Programme, {"redeeming": {"smallest": 200}}).redeeming.flat == Flat(points=100, value=100)


@pytest.mark.parametrize(
    ("after", "places"),
    [
        (rungs(0, 5_000, tiers=(BRONZE, GOLD)), {SILVER: BRONZE}),
        (rungs(0, tiers=(SILVER,)), {BRONZE: SILVER, GOLD: SILVER}),
        # The next lower tier stays, though its threshold rises above the one of the dropped tier.
        (rungs(0, 6_000, tiers=(BRONZE, SILVER)), {GOLD: SILVER}),
        (rungs(0, 1_000, 5_000, tiers=("member", "plus", "vip")), {BRONZE: "member", SILVER: "plus", GOLD: "vip"}),
        (rungs(0, 2_000, tiers=("member", "vip")), {BRONZE: "member", SILVER: "member", GOLD: "vip"}),
        (rungs(0, 1_000, 5_000), {}),
    ],
)
def test_a_dropped_tier_leaves_its_place_to_the_one_that_its_customers_reach(
    after: list[dict[str, Any]], places: dict[str, str]
) -> None:
    tiers = checked(Tiers, {"rungs": after}).after(Tiers())
    assert tiers.former == places
    assert {tier: tiers.level_of(tier).tier for tier in places} == places


def test_a_place_that_the_document_names_comes_before_the_one_found() -> None:
    renamed = {"rungs": rungs(0, 9_000, tiers=("member", "vip")), "former": {"gold": "vip"}}
    tiers = checked(Tiers, renamed).after(Tiers())
    assert (tiers.level_of(GOLD).tier, tiers.level_of(SILVER).tier) == ("vip", "member")
    assert tiers.is_among(GOLD, ["vip"])
    assert tiers.is_among("vip", [GOLD])
    assert not tiers.is_among(SILVER, ["vip"])


def test_a_place_is_handed_on_until_its_tier_is_back() -> None:
    second = checked(Tiers, {"rungs": rungs(0, 1_000, tiers=("member", "plus"))}).after(Tiers())
    third = checked(Tiers, {"rungs": rungs(0, 1_000, 5_000, tiers=("fan", "star", GOLD))}).after(second)
    assert third.former == {BRONZE: "fan", SILVER: "star", "member": "fan", "plus": "star"}


def test_a_tier_that_was_never_known_is_the_lowest() -> None:
    assert Tiers().level_of("vip").tier == BRONZE


def test_twenty_tiers_are_the_most() -> None:
    many = [f"level-{number}" for number in range(21)]
    assert checked(Tiers, {"rungs": rungs(*range(20), tiers=tuple(many))}).level_of("level-19").threshold == 19
    with pytest.raises(InvalidError):
        checked(Tiers, {"rungs": rungs(*range(21), tiers=tuple(many))})


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", "2026-11-22"), ("Pacific/Auckland", "2026-11-23"), ("America/Los_Angeles", "2026-11-22")]
)
def test_days_are_the_shops_own(zone: str, day: str) -> None:
    assert Programme(time_zone=zone).day_of(NOW).isoformat() == day


@pytest.mark.parametrize(("currency", "unit"), [("USD", 100), ("JPY", 1), ("KWD", 1_000), ("CLF", 10_000)])
@pytest.mark.parametrize(
    ("redeeming", "points"),
    [({}, 100), ({"redeeming": {"smallest": 200}}, 100), ({"redeeming": {"flat": {"points": 50}}}, 50)],
    ids=["nothing", "the smallest", "the points"],
)
def test_the_value_that_a_document_leaves_out_is_a_unit_of_its_currency(
    redeeming: dict[str, Any], points: int, currency: str, unit: int
) -> None:
    document = {"currency": currency, **redeeming}
    for programme in (checked(Programme, document), Programme.model_validate_json(json.dumps(document))):
        assert programme.redeeming.flat == Flat(points=points, value=unit)
        assert Programme.model_validate_json(programme.model_dump_json()) == programme


@pytest.mark.parametrize(("currency", "unit"), [("USD", 100), ("JPY", 1), ("KWD", 1_000)])
def test_by_the_defaults_a_tenth_of_the_money_comes_back_and_more_in_silver_and_gold(currency: str, unit: int) -> None:
    programme = checked(Programme, {"currency": currency})
    facts = OrderFacts(total=10 * unit, currency=currency, placed_at=NOW)
    worth = {tier: value_of(price(facts, Member(tier), programme).points, programme.redeeming) for tier in TIERS}
    # 10 points a unit, and 100 points for a unit: a tenth comes back.
    assert worth == {BRONZE: unit, SILVER: unit * 12 // 10, GOLD: unit * 15 // 10}


def test_a_stored_value_stays_whatever_the_currency() -> None:
    document = Programme(currency="JPY").model_dump(mode="json") | {
        "redeeming": {"flat": {"points": 100, "value": 100}}
    }
    stored = StoredVersion("PROGRAMME", "VERSION#000001", document=json.dumps(document))
    assert stored.programme.redeeming.flat == Flat(points=100, value=100)


@pytest.mark.parametrize(("currency", "dollar"), [("USD", 100), ("JPY", 1), ("BHD", 1000)])
def test_a_preset_is_worth_units_of_money_whatever_the_currency(currency: str, dollar: int) -> None:
    classic, ladder = (preset(name, currency, "Asia/Tokyo") for name in (Preset.CLASSIC, Preset.LADDER))
    assert classic.redeeming.flat == Flat(points=100, value=dollar)
    assert [step.value for step in ladder.redeeming.ladder or ()] == [10 * dollar, 50 * dollar, 120 * dollar]
    for made in (classic, ladder):
        assert (made.currency, made.time_zone) == (currency, "Asia/Tokyo")
        assert Programme.model_validate_json(made.model_dump_json()) == made


def version(number: int, effective_from: datetime) -> Version:
    return Version(number, CLASSIC, effective_from)


def test_the_newest_version_whose_time_has_come_is_in_force() -> None:
    versions = [version(3, NOW + DAY), version(2, NOW), version(1, NOW - DAY)]
    numbers = [in_force_at(NOW + DAY * days, versions, LADDER).version for days in (-2, -1, 0, 0.9, 1, 9)]
    assert numbers == [0, 1, 2, 2, 3, 3]
    assert in_force_at(NOW - 2 * DAY, versions, LADDER) == InForce(0, LADDER)
    assert in_force_at(NOW, [version(2, NOW), version(1, NOW)], LADDER).version == 2


def test_a_version_takes_effect_now_or_when_it_is_wanted() -> None:
    assert start_of(None, NOW) == NOW
    assert start_of(NOW + DAY, NOW) == NOW + DAY
    # A request takes its time, and two processes' clocks differ.
    assert timedelta(minutes=1) == GRACE
    assert start_of(NOW - GRACE, NOW) == NOW - GRACE
    assert start_of(NOW + 366 * DAY, NOW) == NOW + 366 * DAY


@pytest.mark.parametrize("wanted", [NOW - GRACE - timedelta(seconds=1), NOW + 367 * DAY])
def test_a_version_takes_effect_neither_in_the_past_nor_far_off(wanted: datetime) -> None:
    with pytest.raises(InvalidError) as refused:
        start_of(wanted, NOW)
    assert [error.field for error in refused.value.errors] == ["effective_from"]


def test_the_currency_is_the_shops() -> None:
    check_currency(CLASSIC, "USD")
    with pytest.raises(InvalidError) as refused:
        check_currency(CLASSIC, "EUR")
    assert [error.field for error in refused.value.errors] == ["programme.currency"]


def test_a_reason_is_one_that_the_programme_knows() -> None:
    limits = Adjustments(reasons=("goodwill", "mistake"))
    check_code("mistake", limits)
    with pytest.raises(InvalidError) as refused:
        check_code("luck", limits)
    assert [(error.field, error.message) for error in refused.value.errors] == [("code", "One of goodwill, mistake")]


def test_a_programme_that_was_stored_before_a_rule_stays_readable() -> None:
    document = (
        '{"time_zone": "posixrules", "tiers": {"rungs": [{"tier": "bronze", "threshold": 0, "benefits": ["\\u0007"]}]}}'
    )
    stored = StoredVersion("PROGRAMME", "VERSION#000001", document=document)
    assert stored.programme.time_zone == "posixrules"
