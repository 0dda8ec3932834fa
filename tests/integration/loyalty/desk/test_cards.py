"""The list of cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.items.keys import shard_of
from shared.roles import Role
from tests.harness.interruptions import crash_at
from tests.integration.loyalty.cards import block, change, issue, number_of, post, replace, unblock
from tests.integration.loyalty.desk.lists import DENIED, crowd, merge, pages, rows, statuses
from tests.integration.loyalty.shop import ADA, BOB, erasure, get, hear, order, registration, stage

CARDS = "/api/loyalty/cards"
Clock = Callable[[str], None]


@pytest.fixture(autouse=True)
def has_card(set_clock: Clock) -> None:
    set_clock("2026-01-31T12:00:00Z")
    hear(registration(), order())


def listed(**filters: Any) -> list[str]:
    return [row["number"] for row in rows(CARDS, **filters)]


def stored(number: str) -> dict[str, Any]:
    [found] = [image for image in stage.items() if image["pk"]["S"] == f"CARD#{number}"]
    return found


def test_a_row_is_what_staff_see_of_a_card() -> None:
    [row] = rows(CARDS)
    assert row == get(f"{CARDS}/{number_of()}").json
    assert (row["customer_id"], row["status"]) == (ADA, "active")


def test_a_blocked_card_is_listed_as_such_until_it_is_unblocked() -> None:
    number = number_of()
    block(number)
    assert (listed(), listed(blocked="true"), listed(blocked="false")) == ([number], [number], [])
    assert rows(CARDS)[0]["block_reason"] == "lost"
    unblock(number)
    assert (listed(), listed(blocked="true"), listed(blocked="false")) == ([number], [], [number])


def test_a_replaced_card_is_in_no_list() -> None:
    old = number_of()
    block(old)
    assert replace(old).status == 201
    assert (listed(), listed(blocked="true")) == ([number_of()], [])
    assert not {"due_shard", "due_at"} & stored(old).keys()


def test_pages_go_through_all_shards_from_the_newest_on(set_clock: Clock) -> None:
    people = crowd(11)
    for minute, person in enumerate(people):
        set_clock(f"2026-01-31T13:{minute // 2:02}:00Z")  # two in each second
        assert issue({}, customer_id=person).status == 201
    assert len({shard_of(number_of(person)) for person in people}) > 1  # numbers are random
    lost = {"number": number_of(people[4]), "reason": "lost"}
    assert post("card/block", lost, customer_id=people[4]).status == 200
    found = pages(CARDS, limit=4)
    assert [len(page) for page in found] == [4, 4, 4]
    in_order = [(row["issued_at"], row["number"]) for page in found for row in page]
    assert in_order == sorted(in_order, reverse=True)
    assert {number for _, number in in_order} == {number_of(), *map(number_of, people)}


def test_only_the_service_desk_reads_it() -> None:
    assert statuses(CARDS, Role.ADMIN, Role.SUPPORT) == {200}
    assert statuses(CARDS, *DENIED, ADA) == {403}


def test_of_two_who_were_merged_one_card_is_left() -> None:
    hear(registration(BOB))
    old = number_of(BOB)
    merge(BOB, ADA)
    assert listed() == [number_of()]
    assert "due_shard" not in stored(old)


def test_a_survivor_without_a_card_is_listed_with_the_other() -> None:
    [guest] = crowd(1)
    merge(ADA, guest)
    assert [row["customer_id"] for row in rows(CARDS)] == [guest]


def test_an_erasure_that_dies_anywhere_leaves_no_row() -> None:
    replace(number_of())
    event = erasure()
    write = 0
    while crash_at(write := write + 1, lambda: hear(event)):
        assert len(listed()) == (1 if write == 1 else 0), write
    assert write > 1
    assert listed() == []


def test_a_card_of_an_earlier_release_joins_once_it_is_changed() -> None:
    whole = stored(number_of())
    old = {name: value for name, value in whole.items() if name not in {"due_shard", "due_at"}}
    stage.empty([each if each != whole else old for each in stage.items()])
    assert listed() == []
    assert change(number_of(), {"notes": "x"}).status == 200
    assert listed() == [number_of()]
