"""The list of store credit that staff issued."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.items.keys import shard_of
from shared.roles import Role
from tests.harness.interruptions import crash_at
from tests.integration.loyalty.desk.lists import DENIED, crowd, merge, pages, rows, statuses
from tests.integration.loyalty.shop import ADA, BOB, erasure, hear, order, stage
from tests.integration.loyalty.wallet import capture, credit_entries, held, issue, revoke

CREDIT = "/api/loyalty/credit"


@pytest.fixture(autouse=True)
def known() -> None:
    hear(order(), order("B1", BOB))


def issued() -> list[dict[str, Any]]:
    return rows(CREDIT)


def test_a_row_says_who_gave_whom_what_and_why(set_clock: Callable[[str], None]) -> None:
    set_clock("2026-11-22T12:00:00Z")
    entry = issue(900, expires_on="2027-12-31").json
    [row] = issued()
    assert row == {
        "id": entry["cause"],
        "customer_id": ADA,
        "amount": 900,
        "currency": "USD",
        "reason_code": "goodwill",
        "reason": "A late delivery",
        "actor": "staff:test-support",
        "expires_on": "2027-12-31",
        "issued_at": entry["posted_at"],
    }


def test_what_becomes_of_it_changes_no_row() -> None:
    issue(900)
    before = issued()
    revoke(100)
    capture(held(300), order_id="A1")
    assert issued() == before
    assert len(credit_entries()) == 4


def test_the_same_request_twice_is_one_row() -> None:
    issue(900)
    issue(900)
    assert len(issued()) == 1


def test_pages_go_through_all_shards_from_the_newest_on() -> None:
    people = crowd(13)
    made = [issue(100 + n, key=f"i{n}", customer_id=person).json["cause"] for n, person in enumerate(people)]
    assert len(set(map(shard_of, made))) > 1  # ids are random
    found = pages(CREDIT, limit=5)
    assert [len(page) for page in found] == [5, 5, 3]
    assert [row["id"] for page in found for row in page] == sorted(made, reverse=True)


def test_only_the_service_desk_reads_it() -> None:
    assert statuses(CREDIT, Role.ADMIN, Role.SUPPORT) == {200}
    assert statuses(CREDIT, *DENIED, ADA) == {403}


def test_credit_of_somebody_merged_since_is_listed_for_the_one_who_stays() -> None:
    issue(900, customer_id=BOB)
    merge(BOB, ADA)
    assert [(row["customer_id"], row["amount"]) for row in issued()] == [(ADA, 900)]


def test_an_erasure_that_dies_anywhere_leaves_no_row() -> None:
    issue(900, customer_id=BOB)
    issue(100, key="i2")
    event = erasure()
    write = 0
    while crash_at(write := write + 1, lambda: hear(event)):
        assert [row["customer_id"] for row in issued()] == ([ADA, BOB] if write == 1 else [BOB]), write
    assert write > 3
    assert [row["customer_id"] for row in issued()] == [BOB]
    [entry] = [image for image in stage.items() if image["pk"]["S"].startswith("CREDIT#") and "reason" not in image]
    assert not {"due_shard", "due_at"} & entry.keys()
