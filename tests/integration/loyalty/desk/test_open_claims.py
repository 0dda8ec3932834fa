"""The list of claims that staff have yet to fulfil."""

from __future__ import annotations

from typing import Any

import pytest

from loyalty.desk import claims
from shared.items.keys import shard_of
from shared.roles import Role
from tests.harness.interruptions import after_first, crash_at
from tests.integration.loyalty.catalogue import claim, claimed, give, reward, settle
from tests.integration.loyalty.desk.lists import DENIED, crowd, merge, pages, rows, statuses
from tests.integration.loyalty.shop import ADA, BOB, entries, erasure, expire, get, hear, order, stage

CLAIMS = "/api/loyalty/claims"


@pytest.fixture(autouse=True)
def has_points() -> None:
    hear(order(), order("B1", BOB))
    give(900)


def listed() -> list[str]:
    return [row["id"] for row in rows(CLAIMS)]


def stored(claim_id: str) -> dict[str, Any]:
    [found] = [image for image in stage.items() if image["sk"]["S"] == f"CLAIM#{claim_id}"]
    return found


def test_a_claim_waits_until_it_is_fulfilled_or_cancelled() -> None:
    mug = reward()
    fulfilled, cancelled, waiting = (claimed(mug, key) for key in "abc")
    assert listed() == [fulfilled, cancelled, waiting]
    settle(fulfilled, "fulfil")
    settle(cancelled, "cancel")
    assert listed() == [waiting]
    assert not {"due_shard", "due_at"} & (stored(fulfilled).keys() | stored(cancelled).keys())


def test_a_row_says_whose_it_is_and_keeps_the_code_to_itself() -> None:
    mug = reward(codes={"source": "generated", "prefix": "SECRET-"})
    answer = claim(mug, order_id="A1").json
    [row] = rows(CLAIMS)
    assert answer["code"].startswith("SECRET-")
    assert "SECRET-" not in str(row)
    assert row == {
        "id": answer["id"],
        "customer_id": ADA,
        "reward": {"id": mug, "name": "A mug", "kind": "gift"},
        "points": 200,
        "order_id": "A1",
        "claimed_at": answer["claimed_at"],
    }


def test_pages_go_through_all_shards_from_the_oldest_on() -> None:
    free = reward(points=1)
    made = [claimed(free, f"k-{person}", person) for person in crowd(13)]
    assert len({shard_of(claim_id) for claim_id in made}) > 1  # ids are random
    found = pages(CLAIMS, limit=3)
    assert [row["id"] for page in found for row in page] == sorted(made)
    assert [len(page) for page in found] == [3, 3, 3, 3, 1]


def test_what_is_settled_between_two_pages_hides_nothing() -> None:
    free = reward(points=1)
    made = sorted(claimed(free, f"k{n}") for n in range(6))
    first = get(f"{CLAIMS}?limit=3").json
    settle(made[2], "fulfil")
    settle(made[3], "fulfil")
    rest = get(f"{CLAIMS}?limit=3&cursor={first['next_cursor']}").json
    assert [row["id"] for row in rest["data"]] == made[4:]


def test_what_the_index_still_shows_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = claimed(reward())
    after_first(monkeypatch, claims, "rows_of", lambda: settle(made, "fulfil"))
    assert listed() == []


def test_only_the_service_desk_reads_it() -> None:
    assert statuses(CLAIMS, Role.ADMIN, Role.SUPPORT) == {200}
    assert statuses(CLAIMS, *DENIED, ADA) == {403}


def test_a_cursor_of_another_list_is_refused() -> None:
    free = reward(points=1)
    claimed(free, "a"), claimed(free, "b")
    cursor = get(f"{CLAIMS}?limit=1").json["next_cursor"]
    assert get(f"/api/loyalty/adjustments?cursor={cursor}").status == 422
    assert get(f"{CLAIMS}?cursor=x").status == 422


def test_a_claim_of_somebody_merged_since_is_listed_for_the_one_who_stays() -> None:
    give(300, BOB)
    made = claimed(reward(), customer_id=BOB)
    merge(BOB, ADA)
    [row] = rows(CLAIMS)
    assert (row["id"], row["customer_id"]) == (made, ADA)
    assert settle(made, "fulfil", customer_id=row["customer_id"]).status == 200
    assert listed() == []


def test_an_erased_person_has_no_row() -> None:
    claimed(reward())
    hear(erasure())
    assert listed() == []
    assert not [image for image in stage.items() if image["kind"]["S"] == "claim"]


def test_an_erasure_that_dies_anywhere_leaves_no_row() -> None:
    claimed(reward())
    event = erasure()
    write = 0
    while crash_at(write := write + 1, lambda: hear(event)):
        # Before the first write nothing has happened; from then on the person is gone.
        assert len(listed()) == (1 if write == 1 else 0), write
    assert write > 2
    assert listed() == []


def test_a_claim_of_an_earlier_release_is_settled_as_ever() -> None:
    made = claimed(reward())
    image = stored(made)
    stage.empty(
        [each for each in stage.items() if each != image]
        + [{name: value for name, value in image.items() if name not in {"due_shard", "due_at"}}]
    )
    assert listed() == []
    assert settle(made, "cancel").status == 200
    assert entries()[-1].amount == 200


def test_a_claim_that_waits_is_nothing_that_time_does_something_to() -> None:
    made = claimed(reward())
    assert stored(made)["due_shard"]["S"] == f"CLAIM#{shard_of(made)}"
    before = stored(made)
    expire()
    assert stored(made) == before
