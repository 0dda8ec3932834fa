"""Transfers: the code, the limits, and the lots that move from one account to another."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from loyalty.days import NEVER
from loyalty.ledger.balances import Activation, Balances, EntryKind, GraceLot, Taken, soonest
from loyalty.ledger.due_dates import Watch
from loyalty.ledger.rules import ReturnPolicy, move_in, move_out, restore, spend
from loyalty.liability.rules import Books, Line, Movement
from loyalty.programme.models import Programme, Transfers
from loyalty.transfers.items import Transfer
from loyalty.transfers.rules import (
    CODE_LIVES,
    MOST_TRIES,
    Limit,
    Moved,
    TransferState,
    as_received,
    code_of,
    exceeded,
    has_room,
    hint_of,
    sendable,
    still_there,
)

SPRING, SUMMER = date(2026, 3, 31), date(2026, 6, 30)
TODAY, YESTERDAY, LAST_MONTH = date(2026, 3, 10), date(2026, 3, 9), date(2026, 2, 28)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
KEY = b"a key of the tests"
TRANSFER = "trf_01ARZ3NDEKTSV4RRFFQ69G5FAV"
amounts = st.integers(0, 500)
lots = st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 500), max_size=5)


def test_a_code_is_eight_digits_of_its_key_and_its_transfer_alone() -> None:
    code = code_of(KEY, TRANSFER)
    assert (len(code), code.isdigit(), code) == (8, True, code_of(KEY, TRANSFER))
    others = {code_of(b"another key", TRANSFER), code_of(KEY, f"{TRANSFER[:-1]}W")}
    assert code not in others
    assert all(len(code_of(KEY, f"trf_{number:026}")) == 8 for number in range(300))


def test_of_a_recipient_the_last_four_characters_are_shown() -> None:
    assert hint_of("402938475611") == "…5611"


@pytest.mark.parametrize(
    ("points", "over"),
    [
        (40, None),
        (50, None),
        (51, (Limit.PER_DAY, 50)),
        (10**6, (Limit.PER_DAY, 50)),
    ],
)
def test_a_day_and_a_month_have_their_own_limits(points: int, over: Any) -> None:
    sent = [Moved(TODAY, 50), Moved(YESTERDAY, 100), Moved(LAST_MONTH, 900)]
    assert exceeded(points, sent, TODAY, Transfers(per_day=100, per_month=200)) == over
    assert exceeded(points, sent, TODAY, Transfers(per_day=None, per_month=None)) is None


def test_the_month_may_leave_less_than_the_day() -> None:
    sent = [Moved(YESTERDAY, 170)]
    assert exceeded(31, sent, TODAY, Transfers(per_day=100, per_month=200)) == (Limit.PER_MONTH, 30)
    # The same month of another year is another month.
    assert exceeded(31, [Moved(date(2025, 3, 10), 170)], TODAY, Transfers(per_day=100, per_month=200)) is None


def test_what_is_above_a_lower_limit_of_today_leaves_nothing_and_no_less() -> None:
    assert exceeded(1, [Moved(TODAY, 170)], TODAY, Transfers(per_day=100)) == (Limit.PER_DAY, 0)


def test_a_recipient_has_a_limit_of_the_month() -> None:
    received = [Moved(YESTERDAY, 100), Moved(LAST_MONTH, 900)]
    rules = Transfers(received_per_month=200)
    assert [has_room(points, received, TODAY, rules) for points in (100, 101)] == [True, False]
    assert has_room(10**6, received, TODAY, Transfers(received_per_month=None))


@pytest.mark.parametrize(
    ("balances", "points"),
    [
        (Balances(lots={SPRING: 100}), 100),
        (Balances(lots={SPRING: 100}, owed=30), 70),
        (Balances(lots={SPRING: 100}, owed=130), 0),
        (Balances(pending={Activation(SPRING, SUMMER): 100}), 0),
    ],
)
def test_what_is_owed_or_pending_cannot_be_sent(balances: Balances, points: int) -> None:
    assert sendable(balances) == points


@pytest.mark.parametrize(
    "change",
    [{"largest": 99}, {"per_day": 99}, {"per_month": 99}, {"received_per_month": 99}, {"smallest": 0}, {"allowed": 1}],
)
def test_limits_that_no_transfer_fits_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Programme.model_validate({"transfers": change})


def test_a_programme_allows_no_transfers_unless_it_says_so() -> None:
    assert Programme().transfers.allowed is False


# --- lots


@given(lots, amounts, lots, amounts, st.booleans())
def test_a_transfer_and_its_reversal_neither_make_nor_lose_a_point(
    has: dict[date, int], amount: int, other_has: dict[date, int], owed: int, fills_debt: bool
) -> None:
    sender, recipient = Balances(lots=has), Balances(lots=other_has, owed=owed)
    out = move_out(EntryKind.SENT, sender, soonest(has, amount))
    into = move_in(EntryKind.RECEIVED, recipient, out.taken, fills_debt=fills_debt)
    assert out.amount + into.amount == 0
    back = still_there({day: part for day, part in into.lots.items() if part > 0}, into.after.lots)
    withdrawn = move_out(EntryKind.WITHDRAWN, into.after, back)
    returned = move_in(EntryKind.RETURNED, out.after, withdrawn.taken, fills_debt=fills_debt)
    assert withdrawn.amount + returned.amount == 0
    paid = owed - into.after.owed
    assert (-withdrawn.amount, returned.amount) == (-out.amount - paid, -out.amount - paid)
    if not paid:
        assert (returned.after.lots, withdrawn.after.lots) == (sender.lots, recipient.lots)


@given(lots, amounts, lots)
def test_every_point_keeps_its_last_day(has: dict[date, int], amount: int, other_has: dict[date, int]) -> None:
    taken = soonest(has, amount)
    into = move_in(EntryKind.RECEIVED, Balances(lots=other_has), Taken(taken), fills_debt=True)
    assert into.lots == taken


def test_points_of_a_grace_lot_get_no_second_grace_with_another_customer() -> None:
    grace = GraceLot(SUMMER, SPRING)
    sender = Balances(lots={SUMMER: 50}, grace_lots={grace: 20})
    out = move_out(EntryKind.SENT, sender, {SUMMER: 50})
    assert (out.after.lots, out.after.grace_lots) == ({}, {})
    recipient = move_in(EntryKind.RECEIVED, Balances(), out.taken, fills_debt=True).after
    assert (recipient.lots, recipient.grace_lots) == ({SUMMER: 50}, {grace: 20})
    # Spent on a paid order that comes back when the lot is over: what had its grace returns into it, and expires.
    spent = spend(EntryKind.REDEEMED, recipient, 50)
    policy = ReturnPolicy(date(2026, 8, 1), date(2026, 8, 31), fills_debt=True, gives_grace=True)
    assert restore(spent.after, spent.taken, policy).after.lots == {SUMMER: 20, date(2026, 8, 31): 30}


def test_points_that_live_by_activity_end_when_the_senders_would() -> None:
    watch = Watch(TODAY, "UTC", idle_months=2)
    received = as_received(Taken({NEVER: 30, SUMMER: 5}), date(2026, 2, 1), watch)
    assert received.lots == {date(2026, 4, 1): 30, SUMMER: 5}
    assert as_received(Taken({NEVER: 30}), None, Watch(TODAY, "UTC")).lots == {NEVER: 30}


def test_what_is_still_there_is_never_more_than_came() -> None:
    assert still_there({SPRING: 50, SUMMER: 10}, {SPRING: 20, SUMMER: 70}) == {SPRING: 20, SUMMER: 10}
    assert still_there({SPRING: 50}, {SUMMER: 70}) == {}


def test_the_books_of_a_transfer_come_to_nothing() -> None:
    books = Books()
    for kind, amount in ((EntryKind.SENT, -50), (EntryKind.RECEIVED, 50)):
        books.count(Line("points", kind, amount, {SPRING: amount}, {}, 0))
    assert (books.moved, books.months, books.entries) == ({}, {}, 2)
    books.count(Line("points", EntryKind.WITHDRAWN, -20, {SPRING: -20}, {}, 0))
    assert books.moved == {Movement.TRANSFERRED: -20}


# --- states


def pending(**facts: Any) -> Transfer:
    made = Transfer.fresh("cus_1", TRANSFER, "cus_2", 100, hint="…1234", now=NOON)
    for name, fact in facts.items():
        setattr(made, name, fact)
    return made


def test_time_and_wrong_codes_end_a_pending_transfer_and_no_other() -> None:
    late = NOON + CODE_LIVES
    assert pending().state_at(NOON) is TransferState.PENDING
    assert pending().state_at(late) is TransferState.EXPIRED
    assert pending(tries=MOST_TRIES - 1).state_at(NOON) is TransferState.PENDING
    assert pending(tries=MOST_TRIES).state_at(late) is TransferState.LOCKED
    done = pending(tries=MOST_TRIES)
    other_side = done.complete("cus_3", NOON)
    assert (done.state_at(late), other_side.state_at(late)) == (TransferState.COMPLETED, TransferState.COMPLETED)
    assert (done.other, done.expires_at, other_side.other, other_side.hint) == ("cus_3", None, "cus_1", None)
