"""The names of a checkout's holds, and where their entries lie."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from loyalty.ledger import rules
from loyalty.ledger.balances import Balances, EntryKind, Hold
from loyalty.ledger.overdue import end_of, origin_of
from loyalty.ledger.rules import ReturnPolicy
from loyalty.orders.payment.checkout_names import find_open, hold_of_credit, hold_of_points, name_of
from shared.messages.cause import Cause

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY, LATER = date(2026, 7, 31), date(2026, 8, 31)
CAUSE = Cause("service:loyalty", "c-1")
POLICY = ReturnPolicy(NOON.date(), LATER, fills_debt=True)


def test_a_checkout_has_one_name_of_a_form_that_plain_holds_do_not_have() -> None:
    assert name_of("#1001") == name_of("#1001") != name_of("#1002")
    assert name_of("cart 1").startswith("chk_")
    assert len(name_of("x" * 128)) == len(name_of("x"))


def test_the_account_of_points_says_which_checkouts_are_open_and_whether_they_use_credit() -> None:
    one, other = name_of("cart-1"), name_of("cart-2")
    holds = {
        "hld_1": Hold(NOON, {DAY: 1}),
        hold_of_points(one, 3, None): Hold(NOON, {DAY: 2}),
        hold_of_points(other, 12, "USD"): Hold(NOON, {}),
    }
    found = find_open(holds, one)
    assert found is not None
    assert (found.version, found.currency, found.hold.amount) == (3, None, 2)
    found = find_open(holds, other)
    assert found is not None
    assert (found.version, found.currency, found.hold.amount) == (12, "USD", 0)
    assert find_open(holds, name_of("cart-3")) is None


@pytest.mark.parametrize("currency", [None, "USD"])
def test_a_version_has_one_key_whether_it_uses_credit_or_not(currency: str | None) -> None:
    name = name_of("cart-1")
    made = origin_of(hold_of_points(name, 7, currency), "HOLD", CAUSE)
    assert (made.pk, made.sk) == (f"CHECKOUT#{name}", "000007#HOLD")
    ended = end_of(hold_of_credit(name, 7), CAUSE)
    assert (ended.pk, ended.sk) == (f"CHECKOUT#{name}", "000007.credit#END")
    plain = end_of("hld_1", CAUSE)
    assert (plain.pk, plain.sk) == ("HOLD#hld_1", "END")


@pytest.mark.parametrize("amount", [0, 30, 50, 70])
@pytest.mark.parametrize("owed", [0, 20])
def test_a_hold_in_place_of_another_moves_only_the_difference(amount: int, owed: int) -> None:
    before = Balances(lots={LATER: 40}, holds={"a": Hold(NOON, {DAY: 50})}, owed=owed)
    posting = rules.rehold(rules.release(before, "a", POLICY), "b", amount, NOON, value=None)
    assert posting.kind is EntryKind.HELD
    assert (posting.amount, posting.before, posting.after.held) == (0, before, amount)
    assert posting.held == amount - 50
    assert posting.after.available == 90 - owed - amount
    assert list(posting.after.holds) == ["b"]
    lots = {day: part for day in (DAY, LATER) if (part := posting.after.lots.get(day, 0) - before.lots.get(day, 0))}
    assert posting.lots == lots
