from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.notices.rules import (
    adjustment,
    expiring_credit,
    expiring_points,
    in_days,
    in_money,
    in_points,
    issued_credit,
    may_be_over_at,
    tier,
)
from shared.events.loyalty import CreditExpiring, CreditIssued, PointsAdjusted, PointsExpiring, TierChanged

ADA = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
IN_A_WEEK = date(2026, 6, 8)
POINTS = PointsExpiring(customer_id=ADA, points=1, on=IN_A_WEEK, days=7)
# From the Aleutians' westernmost clock to Kiribati's.
zones = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(zones, st.integers(0, 366 * 24 * 60), st.integers(0, 365))
def test_no_warning_is_sent_after_its_day_in_whatever_zone(zone: timezone, minutes: int, days: int) -> None:
    told_at = (NOON + timedelta(minutes=minutes)).astimezone(zone)
    on = told_at.date() + timedelta(days=days)
    end = datetime.combine(on + timedelta(days=1), time(), zone)
    assert end - timedelta(days=1) <= may_be_over_at(on, days, told_at.astimezone(UTC)) <= end


def test_a_warning_told_early_in_its_last_day_can_be_sent_until_that_day_ends_somewhere() -> None:
    told_at = datetime(2026, 6, 8, 0, 20, tzinfo=UTC)
    assert may_be_over_at(IN_A_WEEK, 0, told_at) == datetime(2026, 6, 8, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "left"), [(0, "in 7 days"), (23, "in 7 days"), (24, "in 6 days"), (150, "tomorrow"), (1_000, "today")]
)
def test_the_days_left_are_counted_from_when_the_warning_was_told(hours: int, left: str) -> None:
    due = expiring_points(POINTS, NOON, NOON + timedelta(hours=hours))
    assert (due.values["days_left"], due.values["last_day"]) == (left, "8 June 2026")


def test_a_clock_that_is_behind_adds_no_day() -> None:
    assert expiring_points(POINTS, NOON, NOON - timedelta(hours=1)).values["days_left"] == "in 7 days"


def test_the_occasion_of_a_warning_is_its_day_and_not_when_it_was_told() -> None:
    first, later = (expiring_points(POINTS, NOON + timedelta(hours=hours), NOON) for hours in (0, 5))
    assert (first.occasion, first.occasion_at) == (later.occasion, later.occasion_at)
    assert first.occasion_at == datetime(2026, 6, 1, tzinfo=UTC)
    assert first.occasion == "points/2026-06-08/7"


def test_each_currency_day_and_number_of_days_is_an_occasion() -> None:
    data = [
        CreditExpiring(customer_id=ADA, amount=1, currency=currency, on=on, days=days)
        for currency in ("USD", "JPY")
        for on in (IN_A_WEEK, date(2026, 7, 8))
        for days in (7, 30)
    ]
    occasions = {(due.occasion, due.occasion_at) for one in data if (due := expiring_credit(one, NOON, NOON))}
    assert len({occasion for occasion, _ in occasions}) == len(occasions) == 8


def test_a_warning_of_credit_counts_its_days_as_one_of_points_does() -> None:
    data = CreditExpiring(customer_id=ADA, amount=150, currency="USD", on=IN_A_WEEK, days=7)
    due = expiring_credit(data, NOON, NOON + timedelta(days=6))
    assert due.values == {"amount": "1.50 USD", "last_day": "8 June 2026", "days_left": "tomorrow"}
    assert due.occasion == "credit:USD/2026-06-08/7"


@pytest.mark.parametrize(("points", "is_added"), [(1, True), (0, False), (-1, False)])
def test_a_notice_says_whether_points_were_added(points: int, is_added: bool) -> None:
    said = PointsAdjusted(customer_id=ADA, entry=1, points=points, balance=1, cause="adj_1", reason="r")
    assert adjustment(said, NOON).values["is_added"] is is_added


def test_a_notice_waits_for_its_recipient_for_less_than_a_delivery() -> None:
    said = PointsAdjusted(customer_id=ADA, entry=1, points=1, balance=1, cause="adj_1", reason="r")
    assert adjustment(said, NOON).patient_until == NOON + timedelta(minutes=2)


def test_the_occasion_of_an_adjustment_is_the_adjustment() -> None:
    due = adjustment(
        PointsAdjusted(customer_id=ADA, entry=1, points=-5, balance=0, cause="adj_1", reason=" a\n b "), NOON
    )
    assert (due.occasion, due.occasion_at, due.over_at) == ("adj_1", NOON, None)
    assert due.values == {"points": "5 points", "is_added": False, "balance": "0 points", "reason": "a b"}


def test_the_occasion_of_a_tier_is_the_tier_and_the_day_that_it_was_reached() -> None:
    told_at = datetime(2026, 6, 1, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    due = tier(TierChanged(customer_id=ADA, old="bronze", new="silver"), told_at)
    assert (due.occasion, due.occasion_at, due.values) == ("tier:silver/2026-06-02", told_at, {"tier": "Silver"})
    named = TierChanged(customer_id=ADA, old="bronze", new="vip-2", name="Inner circle")
    assert tier(named, told_at).values == {"tier": "Inner circle"}
    # Most who are unknown are guests. They would cost every tier of theirs a second delivery.
    assert (due.over_at, due.patient_until) == (told_at + timedelta(days=3), None)


@pytest.mark.parametrize(
    ("on", "over_at"),
    [
        (None, NOON + timedelta(days=14)),
        (date(2026, 6, 1), NOON + timedelta(minutes=10)),
        (date(2026, 6, 3), datetime(2026, 6, 3, 10, tzinfo=UTC)),
        (date(2026, 6, 16), NOON + timedelta(days=14)),
    ],
)
def test_a_notice_of_credit_is_over_with_its_day_or_in_two_weeks(on: date | None, over_at: datetime) -> None:
    given = CreditIssued(
        customer_id=ADA, entry=1, amount=500, balance=400, currency="USD", cause="crd_1", expires_on=on
    )
    due = issued_credit(given, NOON)
    assert (due.over_at, due.occasion, due.occasion_at) == (over_at, "crd_1", NOON)
    assert due.patient_until == NOON + timedelta(minutes=2)
    last_day = f"{on.day} June 2026" if on else None
    assert due.values == {"amount": "5.00 USD", "balance": "4.00 USD", "last_day": last_day}


def test_what_a_message_says_is_not_in_its_text_form() -> None:
    said = PointsAdjusted(customer_id=ADA, entry=1, points=1, balance=1, cause="adj_1", reason="Canary")
    assert "Canary" not in repr(adjustment(said, NOON))


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 points"), (1, "1 point"), (1_200, "1,200 points"), (-20, "-20 points")]
)
def test_points_are_written_out(count: int, text: str) -> None:
    assert in_points(count) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (123_450, "USD", "1,234.50 USD"),
        (5, "EUR", "0.05 EUR"),
        (0, "USD", "0.00 USD"),
        (123_450, "JPY", "123,450 JPY"),
        (1_500, "KWD", "1.500 KWD"),
        (10**12, "USD", "10,000,000,000.00 USD"),
    ],
)
def test_money_is_written_with_the_digits_of_its_currency(amount: int, currency: str, text: str) -> None:
    assert in_money(amount, currency) == text


@pytest.mark.parametrize(("days", "text"), [(0, "today"), (1, "tomorrow"), (2, "in 2 days")])
def test_days_are_written_as_one_says_them(days: int, text: str) -> None:
    assert in_days(days) == text
