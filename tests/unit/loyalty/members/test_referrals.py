"""Who referred a customer, and when rewards are due: a count of orders, and one of grants and withdrawals."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.points.referral_rules import Referral, RewardState, counted, read_referrals, write_referrals

BROUGHT = {"cus_A": Referral(referrer="cus_B"), "cus_C": Referral(qualifying_orders=2, changes=1)}


@pytest.mark.parametrize(
    ("qualifying_orders", "changes", "is_granted", "is_due"),
    [
        (0, 0, False, False),
        (1, 0, False, True),
        (1, 1, True, False),
        (3, 1, True, False),
        (0, 1, True, True),
        (0, 2, False, False),
        (2, 2, False, True),
        (2, 3, True, False),
    ],
)
def test_rewards_are_due_where_they_do_not_follow_the_orders(
    qualifying_orders: int, changes: int, is_granted: bool, is_due: bool
) -> None:
    referral = Referral(qualifying_orders, changes)
    assert (referral.is_granted, referral.is_due) == (is_granted, is_due)


def test_rewards_are_awaited_then_granted_and_withdrawn_by_turns() -> None:
    states = [RewardState.AWAITED, RewardState.GRANTED, RewardState.WITHDRAWN, RewardState.GRANTED]
    assert [Referral(changes=changes).state for changes in range(4)] == states


@given(st.integers(0, 5), st.integers(0, 9))
def test_a_change_leaves_nothing_due_if_something_was(qualifying_orders: int, changes: int) -> None:
    referral = Referral(qualifying_orders, changes)
    assert referral.changed.is_due is not referral.is_due
    assert referral.changed.is_granted is not referral.is_granted


def test_orders_count_for_those_under_whose_ids_they_were_brought() -> None:
    after = counted(BROUGHT, ["cus_C", "cus_X"], -1)
    assert after == {"cus_A": Referral(referrer="cus_B"), "cus_C": Referral(qualifying_orders=1, changes=1)}


def test_nothing_is_counted_for_somebody_whom_nobody_brought() -> None:
    assert counted(None, ["cus_A"], 1) is None
    assert counted(BROUGHT, [], 1) == counted(BROUGHT, ["cus_A"], 0) == BROUGHT


def test_who_brought_them_is_kept_until_the_entries_say_so() -> None:
    assert Referral(1, referrer="cus_B").changed == Referral(1, changes=1)
    assert Referral(1, changes=1, referrer="cus_B").changed.referrer == "cus_B"


@pytest.mark.parametrize(("changes", "is_due"), [(0, False), (1, True), (2, False), (3, True)])
def test_of_one_person_what_was_granted_is_withdrawn_and_nothing_else_is_due(changes: int, is_due: bool) -> None:
    assert Referral(1, changes, is_own=True).is_due is is_due
    assert Referral(1, changes, is_own=True).changed.is_own


def test_what_is_written_is_read_again() -> None:
    written = json.loads(json.dumps(write_referrals(BROUGHT)))
    assert read_referrals(written) == BROUGHT
    assert written == {"cus_A": [0, 0, "cus_B"], "cus_C": [2, 1]}


@pytest.mark.parametrize("referrer", [None, "cus_B"])
def test_of_one_person_that_is_written_too(referrer: str | None) -> None:
    own = {"cus_A": Referral(1, 2, referrer, is_own=True)}
    assert read_referrals(json.loads(json.dumps(write_referrals(own)))) == own
