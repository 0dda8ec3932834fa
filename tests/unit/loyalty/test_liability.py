"""The books: what lines come to, what it is worth, and when a day can be closed."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.days import NEVER
from loyalty.ledger.balances import Activation, EntryKind
from loyalty.liability.rules import (
    POINTS,
    Books,
    BooksError,
    Line,
    Movement,
    Places,
    Rate,
    can_close,
    close,
    currency_of,
    ledger_of,
    month_of,
    of_ended,
    of_given,
    rate_of,
    values_of,
)
from loyalty.programme.sections import Flat, Redeeming

DAY = date(2026, 11, 21)
MARCH, APRIL = date(2027, 3, 31), date(2027, 4, 30)


def line(kind: EntryKind, amount: int = 0, *, lots: dict[date, int] | None = None, held: int = 0) -> Line:
    return Line("points", kind, amount, lots or {}, {}, held)


def books(*lines: Line) -> Books:
    summed = Books()
    for each in lines:
        summed.count(each)
    return summed


def test_lots_are_put_together_by_the_month_of_their_last_day() -> None:
    found = books(
        line(EntryKind.EARNED, 100, lots={date(2027, 3, 2): 100}),
        line(EntryKind.EARNED, 30, lots={MARCH: 30}),
        line(EntryKind.ADJUSTED, 5, lots={NEVER: 5}),
    )
    assert found.months == {"2027-03": Places(available=130), "never": Places(available=5)}
    assert (found.available, found.pending, found.balance, found.entries) == (135, 0, 135, 3)


def test_what_is_pending_is_in_the_month_in_which_it_will_end() -> None:
    where = Activation(date(2026, 12, 5), MARCH)
    found = books(Line("points", EntryKind.EARNED, 80, {}, {where: 80}, 0))
    assert (found.months, found.pending, found.owed) == ({"2027-03": Places(pending=80)}, 80, 0)
    found.count(Line("points", EntryKind.RIPENED, 0, {MARCH: 80}, {where: -80}, 0))
    assert found.months == {"2027-03": Places(available=80)}
    assert found.moved == {Movement.EARNED: 80}


def test_a_hold_moves_points_out_of_their_month_and_changes_no_balance() -> None:
    found = books(
        line(EntryKind.EARNED, 100, lots={MARCH: 60, APRIL: 40}), line(EntryKind.HELD, lots={MARCH: -60}, held=60)
    )
    assert (found.months, found.held, found.balance) == ({"2027-04": Places(available=40)}, 60, 100)
    found.count(line(EntryKind.CAPTURED, -50, lots={MARCH: 10}, held=-60))
    assert (found.held, found.balance, found.moved[Movement.SPENT]) == (0, 50, -50)


def test_what_is_owed_follows_from_what_else_an_entry_changed() -> None:
    found = books(line(EntryKind.REVERSED, -70, lots={MARCH: -20}))
    assert found.owed == 50
    # Earned, and 50 of it fill what was owed.
    found.count(line(EntryKind.EARNED, 80, lots={MARCH: 30}))
    assert found.owed == 0


def test_adjustments_up_and_down_do_not_hide_each_other() -> None:
    found = books(line(EntryKind.ADJUSTED, 50, lots={MARCH: 50}), line(EntryKind.ADJUSTED, -20, lots={MARCH: -20}))
    assert found.moved == {Movement.ADDED: 50, Movement.DEDUCTED: -20}
    assert books(line(EntryKind.ADJUSTED, 1, lots={MARCH: 1})).moved == {Movement.ADDED: 1}


def test_every_kind_of_entry_has_its_movement_or_moves_nothing() -> None:
    idle = {EntryKind.RIPENED, EntryKind.HELD, EntryKind.RELEASED, EntryKind.REVIEWED, EntryKind.TIER_SET}
    for kind in EntryKind:
        assert books(line(kind)).moved == {}
        if kind not in idle:
            assert sum(books(line(kind, 7, lots={MARCH: 7})).moved.values()) == 7


def test_movements_of_a_month_begin_anew_with_the_next() -> None:
    first = close(None, books(line(EntryKind.EARNED, 100, lots={MARCH: 100})), date(2026, 11, 30))
    second = close(first, books(line(EntryKind.REDEEMED, -40, lots={MARCH: -40})), date(2026, 12, 1))
    third = close(second, Books(), date(2026, 12, 2))
    assert first.in_month == {Movement.EARNED: 100}
    assert second.in_month == third.in_month == {Movement.SPENT: -40}
    assert third.books.moved == {Movement.EARNED: 100, Movement.SPENT: -40}
    assert (third.first_day, third.books.balance) == (date(2026, 11, 30), 60)


def test_closing_a_day_leaves_the_books_of_the_day_before_as_they_were() -> None:
    first = close(None, books(line(EntryKind.EARNED, 100, lots={MARCH: 100})), DAY)
    close(first, books(line(EntryKind.REDEEMED, -100, lots={MARCH: -100})), DAY + timedelta(days=1))
    assert first.books.months == {"2027-03": Places(available=100)}
    assert first.books.moved == first.in_month == {Movement.EARNED: 100}


@pytest.mark.parametrize(
    "missing",
    [
        line(EntryKind.REDEEMED, -40, lots={MARCH: -40}),
        line(EntryKind.RELEASED, lots={MARCH: 10}, held=-10),
        line(EntryKind.EARNED, 40, lots={MARCH: 10}),
    ],
)
def test_books_that_hold_less_than_nothing_are_not_closed(missing: Line) -> None:
    with pytest.raises(BooksError):
        close(None, books(missing), DAY)


def test_books_that_are_added_sum_every_place() -> None:
    summed = Books(2, {Movement.EARNED: 7}, {"2027-03": Places(5, 1)}, held=3, owed=2)
    summed.add(Books(3, {Movement.EARNED: 4, Movement.SPENT: -1}, {"2027-03": Places(2, -1)}, held=2, owed=1))
    moved = {Movement.EARNED: 11, Movement.SPENT: -1}
    assert summed == Books(5, moved, {"2027-03": Places(7, 0)}, held=5, owed=3)


@pytest.mark.parametrize(
    ("summed", "is_possible"),
    [
        (Books(), True),
        (Books(moved={Movement.EARNED: 5}, months={"2027-03": Places(available=5)}), True),
        (Books(moved={Movement.EARNED: 5}, months={"2027-03": Places(pending=4)}, held=1), True),
        (Books(moved={Movement.REVERSED: -5}, owed=5), True),
        (Books(moved={Movement.EARNED: 5}), False),
        (Books(months={"2027-03": Places(available=5)}), False),
        (Books(months={"2027-03": Places(available=-5), "2027-04": Places(pending=5)}), False),
        (Books(months={"2027-03": Places(available=5)}, held=-5), False),
        (Books(moved={Movement.EARNED: 5}, owed=-5), False),
    ],
)
def test_books_are_possible_if_no_place_is_below_zero_and_what_moved_is_what_is_there(
    summed: Books, is_possible: bool
) -> None:
    with nullcontext() if is_possible else pytest.raises(BooksError):
        summed.check()


LINES = st.builds(
    line,
    st.sampled_from([EntryKind.EARNED, EntryKind.ADJUSTED, EntryKind.REDEEMED]),
    st.integers(-50, 50),
    lots=st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(-50, 50), max_size=3),
    held=st.integers(-20, 20),
)


@given(st.lists(LINES, max_size=12), st.integers(0, 12))
def test_it_does_not_matter_how_entries_are_spread_over_days(lines: list[Line], cut: int) -> None:
    whole, parts = books(*lines), Books()
    parts.add(books(*lines[:cut]))
    parts.add(books(*lines[cut:]))
    assert parts == whole
    assert sum(whole.moved.values()) == whole.balance


def test_a_day_is_closed_an_hour_after_its_end_in_utc() -> None:
    assert not can_close(DAY, datetime(2026, 11, 22, 0, 59, 59, tzinfo=UTC))
    assert can_close(DAY, datetime(2026, 11, 22, 1, tzinfo=UTC))


def test_points_are_worth_the_flat_rate_or_that_of_the_dearest_step() -> None:
    assert rate_of(Redeeming(flat=Flat(points=100, value=150))).worth(199) == 298
    assert rate_of(Redeeming.by_ladder((100, 1_000), (500, 5_000), (1_000, 12_000))) == Rate(1_000, 12_000)


@given(st.lists(st.integers(0, 10_000), max_size=15), st.integers(1, 999), st.integers(0, 999))
def test_values_sum_to_the_value_of_all_and_each_is_right_to_one_unit(
    amounts: list[int], points: int, value: int
) -> None:
    rate = Rate(points, value)
    values = list(values_of(amounts, rate))
    assert sum(values) == rate.worth(sum(amounts))
    assert all(abs(each - rate.worth(amount)) <= 1 for each, amount in zip(values, amounts, strict=True))


def test_breakage_is_what_expired_of_what_ended_and_of_what_was_given() -> None:
    moved = {Movement.EARNED: 1_000, Movement.REVERSED: -200, Movement.SPENT: -400, Movement.RESTORED: 100}
    assert (of_ended(moved), of_given(moved)) == (0.0, 0.0)
    moved |= {Movement.EXPIRED: -100}
    assert (of_ended(moved), of_given(moved)) == (0.25, 0.125)


@pytest.mark.parametrize("movement", Movement)
def test_points_are_given_by_whatever_adds_to_balances_but_a_return(movement: Movement) -> None:
    given = {Movement.EARNED, Movement.REINSTATED, Movement.ISSUED, Movement.ADDED, Movement.REVERSED, Movement.REVOKED}
    moved = {Movement.EARNED: 100, Movement.EXPIRED: -50, movement: -50 if movement is Movement.EXPIRED else 150}
    whole = 150 if movement is Movement.EARNED else 250 if movement in given else 100
    assert of_given(moved) == round(50 / whole, 4)


def test_breakage_is_told_to_four_places_from_nothing_to_all() -> None:
    assert of_ended({Movement.SPENT: -200, Movement.EXPIRED: -100}) == 0.3333
    assert of_ended({Movement.EXPIRED: -1}) == of_given({Movement.EARNED: 1, Movement.EXPIRED: -1}) == 1.0
    assert of_ended({Movement.SPENT: -1}) == 0.0
    # More expired in a month than was given in it.
    assert of_given({Movement.EARNED: 1, Movement.EXPIRED: -2}) is None


def test_breakage_of_nothing_is_not_told() -> None:
    assert of_ended({}) is of_given({}) is None
    # More came back in a month than was spent in it.
    assert of_ended({Movement.SPENT: -100, Movement.RESTORED: 300, Movement.EXPIRED: -50}) is None


def test_an_account_is_of_points_or_of_one_currencys_credit() -> None:
    assert (ledger_of("cus_1"), POINTS, currency_of("points")) == ("points", "points", None)
    assert (ledger_of("cus_1#EUR"), currency_of("credit:EUR")) == ("credit:EUR", "EUR")


def test_what_no_calendar_ends_sorts_after_all_months() -> None:
    assert sorted([month_of(NEVER), month_of(date(9998, 12, 31))]) == ["9998-12", "never"]
