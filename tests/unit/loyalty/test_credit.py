"""What the programme means for store credit, and sums that hold whatever is done with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.credit.rules import check_expiry, check_room, lot_for, return_policy, watch_of
from loyalty.days import NEVER
from loyalty.ledger import rules
from loyalty.ledger.balances import Balances, EntryKind, GraceLot, Posting, Taken
from loyalty.programme.models import Programme
from shared.errors import InvalidError
from shared.money import LARGEST_AMOUNT

TODAY = date(2026, 1, 31)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def programme(**sections: Any) -> Programme:
    return Programme.model_validate(sections)


def test_without_months_credit_does_not_expire() -> None:
    assert lot_for(TODAY, programme()) == NEVER


def test_31_january_and_one_month_is_the_last_of_february() -> None:
    # 28 days ahead: it keeps its day.
    assert lot_for(TODAY, programme(credit={"months": 1})) == date(2026, 2, 28)


def test_more_than_31_days_ahead_it_is_the_end_of_the_month_unless_days_are_exact() -> None:
    given_on = date(2026, 1, 10)
    assert lot_for(given_on, programme(credit={"months": 3})) == date(2026, 4, 30)
    assert lot_for(given_on, programme(credit={"months": 3}, expiry={"exact_days": True})) == date(2026, 4, 10)


@pytest.mark.parametrize("wanted", [date(2026, 1, 30), date(2036, 2, 1), NEVER])
def test_a_last_day_that_cannot_be_is_named(wanted: date) -> None:
    with pytest.raises(InvalidError) as refused:
        check_expiry(wanted, TODAY)
    assert [error.field for error in refused.value.errors] == ["expires_on"]


@pytest.mark.parametrize("wanted", [TODAY, date(2036, 1, 31)])
def test_today_and_ten_years_ahead_can_be(wanted: date) -> None:
    check_expiry(wanted, TODAY)


def test_an_account_has_room_up_to_the_largest_amount() -> None:
    check_room(LARGEST_AMOUNT - 5, 5)
    with pytest.raises(InvalidError) as refused:
        check_room(LARGEST_AMOUNT - 5, 6)
    assert [error.field for error in refused.value.errors] == ["amount"]


def test_it_is_watched_like_points_but_no_idleness_ends_it() -> None:
    watch = watch_of(programme(expiry={"mode": "inactivity", "warn_days": [14]}, time_zone="Asia/Tokyo"), NOON)
    assert (watch.today, watch.zone, tuple(watch.warn_days), watch.idle_months) == (TODAY, "Asia/Tokyo", (14,), None)


def test_what_comes_back_fills_what_is_owed_whatever_the_policy_for_points_is() -> None:
    assert all(
        return_policy(programme(refunds={"below_zero": each}), TODAY).fills_debt
        for each in ("debt", "floor", "negative")
    )


def test_what_comes_back_after_its_day_has_ended_or_has_the_grace_of_refunds() -> None:
    policy, back = return_policy(programme(refunds={"grace_days": 10}), TODAY), Taken({date(2026, 1, 30): 5, TODAY: 7})
    assert policy.of(back).lots == back.lots
    assert replace(policy, gives_grace=True).of(back).lots == {date(2026, 2, 10): 5, TODAY: 7}


def test_a_grace_of_credit_is_remembered_as_one_of_points_is() -> None:
    policy = return_policy(programme(refunds={"grace_days": 10}), TODAY, gives_grace=True)
    after = rules.restore(Balances(spent=5), Taken({date(2026, 1, 30): 5}), policy).after
    graced = {GraceLot(date(2026, 2, 10), date(2026, 1, 30)): 5}
    assert after == Balances(lots={date(2026, 2, 10): 5}, grace_lots=graced)


AMOUNTS = st.integers(1, 5_000)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["issue", "hold", "capture", "release", "revoke", "expire", "refund", "reinstate"]),
        AMOUNTS,
        st.integers(0, 400),
    ),
    max_size=40,
)


@given(STEPS)
def test_the_balance_is_always_what_was_given_less_what_went(steps: list[tuple[str, int, int]]) -> None:
    till = Till()
    for what, amount, days in steps:
        till.do(what, amount, days)
        till.check()


class Till:
    """An account of credit under any operations in any order; what was given and went is counted beside it."""

    def __init__(self) -> None:
        self.balances = Balances()
        self.today = TODAY
        self.gone = dict.fromkeys(("issued", "revoked", "spent", "expired"), 0)
        self.captured: list[Taken] = []
        self.restored: list[Taken] = []
        self.holds = 0

    def do(self, what: str, amount: int, days: int) -> None:
        getattr(self, f"_{what}")(amount, days)

    def check(self) -> None:
        balances, gone = self.balances, self.gone
        assert balances.balance == gone["issued"] - gone["revoked"] - gone["spent"] - gone["expired"]
        assert balances.balance == balances.available + balances.held - balances.owed
        assert (balances.spent, balances.expired) == (gone["spent"], gone["expired"])
        assert balances.owed >= 0
        assert all(left > 0 for left in balances.lots.values())
        assert all(hold.amount > 0 for hold in balances.holds.values())
        # What comes in fills what is owed, and only what cannot be taken is owed.
        assert balances.owed == 0 or balances.available == 0

    def _return_policy(self) -> rules.ReturnPolicy:
        return return_policy(programme(), self.today)

    def _post(self, posting: Posting) -> None:
        assert posting.amount == sum(posting.lots.values()) + posting.held - posting.owed
        self.balances = posting.after

    def _issue(self, amount: int, days: int) -> None:
        lot = self.today + timedelta(days=days) if days else NEVER
        self._post(rules.give(EntryKind.ISSUED, self.balances, amount, lot))
        self.gone["issued"] += amount

    def _hold(self, amount: int, _: int) -> None:
        if 0 < amount <= self.balances.available:
            before = self.balances.lots
            self.holds += 1
            self._post(rules.hold(self.balances, f"h{self.holds}", amount, NOON))
            taken = self.balances.holds[f"h{self.holds}"].lots
            # Soonest expiring first: nothing that ends before a lot that was touched is left.
            assert all(day >= max(taken) for day in self.balances.lots if before.get(day))

    def _capture(self, amount: int, _: int) -> None:
        if self.balances.holds:
            name = min(self.balances.holds)
            amount = min(amount, self.balances.holds[name].amount)
            posting, spent = rules.capture(self.balances, name, amount, self._return_policy())
            self._post(posting)
            assert sum(spent.lots.values()) == amount == -posting.amount
            self.captured.append(spent)
            self.gone["spent"] += amount

    def _release(self, _: int, __: int) -> None:
        if self.balances.holds:
            posting = rules.release(self.balances, min(self.balances.holds), self._return_policy())
            assert posting.amount == 0
            self._post(posting)

    def _revoke(self, amount: int, _: int) -> None:
        if self.balances.available:
            amount = min(amount, self.balances.available)
            self._post(rules.revoke(self.balances, amount, min(self.balances.lots)))
            self.gone["revoked"] += amount

    def _expire(self, _: int, days: int) -> None:
        self.today += timedelta(days=days)
        overdue = {day: left for day, left in self.balances.lots.items() if day < self.today}
        self._post(rules.expire(self.balances, overdue))
        self.gone["expired"] += sum(overdue.values())

    def _refund(self, _: int, __: int) -> None:
        if self.captured:
            taken = self.captured.pop()
            self._post(rules.restore(self.balances, taken, self._return_policy()))
            self.restored.append(taken)
            self.gone["spent"] -= sum(taken.lots.values())

    def _reinstate(self, _: int, __: int) -> None:
        if self.restored:
            taken = self.restored.pop()
            self._post(rules.spend_again(self.balances, sum(taken.lots.values())))
            self.captured.append(taken)
            self.gone["spent"] += sum(taken.lots.values())
