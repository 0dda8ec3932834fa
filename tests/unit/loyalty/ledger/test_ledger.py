"""The ledger's arithmetic, one operation at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from loyalty.ledger.attributes import read_lots
from loyalty.ledger.balances import (
    Activation,
    Balances,
    EntryKind,
    GraceLot,
    Hold,
    Lots,
    Posting,
    Taken,
    Vector,
    latest,
    soonest,
    trimmed,
    write_lots,
)
from loyalty.ledger.reversals import LotShare, reinstate, reverse
from loyalty.ledger.rules import (
    ReturnPolicy,
    activate,
    activate_early,
    adjust,
    capture,
    close,
    earn,
    expire,
    expire_soonest,
    give,
    hold,
    move_in,
    move_out,
    nothing,
    release,
    reschedule,
    restore,
    revoke,
    spend,
    spend_again,
    take_over,
)

SPRING, SUMMER, AUTUMN = date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)
NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
BACK = ReturnPolicy(today=date(2026, 1, 10), grace_until=date(2026, 2, 28), fills_debt=True)
LATE = ReturnPolicy(today=date(2026, 7, 1), grace_until=date(2026, 7, 31), fills_debt=True)
OF_PAID = replace(LATE, gives_grace=True)


def holding(lots: Lots, **more: int) -> Balances:
    return Balances(lots=lots, **more)  # type: ignore[arg-type]


def taking(before: Balances, amount: int, lot: date, *, expired: int = 0, forgives: bool = False) -> Posting:
    """A reversal of an order whose points all fell into one lot."""
    return reverse(before, amount, [LotShare(lot, amount, expired)], activation=None, forgives=forgives)


def test_earned_points_open_a_lot() -> None:
    posting = earn(Balances(), 100, SPRING)
    assert posting.after == Balances(earned=100, lots={SPRING: 100})
    assert (posting.amount, posting.lots) == (100, {SPRING: 100})
    assert (posting.taken_back, posting.still_in_lot, posting.forgiven) == (0, 0, 0)


def test_an_entry_that_moves_nothing_names_no_lot() -> None:
    for posting in (earn(Balances(), 0, SPRING), earn(Balances(), 0, SUMMER, activates_on=SPRING)):
        assert (posting.lots, posting.pending, posting.after) == ({}, {}, Balances())


def test_points_of_one_day_share_a_lot() -> None:
    assert earn(holding({SPRING: 5}), 100, SPRING).after.lots == {SPRING: 105}


def test_debt_is_filled_before_a_lot_is_opened() -> None:
    posting = earn(Balances(owed=30), 100, SPRING)
    assert (posting.amount, posting.after.balance, posting.after.lots) == (100, 70, {SPRING: 70})
    assert earn(Balances(owed=30), 20, SPRING).after == Balances(owed=10, earned=20)


def test_what_is_given_need_not_fill_debt() -> None:
    before = Balances(owed=30)
    posting = give(EntryKind.ADJUSTED, before, 100, SPRING, fills_debt=False)
    assert (posting.after.owed, posting.after.lots, posting.after.balance) == (30, {SPRING: 100}, 70)
    assert adjust(before, 100, SPRING, fills_debt=False) == posting
    assert adjust(before, 100, SPRING, fills_debt=True).after == Balances(lots={SPRING: 70})


def test_a_deduction_takes_what_expires_soonest() -> None:
    posting = adjust(holding({SUMMER: 50, SPRING: 40}), -60, AUTUMN, fills_debt=True)
    assert posting.after.lots == {SUMMER: 30}
    assert posting.lots == {SPRING: -40, SUMMER: -20}


def test_an_adjustment_counts_as_neither_earned_nor_spent() -> None:
    assert adjust(Balances(), 1, SPRING, fills_debt=True).after.vector == Vector(available=1)
    up = adjust(Balances(), 10_000, SPRING, fills_debt=True)
    down = adjust(up.after, -10_000, SPRING, fills_debt=True)
    assert (up.after.vector, down.after.vector) == (Vector(available=10_000), Vector())


def test_pending_points_wait_for_their_day_and_then_fall_into_their_lot() -> None:
    waiting = earn(Balances(), 100, SUMMER, activates_on=SPRING)
    assert (waiting.after.vector.pending, waiting.after.available, waiting.amount) == (100, 0, 100)
    assert activate(waiting.after, date(2026, 3, 30)) is None
    ripe = activate(waiting.after, SPRING)
    assert ripe is not None
    assert (ripe.after.vector.pending, ripe.after.lots, ripe.amount) == (0, {SUMMER: 100}, 0)


def test_points_that_ripen_fill_debt_and_those_that_wait_do_not() -> None:
    waiting = earn(Balances(owed=30), 100, SUMMER, activates_on=SPRING).after
    assert (waiting.owed, waiting.balance) == (30, 70)
    ripe = activate(waiting, SPRING)
    assert ripe is not None
    assert (ripe.after.owed, ripe.after.lots, ripe.amount) == (0, {SUMMER: 70}, 0)


def test_a_lot_that_would_end_while_its_points_wait_ends_when_they_ripen() -> None:
    waiting = earn(Balances(), 100, SPRING, activates_on=SUMMER).after
    ripe = activate(waiting, SUMMER)
    assert ripe is not None
    assert ripe.after.lots == {SUMMER: 100}


def test_a_delivery_moves_only_its_own_orders_points() -> None:
    both = earn(earn(Balances(), 100, AUTUMN, SUMMER).after, 50, AUTUMN, SUMMER).after
    sooner = reschedule(both, Activation(SUMMER, AUTUMN), 100, SPRING)
    assert sooner.after.pending == {Activation(SPRING, AUTUMN): 100, Activation(SUMMER, AUTUMN): 50}
    at_once = activate_early(both, Activation(SUMMER, AUTUMN), 100)
    assert (at_once.after.pending, at_once.after.lots) == ({Activation(SUMMER, AUTUMN): 50}, {AUTUMN: 100})


def test_a_delivery_finds_nothing_where_points_wait_no_more() -> None:
    where, before = Activation(SUMMER, AUTUMN), holding({AUTUMN: 100})
    assert activate_early(before, where, 100).after == reschedule(before, where, 100, SPRING).after == before


def test_a_reversal_takes_pending_points_first() -> None:
    before = Balances(lots={AUTUMN: 10}, pending={Activation(SPRING, AUTUMN): 100}, earned=110)
    posting = reverse(before, 40, [LotShare(AUTUMN, 100)], activation=Activation(SPRING, AUTUMN), forgives=False)
    assert (posting.after.pending, posting.after.lots) == ({Activation(SPRING, AUTUMN): 60}, {AUTUMN: 10})


def test_a_reversal_of_points_that_wait_no_more_takes_none_that_wait() -> None:
    before = Balances(lots={AUTUMN: 100}, earned=100)
    posting = reverse(before, 40, [LotShare(AUTUMN, 100)], activation=Activation(SPRING, AUTUMN), forgives=False)
    assert (posting.after.pending, posting.after.lots, posting.still_in_lot) == ({}, {AUTUMN: 60}, 40)


def test_a_reversal_takes_from_the_orders_own_lot_first() -> None:
    posting = taking(holding({SPRING: 50, SUMMER: 100}, earned=150), 80, SUMMER)
    assert posting.after.lots == {SPRING: 50, SUMMER: 20}


def test_a_reversal_goes_on_with_the_soonest_expiring_and_ends_in_debt() -> None:
    posting = taking(holding({SPRING: 50, SUMMER: 20, AUTUMN: 10}, earned=200), 100, SUMMER)
    assert (posting.after.balance, posting.after.owed) == (-20, 20)
    assert posting.after.lots == {}
    assert posting.after.earned == 100
    some = taking(holding({SPRING: 50, SUMMER: 20, AUTUMN: 10}, earned=200), 60, SUMMER)
    assert some.after.lots == {SPRING: 10, AUTUMN: 10}


def test_a_shop_may_bear_what_was_spent() -> None:
    posting = taking(holding({SPRING: 50}, earned=200), 100, SUMMER, forgives=True)
    assert (posting.amount, posting.after.owed, posting.forgiven) == (-50, 0, 50)


def test_points_that_expired_unspent_count_as_taken_back_once() -> None:
    before = holding({SUMMER: 100}, earned=300)
    first = taking(before, 60, SPRING, expired=80)
    assert (first.amount, first.taken_back, first.after.earned) == (0, 60, 240)
    second = taking(first.after, 60, SPRING, expired=80)
    assert (second.amount, second.taken_back) == (-40, 60)
    assert second.after.lots == {SUMMER: 60}


def test_no_parcel_counts_more_as_expired_than_it_held() -> None:
    """Ten of the order's points came back later, into AUTUMN, and were spent; of SPRING's lot others' expired too."""
    before = holding({SUMMER: 100}, earned=100)
    posting = reverse(before, 30, [LotShare(AUTUMN, 10), LotShare(SPRING, 20, 80)], activation=None, forgives=False)
    assert (posting.expired_before_reversal, posting.amount, posting.after.lots) == ({SPRING: 20}, -10, {SUMMER: 90})


def test_what_expired_before_a_parcel_came_is_none_of_it() -> None:
    before = holding({SUMMER: 100}, earned=100)
    posting = reverse(before, 30, [LotShare(SPRING, 30, expired=80, expired_since=10)], activation=None, forgives=False)
    assert (posting.expired_before_reversal, posting.after.lots) == ({SPRING: 10}, {SUMMER: 80})


def test_a_reinstatement_gives_back_what_had_been_taken() -> None:
    earned = earn(Balances(), 100, SPRING).after
    taken = taking(earned, 60, SPRING)
    given = reinstate(taken.after, 60, SPRING)
    assert (given.after, given.amount, given.taken_back) == (earned, 60, -60)


def test_a_reinstatement_revives_neither_what_had_expired_nor_what_was_forgiven() -> None:
    before = holding({}, earned=100)
    taken = taking(before, 100, SPRING, expired=70, forgives=True)
    assert (taken.amount, taken.expired_before_reversal, taken.forgiven) == (0, {SPRING: 70}, 30)
    given = reinstate(
        taken.after, 100, SUMMER, expired_before_reversal=taken.expired_before_reversal, forgiven=taken.forgiven
    )
    assert (given.after, given.amount) == (before, 0)


def test_a_reinstatement_fills_the_debt_that_the_cancellation_had_left() -> None:
    before = Balances(earned=100, spent=100)
    taken = taking(before, 100, SPRING)
    assert reinstate(taken.after, 100, SPRING).after == before


def test_a_reinstatement_of_points_that_still_wait_lets_them_wait() -> None:
    waiting = earn(Balances(), 100, SUMMER, activates_on=SPRING).after
    taken = reverse(waiting, 100, [LotShare(SUMMER, 100)], activation=Activation(SPRING, SUMMER), forgives=False)
    assert reinstate(taken.after, 100, SUMMER, activates_on=SPRING).after == waiting


def test_a_hold_moves_points_and_changes_no_balance() -> None:
    posting = hold(holding({SUMMER: 50, SPRING: 40}), "h1", 60, NOON)
    assert (posting.amount, posting.held, posting.lots) == (0, 60, {SPRING: -40, SUMMER: -20})
    assert posting.after.holds["h1"].lots == {SPRING: 40, SUMMER: 20}
    assert posting.after.vector == Vector(available=30, held=60)


def test_a_capture_spends_what_expires_soonest_and_gives_the_rest_back() -> None:
    held = hold(holding({SUMMER: 50, SPRING: 40}), "h1", 60, NOON).after
    posting, spent = capture(held, "h1", 45, BACK)
    assert (spent, posting.amount, posting.held) == (Taken({SPRING: 40, SUMMER: 5}, {}), -45, -60)
    assert (posting.after.lots, posting.after.spent, posting.after.holds) == ({SUMMER: 45}, 45, {})


def test_a_released_hold_leaves_an_account_as_it_was() -> None:
    before = holding({SUMMER: 50, SPRING: 40})
    assert release(hold(before, "h1", 60, NOON).after, "h1", BACK).after == before


def test_points_released_after_their_lot_ended_have_ended_too() -> None:
    held = hold(holding({SPRING: 40, AUTUMN: 50}), "h1", 60, NOON).after
    assert release(held, "h1", LATE).after.lots == {SPRING: 40, AUTUMN: 50}
    assert capture(held, "h1", 10, LATE)[0].after.lots == {SPRING: 30, AUTUMN: 50}


def test_points_given_back_lie_in_the_very_lots_that_they_came_from() -> None:
    before = holding({SUMMER: 50, SPRING: 40})
    spent = spend(EntryKind.REDEEMED, before, 60)
    assert (spent.after.lots, spent.after.spent) == ({SUMMER: 30}, 60)
    assert restore(spent.after, spent.taken, BACK).after == before


def test_points_of_a_paid_order_given_back_after_their_lot_ended_have_a_grace() -> None:
    posting = restore(holding({}, spent=100), Taken({SPRING: 40, SUMMER: 20, AUTUMN: 40}), OF_PAID)
    assert posting.after.lots == {date(2026, 7, 31): 60, AUTUMN: 40}
    assert posting.after.grace_lots == {
        GraceLot(date(2026, 7, 31), SPRING): 40,
        GraceLot(date(2026, 7, 31), SUMMER): 20,
    }
    assert (posting.amount, posting.after.spent) == (100, 0)


@pytest.mark.parametrize("is_held", [False, True])
def test_a_grace_is_given_once_whatever_its_points_pay_for_next(is_held: bool) -> None:
    graced = restore(holding({}, spent=60), Taken({SPRING: 60}), OF_PAID).after
    if is_held:
        posting, spent = capture(hold(graced, "h1", 60, NOON).after, "h1", 60, LATE)
    else:
        posting = spend(EntryKind.REDEEMED, graced, 60)
        spent = posting.taken
    later = replace(OF_PAID, today=date(2026, 8, 1), grace_until=date(2026, 8, 31))
    back = restore(posting.after, spent, later).after
    assert back.lots == {date(2026, 7, 31): 60}
    assert expire_soonest(back, back.lots)[1] == SPRING


def test_points_that_were_in_the_lot_of_a_grace_anyway_have_their_own() -> None:
    july = date(2026, 7, 31)
    before = Balances(lots={july: 100}, grace_lots={GraceLot(july, SPRING): 60})
    some = spend(EntryKind.REDEEMED, before, 50)
    assert some.taken == Taken({july: 50}, {GraceLot(july, SPRING): 10})
    later = replace(OF_PAID, today=date(2026, 8, 1), grace_until=date(2026, 8, 31))
    assert restore(some.after, some.taken, later).after.lots == {july: 60, date(2026, 8, 31): 40}


def test_a_lot_can_be_given_back_to_through_its_last_day() -> None:
    on_the_day = ReturnPolicy(today=SPRING, grace_until=SUMMER, fills_debt=True, gives_grace=True)
    assert restore(Balances(), Taken({SPRING: 5}), on_the_day).after.lots == {SPRING: 5}


def test_points_given_back_fill_debt_soonest_expiring_first() -> None:
    posting = restore(Balances(owed=50, spent=60), Taken({SPRING: 40, SUMMER: 20}), BACK)
    assert (posting.after.owed, posting.after.lots) == (0, {SUMMER: 10})


def test_what_was_given_back_and_spent_is_owed_when_it_is_taken_again() -> None:
    posting = spend_again(holding({SUMMER: 20}), 60)
    assert (posting.after.lots, posting.after.owed, posting.after.spent, posting.amount) == ({}, 40, 60, -60)


def test_a_revocation_takes_from_what_was_given_and_then_from_the_rest() -> None:
    assert revoke(holding({SPRING: 50, SUMMER: 30}), 40, SUMMER).after.lots == {SPRING: 40}
    assert revoke(holding({SPRING: 50, SUMMER: 30}), 70, SPRING).after.lots == {SUMMER: 10}
    assert revoke(holding({SPRING: 50}), 40, SUMMER).after.lots == {SPRING: 10}


def test_expiry_takes_lots_whole_and_forgets_nothing_that_was_earned() -> None:
    posting = expire(holding({SPRING: 40, SUMMER: 50}, earned=90), {SPRING: 40})
    assert (posting.amount, posting.after.lots) == (-40, {SUMMER: 50})
    assert (posting.after.expired, posting.after.earned) == (40, 90)


@pytest.mark.parametrize(
    "before",
    [
        Balances(owed=40, earned=7),
        Balances(lots={SPRING: 90}, earned=7),
        hold(holding({SPRING: 90, SUMMER: 5}), "h1", 92, NOON).after,
        earn(Balances(owed=3), 90, SUMMER, activates_on=SPRING).after,
    ],
)
def test_closing_brings_an_account_to_nothing(before: Balances) -> None:
    posting = close(EntryKind.VOIDED, before)
    assert (posting.amount, posting.after) == (-before.balance, Balances())
    assert posting.held == -before.held
    assert posting.owed == -before.owed
    assert {lot: -amount for lot, amount in posting.lots.items()} == before.lots
    assert {where: -amount for where, amount in posting.pending.items()} == before.pending


def test_an_account_that_takes_another_over_has_all_that_both_had() -> None:
    one = earn(hold(holding({SPRING: 90}, spent=3), "h1", 20, NOON).after, 10, AUTUMN, SUMMER).after
    other = Balances(lots={SPRING: 5, AUTUMN: 6}, earned=11, expired=4, expired_before_reversal={SPRING: 2})
    posting = take_over(one, other)
    assert posting.after.vector == Vector(10, 81, 20, 0, 21, 3, 4)
    assert (posting.amount, posting.lots, posting.after.expired_before_reversal) == (
        11,
        {SPRING: 5, AUTUMN: 6},
        {SPRING: 2},
    )


def test_what_one_of_two_accounts_owes_the_others_points_fill() -> None:
    posting = take_over(holding({SPRING: 50, SUMMER: 10}), Balances(owed=55), fills_debt=True)
    assert (posting.after.lots, posting.after.owed, posting.amount) == ({SUMMER: 5}, 0, -55)
    assert posting.lots == {SPRING: -50, SUMMER: -5}
    apart = take_over(Balances(owed=5), holding({SPRING: 50}))
    assert apart.after == Balances(lots={SPRING: 50}, owed=5)
    the_other_way = take_over(Balances(owed=5), holding({SPRING: 50}), fills_debt=True)
    assert (the_other_way.lots, the_other_way.owed, the_other_way.amount) == ({SPRING: 45}, -5, 50)


@pytest.mark.parametrize(
    ("amount", "first", "last"),
    [
        (0, {}, {}),
        (30, {SPRING: 30}, {AUTUMN: 30}),
        (40, {SPRING: 40}, {AUTUMN: 40}),
        (41, {SPRING: 40, SUMMER: 1}, {SUMMER: 1, AUTUMN: 40}),
        (200, {SPRING: 40, SUMMER: 50, AUTUMN: 40}, {SPRING: 40, SUMMER: 50, AUTUMN: 40}),
    ],
)
def test_amounts_are_taken_from_either_end_of_the_lots(amount: int, first: Lots, last: Lots) -> None:
    lots = {AUTUMN: 40, SPRING: 40, SUMMER: 50}
    assert (soonest(lots, amount), latest(lots, amount)) == (first, last)


def test_lots_are_written_by_day_and_read_as_they_were() -> None:
    written = write_lots({AUTUMN: 40, SPRING: 40})
    assert [*written.items()] == [("2026-03-31", 40), ("2026-09-30", 40)]
    assert read_lots(written) == {SPRING: 40, AUTUMN: 40}


PENDING = earn(Balances(owed=5), 5, SUMMER, activates_on=SPRING).after
WAITING = Activation(SPRING, SUMMER)
HELD = hold(holding({SPRING: 40}), "h1", 40, NOON).after


@pytest.mark.parametrize(
    ("posting", "is_news"),
    [
        (earn(Balances(), 5, SPRING), True),
        # An order that earns nothing.
        (earn(Balances(), 0, SPRING), False),
        (activate_early(Balances(pending={WAITING: 5}), WAITING, 5), True),
        # All of them pay the debt.
        (activate_early(PENDING, WAITING, 5), True),
        (reschedule(PENDING, WAITING, 5, SUMMER), False),
        (hold(holding({SPRING: 40}), "h1", 40, NOON), False),
        (release(HELD, "h1", BACK), False),
        (capture(HELD, "h1", 10, BACK)[0], True),
        # A checkout that used no points is paid.
        (capture(HELD, "h1", 0, BACK)[0], False),
        (expire(holding({SPRING: 40}), {SPRING: 40}), True),
        (nothing(EntryKind.REVIEWED, HELD), False),
    ],
)
def test_a_posting_is_news_if_points_can_be_used_or_are_gone(posting: Posting, is_news: bool) -> None:
    assert posting.is_news is is_news


@pytest.mark.parametrize(
    ("posting", "is_activity"),
    [
        (earn(Balances(), 5, SPRING), True),
        (give(EntryKind.ISSUED, Balances(), 5, SPRING), True),
        (spend(EntryKind.REDEEMED, holding({SPRING: 40}), 5), True),
        (capture(HELD, "h1", 10, BACK)[0], True),
        # A gift of staff is activity, a deduction is none.
        (adjust(Balances(), 1, SPRING, fills_debt=True), True),
        (adjust(Balances(), 0, SPRING, fills_debt=True), False),
        (adjust(holding({SPRING: 40}), -1, SPRING, fills_debt=True), False),
        (activate_early(PENDING, WAITING, 5), False),
        (hold(holding({SPRING: 40}), "h1", 40, NOON), False),
        (release(HELD, "h1", BACK), False),
        (expire(holding({SPRING: 40}), {SPRING: 40}), False),
        (revoke(holding({SPRING: 40}), 5, SPRING), False),
        (taking(holding({SPRING: 40}), 5, SPRING), False),
        (move_out(EntryKind.SENT, holding({SPRING: 40}), {SPRING: 5}), False),
        (move_in(EntryKind.RECEIVED, Balances(), Taken({SPRING: 5}), fills_debt=True), False),
        (take_over(Balances(), holding({SPRING: 40})), False),
        (nothing(EntryKind.REVIEWED, HELD), False),
    ],
)
def test_a_posting_is_activity_if_points_are_given_or_spent(posting: Posting, is_activity: bool) -> None:
    assert posting.is_activity is is_activity


def test_what_a_posting_took_is_what_left_the_lots() -> None:
    posting = take_over(holding({SPRING: 50}), Balances(lots={SUMMER: 5}, owed=20), fills_debt=True)
    assert (posting.lots, posting.taken) == ({SPRING: -20, SUMMER: 5}, Taken({SPRING: 20}))


@pytest.mark.parametrize(
    ("held", "kept"),
    [(9, {SPRING: 4, AUTUMN: 4}), (5, {SPRING: 4, AUTUMN: 1}), (4, {SPRING: 4}), (1, {SPRING: 1}), (0, {})],
)
def test_graces_of_one_lot_together_come_to_what_it_holds(held: int, kept: Lots) -> None:
    graces = {GraceLot(SUMMER, of): 4 for of in (SPRING, AUTUMN)}
    assert trimmed(graces, {SUMMER: held}) == {GraceLot(SUMMER, of): part for of, part in kept.items()}


def test_a_hold_keeps_its_end_its_order_and_the_value_of_its_points() -> None:
    posting = hold(HELD, "h2", 0, NOON, order="A1", value=60)
    assert posting.after.holds == {"h1": Hold(NOON, {SPRING: 40}), "h2": Hold(NOON, {}, "A1", 60)}


@pytest.mark.parametrize(
    ("grace_lots", "gone", "original", "remain"),
    [
        ({}, 40, SUMMER, {}),
        # Points in their grace expire first, of the lot that they came from.
        ({GraceLot(SUMMER, SPRING): 10}, 10, SPRING, {}),
        ({GraceLot(SUMMER, SPRING): 10, GraceLot(SUMMER, date(2026, 1, 31)): 5}, 5, date(2026, 1, 31), {SPRING: 10}),
        ({GraceLot(SUMMER, SPRING): 60}, 40, SPRING, {}),
        ({GraceLot(AUTUMN, SPRING): 10}, 40, SUMMER, {SPRING: 10}),
    ],
)
def test_what_expires_first_is_the_soonest_lot_and_there_what_is_in_its_grace(
    grace_lots: dict[GraceLot, int], gone: int, original: date, remain: Lots
) -> None:
    before = Balances(lots={SUMMER: 40, AUTUMN: 50}, grace_lots=grace_lots, expired=7)
    posting, lot = expire_soonest(before, {SUMMER: 40, AUTUMN: 50})
    assert (posting.lots, posting.after.expired, lot) == ({SUMMER: -gone}, 7 + gone, original)
    assert {where.of: part for where, part in posting.after.grace_lots.items()} == remain


def test_a_grace_is_remembered_for_as_much_as_its_lot_holds() -> None:
    gone, full, some = (GraceLot(day, SPRING) for day in (SUMMER, date(2026, 6, 1), LATE.today))
    before = Balances(lots={full.lot: 5, some.lot: 2}, grace_lots={gone: 5, full: 5, some: 5})
    after = restore(before, Taken({SUMMER: 3}), OF_PAID).after
    assert after.grace_lots == {full: 5, some: 2, GraceLot(LATE.grace_until, SUMMER): 3}
    assert restore(before, Taken({SUMMER: 3}), LATE).after.grace_lots == {full: 5, gone: 3, some: 2}


def test_what_is_taken_over_includes_holds_debts_and_graces() -> None:
    graced = {GraceLot(SUMMER, SPRING): 2}
    one = Balances(lots={SUMMER: 2}, holds={"h1": Hold(NOON, {SPRING: 4})}, owed=3, expired=1, grace_lots=graced)
    other = Balances(
        lots={SUMMER: 3},
        pending={WAITING: 9},
        holds={"h2": Hold(NOON, {SUMMER: 5})},
        owed=4,
        spent=6,
        grace_lots=graced,
    )
    posting = take_over(one, other)
    assert (posting.after.held, posting.after.owed, posting.after.spent, posting.after.expired) == (9, 7, 6, 1)
    assert (posting.after.grace_lots, posting.pending) == ({GraceLot(SUMMER, SPRING): 4}, {WAITING: 9})
    assert posting.kind is EntryKind.MERGED_IN
