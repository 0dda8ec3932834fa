"""Staff give a transfer back: once, as far as the recipient still has the points."""

from __future__ import annotations

from datetime import date

import pytest

from loyalty.ledger.balances import EntryKind
from loyalty.transfers import reversal
from shared.events.loyalty import PointsMove, PointsTransferred
from shared.roles import Role
from tests.harness.interruptions import after_first, crash_at
from tests.integration.loyalty.shop import ADA, BOB, account, adjust, call, entries, get, points, stage
from tests.integration.loyalty.transfers.transfers import (
    Clock,
    allow,
    asked,
    available,
    listed,
    open_shop,
    problem,
    reverse,
    send,
)

LOT = date(2027, 1, 31)


@pytest.fixture(autouse=True)
def shop(set_clock: Clock) -> None:
    open_shop(set_clock)


def take_from_bob(amount: int) -> None:
    assert adjust({"points": -amount, "reason": "x"}, customer_id=BOB).status == 201


def test_what_is_left_goes_back_into_its_lots_and_the_rest_is_told() -> None:
    transfer_id = send(500)
    take_from_bob(80)
    view = reverse(transfer_id).json
    assert (view["state"], view["returned"], view["gone"]) == ("reversed", 420, 80)
    assert (account().lots, account(BOB).lots) == ({LOT: 920}, {})
    out, into = entries(BOB)[-1], entries()[-1]
    assert (out.entry_kind, out.amount, out.reason) == (EntryKind.WITHDRAWN, -420, "Sent by mistake")
    assert (into.entry_kind, into.amount, into.reason) == (EntryKind.RETURNED, 420, "Sent by mistake")
    assert [listed(each).json["data"][0]["state"] for each in (ADA, BOB)] == ["reversed", "reversed"]
    moves = {(told.customer_id, told.move, told.points) for told in stage.told_of(PointsTransferred)}
    assert {(BOB, PointsMove.WITHDRAWN, -420), (ADA, PointsMove.RETURNED, 420)} <= moves


def test_it_is_done_once_by_whichever_customer_it_is_found() -> None:
    transfer_id = send()
    first = reverse(transfer_id, customer_id=BOB)
    assert (first.json["direction"], first.json["returned"]) == ("received", 100)
    again = reverse(transfer_id)
    assert (again.status, again.json["returned"]) == (200, 100)
    assert available() == (1_000, 0)


def test_of_two_at_once_one_gives_back(monkeypatch: pytest.MonkeyPatch) -> None:
    transfer_id = send()
    after_first(monkeypatch, reversal.store, "existing_transfer", lambda: reverse(transfer_id))
    assert reverse(transfer_id).json["returned"] == 100
    assert (points(), points(BOB)) == ([1_000, -100, 100], [100, -100])


def test_one_that_dies_gives_back_all_or_nothing() -> None:
    transfer_id = send()
    assert crash_at(1, lambda: reverse(transfer_id))
    assert available() == (900, 100)
    assert not crash_at(2, lambda: reverse(transfer_id))
    assert reverse(transfer_id).json["returned"] == 100
    assert (points(), points(BOB)) == ([1_000, -100, 100], [100, -100])


def test_where_nothing_is_left_nothing_is_reversed_and_staff_may_try_again() -> None:
    transfer_id = send()
    take_from_bob(100)
    refused = reverse(transfer_id)
    assert (refused.status, problem(refused), refused.json["why"]) == (409, "transfer-not-reversible", "nothing_left")
    assert listed().json["data"][0]["state"] == "completed"


def test_points_of_other_lots_are_never_taken(set_clock: Clock) -> None:
    transfer_id = send()
    take_from_bob(100)
    adjust({"points": 70, "reason": "x"}, customer_id=BOB, key="k2")
    assert reverse(transfer_id).json["why"] == "nothing_left"
    assert account(BOB).available == 70


def test_what_was_not_confirmed_cannot_be_reversed() -> None:
    assert reverse(asked()).json["why"] == "not_completed"


def test_what_came_back_counts_towards_no_limit_any_more() -> None:
    allow(per_day=150, received_per_month=150)
    transfer_id = send(150)
    take_from_bob(50)
    reverse(transfer_id)
    send(100, key="t2")
    assert available() == (850, 100)


def test_a_frozen_recipient_gives_back_too() -> None:
    transfer_id = send()
    body, headers = {"frozen": True, "reason": "fraud_suspected"}, {"If-Match": '"0"'}
    call("PUT", f"/api/customers/{BOB}/freeze", body, by=Role.SUPPORT, headers=headers)
    assert reverse(transfer_id).json["returned"] == 100


@pytest.mark.parametrize("by", [ADA, Role.STOREFRONT, Role.MARKETING])
def test_only_the_service_desk_reverses(by: Role | str) -> None:
    assert reverse(send(), by=by).status == 403


def test_a_customer_reads_no_name_of_staff_in_it() -> None:
    reverse(send())
    [row, *_] = get(f"/api/customers/{ADA}/points/entries", by=ADA).json["data"]
    assert (row["kind"], row["actor"], row["reason"]) == ("returned", "staff", "Sent by mistake")
