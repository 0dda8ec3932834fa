"""The list of accounts with open holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.desk import holds
from shared.items.keys import SHARDS, customer_partition, shard_of
from shared.roles import Role
from tests.harness.interruptions import after_first, crash_at
from tests.integration.loyalty import wallet
from tests.integration.loyalty.checkout import checkouts
from tests.integration.loyalty.desk.lists import DENIED, crowd, merge, pages, rows, statuses
from tests.integration.loyalty.shop import ADA, BOB, erasure, expire, get, hear, order
from tests.integration.loyalty.spending import capture, held, post, release

HOLDS = "/api/loyalty/holds"
Clock = Callable[[str], None]


@pytest.fixture(autouse=True)
def has_points(set_clock: Clock) -> None:
    set_clock("2026-01-31T12:00:00Z")
    hear(order(), order("B1", BOB))


def listed() -> list[str]:
    return [hold["id"] for row in rows(HOLDS) for hold in row["holds"]]


def hold_of(customer_id: str, points: int = 5) -> str:
    answer = post("holds", {"points": points}, key=f"h-{customer_id}", customer_id=customer_id)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def test_points_and_credit_that_are_set_aside_are_rows_of_their_own() -> None:
    wallet.issue(900)
    points, credit = held(100, order_id="A1"), wallet.held(300)
    found = {row["currency"]: row for row in rows(HOLDS)}
    until = "2026-01-31T12:30:00Z"
    of_points = {"id": points, "amount": 100, "value": 100, "order_id": "A1", "expires_at": until}
    of_credit = {"id": credit, "amount": 300, "value": None, "order_id": None, "expires_at": until}
    assert found == {
        None: {"customer_id": ADA, "currency": None, "holds": [of_points]},
        "USD": {"customer_id": ADA, "currency": "USD", "holds": [of_credit]},
    }


def test_a_checkout_sets_aside_points_and_credit_without_an_id_to_end_them_by() -> None:
    wallet.issue(900)
    checkouts.kept(100, 300)
    found = {row["currency"]: [(hold["id"], hold["amount"]) for hold in row["holds"]] for row in rows(HOLDS)}
    assert found == {None: [(None, 100)], "USD": [(None, 300)]}
    checkouts.kept(0, 300)
    assert [row["currency"] for row in rows(HOLDS)] == ["USD"]


def test_what_has_ended_is_not_listed_whether_or_not_the_job_has_run(set_clock: Clock) -> None:
    captured, released = held(10, key="a"), held(10, key="b")
    left = held(10, key="c")
    capture(captured)
    release(released)
    assert listed() == [left]
    set_clock("2026-01-31T12:31:00Z")
    assert listed() == [left]  # it can still be captured
    set_clock("2026-01-31T12:31:01Z")
    assert listed() == []
    expire()
    assert listed() == []


def test_pages_go_through_all_shards_and_many_holds_of_one_minute(set_clock: Clock) -> None:
    people = crowd(14)
    assert len({shard_of(customer_partition(person)) for person in people}) == len(SHARDS)
    for person in people[:9]:
        hold_of(person)
    set_clock("2026-01-31T12:05:00Z")
    for person in people[9:]:
        hold_of(person)
    found = pages(HOLDS, limit=4)
    assert [len(page) for page in found] == [4, 4, 4, 2]
    in_order = [row["customer_id"] for page in found for row in page]
    assert in_order == [*sorted(people[:9]), *sorted(people[9:])]


def test_a_page_may_be_empty_before_the_last() -> None:
    people = sorted(crowd(3))
    made = {person: hold_of(person) for person in people}
    release(made[people[0]], customer_id=people[0])
    assert [[row["customer_id"] for row in page] for page in pages(HOLDS, limit=1)] == [[], [people[1]], [people[2]]]


def test_what_the_index_still_shows_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = held(10)
    after_first(monkeypatch, holds, "_places_in", lambda: release(made))
    assert listed() == []


def test_only_the_service_desk_reads_it() -> None:
    assert statuses(HOLDS, Role.ADMIN, Role.SUPPORT) == {200}
    assert statuses(HOLDS, *DENIED, ADA) == {403}


@pytest.mark.parametrize("position", ["#", "x", "9999", "2026-01-31T12:30Z#CUSTOMER#cus_x#ACCOUNT"])
def test_a_forged_position_harms_nothing(position: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared.http import cursors  # noqa: PLC0415  # read_position

    monkeypatch.setattr(cursors, "decode", lambda *_: position)
    assert get(f"{HOLDS}?cursor=forged").status == 200


def credit_of_bob() -> None:
    wallet.issue(900, customer_id=BOB)
    wallet.post("/holds", {"amount": 300, "currency": "USD"}, key="h9", by=Role.STOREFRONT, customer_id=BOB)


def test_holds_of_somebody_merged_are_the_survivors() -> None:
    made = hold_of(BOB)
    credit_of_bob()
    merge(BOB, ADA)
    found = rows(HOLDS)
    assert {row["customer_id"] for row in found} == {ADA}
    assert made in [hold["id"] for row in found for hold in row["holds"]]
    assert len(found) == 2


def test_an_erasure_that_dies_anywhere_leaves_no_row() -> None:
    hold_of(BOB)
    credit_of_bob()
    event: Any = erasure(BOB)
    write = 0
    while crash_at(write := write + 1, lambda: hear(event)):
        assert len(rows(HOLDS)) == (2 if write == 1 else 0), write
    assert write > 2
    assert rows(HOLDS) == []
