"""Transfers of people who turn out to be one, and of people who are erased."""

from __future__ import annotations

import pytest

from shared import clock
from shared.events.customers import CustomersMerged
from shared.roles import Role
from tests.harness.interruptions import crash_at
from tests.integration.loyalty.cards import number_of
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    CAT,
    account,
    entries,
    erasure,
    get,
    hear,
    registration,
    stage,
    told_of,
    update,
)
from tests.integration.loyalty.transfers.transfers import (
    LATER,
    Clock,
    allow,
    asked,
    code_of,
    confirm,
    listed,
    open_shop,
    problem,
    reverse,
    send,
)


@pytest.fixture(autouse=True)
def shop(set_clock: Clock) -> None:
    open_shop(set_clock)
    allow(buyers_only=False)


def merge(gone: str, stays: str) -> None:
    assert hear(CustomersMerged(customer_id=stays, merged_id=gone, merged_at=clock.now())) == 0


def test_two_who_sent_to_each_other_and_are_one_keep_everything(set_clock: Clock) -> None:
    there = send(300)
    set_clock(LATER)
    back = send(100, by=BOB, customer_id=BOB, key="t2", to={"card_number": number_of()})
    merge(BOB, ADA)
    assert account().available == 1_000
    rows = listed().json["data"]
    assert [(row["id"], row["direction"]) for row in rows] == [(back, "sent"), (there, "sent")]
    assert [row["id"] for row in listed(query="?limit=1").json["data"]] == [back]
    assert reverse(there).json["why"] == "same_customer"
    assert sum(entry.amount for entry in entries()) == 1_000


def test_a_pending_transfer_goes_on_from_the_customer_who_stays() -> None:
    transfer_id = asked()
    code = code_of(transfer_id)
    hear(registration(CAT, email_verified=True))
    merge(ADA, CAT)
    hear(update(CAT, email_verified=True))
    assert confirm(transfer_id, code, by=CAT, customer_id=CAT).json["state"] == "completed"
    assert (account(CAT).available, account(BOB).available) == (900, 100)


def test_a_pending_transfer_reaches_whoever_the_recipient_is_by_then() -> None:
    transfer_id = asked()
    code = code_of(transfer_id)
    hear(registration(CAT))
    merge(BOB, CAT)
    assert confirm(transfer_id, code).json["state"] == "completed"
    assert account(CAT).available == 100
    assert reverse(transfer_id).json["returned"] == 100


def test_nobody_sends_to_whom_they_are_by_then() -> None:
    transfer_id = asked()
    code = code_of(transfer_id)
    merge(BOB, ADA)
    assert problem(confirm(transfer_id, code)) == "recipient-unavailable"
    assert account().available == 1_000


def test_a_reversal_after_a_merge_finds_the_points_where_they_are() -> None:
    transfer_id = send(200)
    hear(registration(CAT, email_verified=True))
    merge(BOB, CAT)
    assert reverse(transfer_id).json["returned"] == 200
    assert (account().available, account(CAT).available) == (1_000, 0)


def test_a_transfer_ends_with_its_sender() -> None:
    transfer_id = asked()
    code = code_of(transfer_id)
    hear(erasure())
    assert confirm(transfer_id, code).status == 404
    assert transfer_id not in stage.stored()
    assert account(BOB).available == 0


def test_a_transfer_to_somebody_who_is_erased_meanwhile_cannot_be_confirmed() -> None:
    transfer_id = asked()
    code = code_of(transfer_id)
    hear(erasure(BOB))
    assert problem(confirm(transfer_id, code)) == "recipient-unavailable"
    assert account().available == 1_000


def test_a_recipient_keeps_what_an_erased_customer_sent() -> None:
    transfer_id = send()
    hear(erasure())
    assert account(BOB).available == 100
    assert listed(BOB).json["data"][0]["id"] == transfer_id
    assert reverse(transfer_id, customer_id=BOB).json["why"] == "erased"
    assert [entry.amount for entry in entries(BOB)] == [100]


def test_of_an_erased_recipient_nothing_is_left_with_the_sender_but_a_random_id() -> None:
    hint = f"…{number_of(BOB)[-4:]}"
    transfer_id = send()
    assert listed().json["data"][0]["recipient"] == hint
    hear(erasure(BOB))
    [row] = listed().json["data"]
    assert (row["id"], row["recipient"], row["state"]) == (transfer_id, None, "completed")
    assert reverse(transfer_id).json["why"] == "erased"
    [answer] = told_of("ErasureAnswered")
    assert answer["erased"]["transfers"] == 1


def test_an_erasure_that_stops_between_the_two_sides_is_finished_by_the_next() -> None:
    send()
    request = erasure(BOB)
    assert all(crash_at(write, lambda: hear(request)) for write in (1, 2, 1, 2))
    assert hear(request) == 0
    assert listed().json["data"][0]["recipient"] is None
    assert [item["sk"]["S"] for item in stage.items() if item["pk"]["S"] == f"CUSTOMER#{BOB}"] == ["ACCOUNT"]


def test_staff_find_nothing_of_an_erased_customer() -> None:
    transfer_id = send()
    hear(erasure())
    assert get(f"/api/customers/{ADA}/transfers/{transfer_id}", by=Role.SUPPORT).status == 404
    assert reverse(transfer_id).status == 404
