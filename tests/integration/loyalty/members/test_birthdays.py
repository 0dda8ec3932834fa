"""The birthday's factor: once in twelve months, whatever date of birth the profile names by then."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from loyalty.orders import usecases
from shared.events.customers import OrderRecorded
from shared.roles import Role
from tests.harness.interruptions import after_first, crash_at
from tests.integration.loyalty.referrals import merge
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, account, call, hear, order, points, registration, update

MARCH, APRIL, MAY = date(1990, 3, 10), date(1990, 4, 10), date(1990, 5, 10)


@pytest.fixture(autouse=True)
def double_points() -> None:
    set_programme(earning={"bonuses": {"birthday": "2"}})
    hear(registration(birthday=MARCH))


def bought(day: str, order_id: str | None = None, customer_id: str = ADA) -> OrderRecorded:
    """An order of $10 on a day."""
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00").astimezone(UTC)
    return order(order_id or day, customer_id, placed_at=at, paid_at=at, total=1_000)


def test_all_orders_of_one_birthday_month_earn_double() -> None:
    hear(bought("2026-03-01"), bought("2026-03-31"), bought("2026-04-01"))
    assert points() == [200, 200, 100]


def test_a_birthday_that_moves_every_month_earns_double_once() -> None:
    hear(bought("2026-03-10"), update(birthday=APRIL), bought("2026-04-10"), update(birthday=MAY), bought("2026-05-10"))
    assert points() == [200, 100, 100]
    hear(update(birthday=MARCH), bought("2027-03-01"))
    assert points() == [200, 100, 100, 200]


def test_a_birthday_that_moves_forward_waits_for_twelve_months() -> None:
    hear(bought("2026-04-10"), update(birthday=APRIL), bought("2026-04-11"), update(birthday=MARCH))
    hear(bought("2027-03-10"), bought("2028-03-10"))
    assert points() == [100, 200, 100, 200]


def test_a_leap_day_comes_every_year() -> None:
    set_programme(earning={"bonuses": {"birthday": "2", "birthday_window": "day"}})
    hear(update(birthday=date(1992, 2, 29)))
    hear(*map(bought, ("2027-02-28", "2028-02-29", "2029-02-28")))
    assert points() == [200, 200, 200]


def test_late_orders_of_several_years_count_as_in_their_sequence() -> None:
    hear(*map(bought, ("2027-03-10", "2025-03-10", "2026-03-10")), update(birthday=APRIL), bought("2026-04-10"))
    assert [earned for earned in points() if earned > 0] == [200, 200, 200, 100]


def test_an_order_that_earned_nothing_used_no_birthday() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    hear(order("E1", currency="EUR", placed_at=at, paid_at=at), update(birthday=APRIL), bought("2026-04-10"))
    assert points() == [0, 200]


def test_of_two_orders_at_once_the_second_sees_the_birthday_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile() -> None:
        hear(bought("2026-03-10"), update(birthday=APRIL))

    after_first(monkeypatch, usecases, "load_for_posting", meanwhile)
    hear(bought("2026-04-10"))
    assert points() == [200, 100]


@pytest.mark.parametrize("write", [1, 2])
def test_a_crash_remembers_the_birthday_with_the_points(write: int) -> None:
    crash_at(write, lambda: hear(bought("2026-03-10")))
    hear(bought("2026-03-10"), update(birthday=APRIL), bought("2026-04-10"))
    assert points() == [200, 100]


def test_a_merge_brings_no_second_birthday() -> None:
    hear(registration(BOB, birthday=APRIL), bought("2026-03-10"))
    merge(ADA, BOB)
    hear(bought("2026-04-10", customer_id=BOB))
    assert account(BOB).birthdays == (date(2026, 3, 1),)
    assert points(BOB)[-1] == 100


def test_a_simulation_knows_the_birthdays_that_were_used() -> None:
    hear(bought("2026-03-10"), update(birthday=APRIL))
    asked = {"customer_id": ADA, "order": {"total": 1_000, "placed_at": "2026-04-10T12:00:00Z"}}
    assert call("POST", "/api/loyalty/simulate", asked, by=Role.STOREFRONT).json["points"] == 100
