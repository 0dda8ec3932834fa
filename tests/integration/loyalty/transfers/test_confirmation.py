"""A code moves the points once, whole and with their own last days; whatever comes in between."""

from __future__ import annotations

from datetime import date

import pytest

from loyalty.ledger.balances import EntryKind
from loyalty.transfers import confirmation, store
from loyalty.transfers.rules import MOST_TRIES
from shared.events.customers import CustomerStatus, OrderStatus
from shared.events.loyalty import PointsExpiring, PointsMove, PointsTransferred, TransferRequested
from shared.roles import Role
from tests.harness.interruptions import after_first, crash_at
from tests.integration.loyalty import spending
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    CAT,
    account,
    adjust,
    entries,
    expire,
    get,
    hear,
    order,
    points,
    registration,
    stage,
    update,
)
from tests.integration.loyalty.transfers.transfers import (
    LATER,
    Clock,
    allow,
    ask,
    asked,
    available,
    code_of,
    confirm,
    open_shop,
    problem,
    send,
    wrong_for,
)

LOT = date(2027, 1, 31)


@pytest.fixture(autouse=True)
def shop(set_clock: Clock) -> None:
    open_shop(set_clock)


def test_the_code_moves_the_points_with_their_last_day() -> None:
    transfer_id = asked()
    view = confirm(transfer_id).json
    assert (view["state"], view["completed_at"], view["tries_left"]) == ("completed", "2026-03-10T12:00:00Z", None)
    out, into = entries()[-1], entries(BOB)[-1]
    assert (out.entry_kind, out.amount, out.cause) == (EntryKind.SENT, -100, transfer_id)
    assert (into.entry_kind, into.amount, into.cause) == (EntryKind.RECEIVED, 100, transfer_id)
    assert (account().lots, account(BOB).lots) == ({LOT: 900}, {LOT: 100})


def test_points_that_were_received_are_neither_earned_nor_do_they_reach_a_tier() -> None:
    send(1_000)
    vector = account(BOB).balances.vector
    assert (vector.available, vector.earned, vector.spent) == (1_000, 0, 0)
    assert (account(BOB).tier, account(BOB).qualifying) == ("bronze", None)
    assert (account().tier, account().balances.earned, account().balances.spent) == ("silver", 1_000, 0)


def test_each_ledger_names_the_transfer_and_nobody_on_its_other_side() -> None:
    send()
    [row, *_] = get(f"/api/customers/{BOB}/points/entries", by=BOB).json["data"]
    assert (row["kind"], row["points"], row["actor"], row["reason"]) == ("received", 100, "service", None)
    rows = "".join(get(f"/api/customers/{each}/points/entries").text for each in (BOB,))
    assert ADA not in rows
    assert BOB not in get(f"/api/customers/{ADA}/points/entries").text


def test_each_of_the_two_is_told_once() -> None:
    transfer_id = send()
    confirm(transfer_id)
    told = stage.told_of(PointsTransferred)
    assert {(each.customer_id, each.move, each.points, each.balance, each.cause) for each in told} == {
        (ADA, PointsMove.SENT, -100, 900, transfer_id),
        (BOB, PointsMove.RECEIVED, 100, 100, transfer_id),
    }
    assert len(told) == 2


def test_a_repeated_confirmation_is_answered_again() -> None:
    transfer_id = asked()
    first = confirm(transfer_id)
    assert confirm(transfer_id).json == first.json
    assert available() == (900, 100)


def test_staff_may_type_the_code_for_a_customer_and_the_code_may_have_its_space() -> None:
    transfer_id = asked(by=Role.SUPPORT)
    code = code_of(transfer_id)
    assert confirm(transfer_id, f"{code[:4]} {code[4:]}", by=Role.SUPPORT).json["state"] == "completed"


def test_nobody_else_confirms_and_no_recipient_does() -> None:
    transfer_id = asked()
    assert confirm(transfer_id, by=Role.STOREFRONT).status == 403
    assert confirm(transfer_id, by=BOB).status == 403
    assert confirm(transfer_id, by=BOB, customer_id=BOB).status == 404
    confirm(transfer_id)
    assert confirm(transfer_id, by=BOB, customer_id=BOB).status == 404


def test_the_code_of_another_transfer_is_wrong() -> None:
    one, other = asked(), asked(key="t2")
    assert code_of(one) != code_of(other)
    assert problem(confirm(one, code_of(other))) == "wrong-code"


@pytest.mark.parametrize("code", ["", "1234567", "123456789", "1234-5678", "abcdefgh", "1234  5678"])
def test_what_is_no_code_counts_as_no_try(code: str) -> None:
    transfer_id = asked()
    refused = confirm(transfer_id, code or " ")
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "code")
    assert get(f"/api/customers/{ADA}/transfers/{transfer_id}", by=ADA).json["tries_left"] == MOST_TRIES


def test_after_five_wrong_codes_the_right_one_is_refused() -> None:
    transfer_id = asked()
    code, wrong = code_of(transfer_id), wrong_for(transfer_id)
    left = [confirm(transfer_id, wrong).json["tries_left"] for _ in range(MOST_TRIES)]
    assert left == [4, 3, 2, 1, 0]
    for each in (wrong, code):
        refused = confirm(transfer_id, each)
        assert (problem(refused), refused.json["state"]) == ("transfer-ended", "locked")
    assert available() == (1_000, 0)
    assert get(f"/api/customers/{ADA}/transfers/{transfer_id}", by=ADA).json["state"] == "locked"


def test_of_two_wrong_codes_at_once_both_count(monkeypatch: pytest.MonkeyPatch) -> None:
    transfer_id = asked()
    code, wrong = code_of(transfer_id), wrong_for(transfer_id)
    for _ in range(MOST_TRIES - 2):
        confirm(transfer_id, wrong)
    after_first(monkeypatch, store, "existing_transfer", lambda: confirm(transfer_id, wrong))
    assert confirm(transfer_id, wrong).json["tries_left"] == 0
    # The right one, read before the last wrong one was counted, loses its race and finds the transfer locked.
    assert problem(confirm(transfer_id, code)) == "transfer-ended"


def test_a_right_code_that_was_read_before_the_last_wrong_one_is_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    transfer_id = asked()
    code, wrong = code_of(transfer_id), wrong_for(transfer_id)
    for _ in range(MOST_TRIES - 1):
        confirm(transfer_id, wrong)
    after_first(monkeypatch, store, "existing_transfer", lambda: confirm(transfer_id, wrong))
    assert problem(confirm(transfer_id, code)) == "transfer-ended"
    assert available() == (1_000, 0)


def test_a_code_ends_after_a_quarter_of_an_hour(set_clock: Clock) -> None:
    transfer_id = asked()
    code = code_of(transfer_id)
    set_clock("2026-03-10T12:15:00+00:00")
    refused = confirm(transfer_id, code)
    assert (problem(refused), refused.json["state"]) == ("transfer-ended", "expired")
    assert available() == (1_000, 0)
    # Told again after an outage, the event has nothing to mail.
    assert [told.code for told in stage.told_of(TransferRequested)] == [None]


def test_a_completed_transfer_answers_its_code_for_good_and_no_other(set_clock: Clock) -> None:
    transfer_id = asked()
    code, wrong = code_of(transfer_id), wrong_for(transfer_id)
    confirm(transfer_id, code)
    set_clock(LATER)
    assert confirm(transfer_id, code).json["state"] == "completed"
    refused = confirm(transfer_id, wrong)
    assert (problem(refused), refused.json["state"]) == ("transfer-ended", "completed")


def test_points_that_were_spent_meanwhile_are_not_sent() -> None:
    transfer_id = asked(500)
    hold = spending.held(600)
    refused = confirm(transfer_id)
    assert (problem(refused), refused.json["available"]) == ("insufficient-points", 400)
    assert available() == (400, 0)
    spending.release(hold)
    assert confirm(transfer_id).json["state"] == "completed"


def test_a_hold_that_is_over_makes_room(set_clock: Clock) -> None:
    spending.held(900)
    set_clock("2026-03-10T12:40:00+00:00")
    send(1_000)
    assert [entry.entry_kind.value for entry in entries()] == ["earned", "held", "released", "sent"]


def test_whoever_may_not_send_or_receive_by_then_does_not(set_clock: Clock) -> None:
    transfer_id = asked()
    hear(update(BOB, status=CustomerStatus.BANNED))
    assert problem(confirm(transfer_id)) == "recipient-unavailable"
    hear(update(BOB))
    hear(update(email_verified=True, status=CustomerStatus.BANNED))
    assert problem(confirm(transfer_id)) == "spending-blocked"
    hear(update(email_verified=True))
    set_programme()
    assert problem(confirm(transfer_id)) == "transfers-off"
    allow(received_per_month=99, smallest=10)
    assert problem(confirm(transfer_id)) == "recipient-unavailable"
    allow()
    assert confirm(transfer_id).status == 200


@pytest.mark.parametrize("after", ["existing_transfer", "moved_in_month"])
@pytest.mark.parametrize("limit", ["per_day", "received_per_month"])
def test_of_two_confirmations_at_once_one_moves_the_points(
    monkeypatch: pytest.MonkeyPatch, after: str, limit: str
) -> None:
    allow(**{limit: 100})
    transfer_id = asked()
    code = code_of(transfer_id)
    after_first(monkeypatch, store, after, lambda: confirm(transfer_id, code))
    assert confirm(transfer_id, code).json["state"] == "completed"
    assert (points(), points(BOB)) == ([1_000, -100], [100])


def test_of_two_transfers_at_once_the_limit_stops_one(monkeypatch: pytest.MonkeyPatch) -> None:
    allow(per_day=150)
    one, other = asked(), asked(key="t2")
    codes = code_of(one), code_of(other)
    after_first(monkeypatch, confirmation, "check_may_send", lambda: confirm(other, codes[1]))
    assert problem(confirm(one, codes[0])) == "transfer-limit"
    assert available() == (900, 100)


def test_of_two_senders_at_once_the_recipients_limit_stops_one(monkeypatch: pytest.MonkeyPatch) -> None:
    allow(received_per_month=150, account_days=0)
    hear(registration(CAT, email_verified=True), order("C1", CAT, total=5_000))
    one, other = asked(), asked(by=CAT, customer_id=CAT)
    codes = code_of(one), code_of(other)
    quicker = lambda: confirm(other, codes[1], by=CAT, customer_id=CAT)  # noqa: E731
    after_first(monkeypatch, confirmation, "can_receive", quicker)
    assert problem(confirm(one, codes[0])) == "recipient-unavailable"
    assert (available(), points(CAT)) == ((1_000, 100), [500, -100])


def test_a_confirmation_that_dies_moves_all_or_nothing_and_can_be_repeated() -> None:
    transfer_id = asked()
    code = code_of(transfer_id)
    assert crash_at(1, lambda: confirm(transfer_id, code))
    assert (available(), points(BOB) if account(BOB).entries else []) == ((1_000, 0), [])
    assert not crash_at(2, lambda: confirm(transfer_id, code))
    assert confirm(transfer_id, code).json["state"] == "completed"
    assert (points(), points(BOB)) == ([1_000, -100], [100])


def test_a_confirmation_that_first_expires_a_lot_survives_a_crash_at_each_write(set_clock: Clock) -> None:
    adjust({"points": 50, "reason": "x"}, customer_id=BOB)
    allow(account_days=0)
    set_clock("2027-02-10T12:00:00+00:00")
    adjust({"points": 200, "reason": "x"}, key="k2")
    transfer_id = asked()
    code = code_of(transfer_id)
    for write in (1, 2, 3):
        crash_at(write, lambda: confirm(transfer_id, code))
    assert confirm(transfer_id, code).json["state"] == "completed"
    assert points() == [1_000, -1_000, 200, -100]
    assert sum(points(BOB)) == 150


# --- who gains


def test_what_is_owed_cannot_be_sent_away() -> None:
    set_programme(transfers={"allowed": True, "buyers_only": False}, refunds={"below_zero": "debt"})
    spending.redeem(800)
    hear(order(total=10_000, refunded=10_000, status=OrderStatus.REFUNDED))
    adjust({"points": 900, "reason": "x"})
    assert account().balances.owed == 800
    refused = ask(101)
    assert (problem(refused), refused.json["available"]) == ("insufficient-points", 100)
    send(100)


def test_what_comes_pays_what_is_owed_where_gifts_do() -> None:
    hear(order("B1", BOB, total=5_000))
    adjust({"points": -400, "reason": "x"}, customer_id=BOB)
    hear(order("B1", BOB, total=5_000, refunded=5_000, status=OrderStatus.REFUNDED))
    assert account(BOB).balances.owed == 400
    send(500)
    assert account(BOB).balances.vector[:4] == (0, 100, 0, 0)
    assert entries(BOB)[-1].amount == 500


def test_no_lot_lives_longer_by_going_to_a_busy_customer(set_clock: Clock) -> None:
    idle = {"mode": "inactivity", "months": 2}
    set_programme(transfers={"allowed": True, "largest": 2_000, "per_day": None}, expiry=idle)
    adjust({"points": 300, "reason": "x"})
    set_clock("2026-05-09T12:00:00+00:00")
    hear(order("B1", BOB, total=5_000, placed_at="2026-05-09T12:00:00Z", paid_at="2026-05-09T12:00:00Z"))
    send(1_300)
    assert account().lots == {}
    assert entries(BOB)[-1].lots == {date(2026, 5, 10): 300, LOT: 1_000}
    assert [told.on for told in stage.told_of(PointsExpiring) if told.customer_id == BOB] == [date(2026, 5, 10)]
    set_clock("2026-05-11T12:00:00+00:00")
    expire()
    assert account(BOB).available == 1_500


def test_sending_points_to_and_fro_is_no_activity(set_clock: Clock) -> None:
    set_programme(transfers={"allowed": True}, expiry={"mode": "inactivity", "months": 12})
    before = account().active_on
    set_clock("2026-04-10T12:00:00+00:00")
    send()
    assert account().active_on == before
    assert account(BOB).active_on is None


def test_a_transfer_leaves_the_books_as_they_were(set_clock: Clock) -> None:
    send(400)
    set_clock("2026-03-11T12:00:00+00:00")
    assert stage.run("close")["finished"]
    report = get("/api/loyalty/liability?as_of=2026-03-10", by=Role.ADMIN).json
    assert (report["balance"], report["on_day"]["transferred"], report["on_day"]["change"]) == (1_000, 0, 0)
    assert [(row["month"], row["amount"]) for row in report["months"]] == [("2027-01", 1_000)]


def test_a_sender_whose_order_comes_back_owes_what_is_gone() -> None:
    send(1_000)
    hear(order(total=10_000, refunded=10_000, status=OrderStatus.REFUNDED))
    assert (account().balance, account(BOB).balance) == (-1_000, 1_000)
    assert entries()[-1].entry_kind is EntryKind.REVERSED
