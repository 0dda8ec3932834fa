"""The catalogue: what staff put into it, who sees it, and codes that wait to be given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.catalogue import store
from loyalty.catalogue.items import FreeCode, StoredReward
from shared.items import table
from shared.items.table import Put, commit
from shared.roles import Role
from tests.integration.loyalty.catalogue import (
    REWARDS,
    add,
    archive,
    change,
    claimed,
    give,
    left_of,
    post_codes,
    problem,
    reward,
    voucher,
)
from tests.integration.loyalty.shop import ADA, get, hear, order, registration, stage
from tests.meter.bill import Bill
from tests.meter.dynamodb.seam import Seam

Clock = Callable[[str], None]


def names(by: Role | str = Role.MARKETING, **query: str) -> list[str]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return [each["name"] for each in get(f"{REWARDS}?{asked}", by=by).json["data"]]


def test_a_reward_is_read_as_it_was_put() -> None:
    body: dict[str, Any] = {
        "description": "With the shop's sign",
        "valid_from": "2026-01-01",
        "valid_until": "2099-12-31",
        "stock": 20,
        "limit_per_customer": 2,
        "tiers": ["silver", "gold"],
        "codes": {"source": "generated", "prefix": "MUG-", "length": 10},
    }
    answer = add(**body)
    assert (answer.status, answer.headers["ETag"]) == (201, '"1"')
    made = answer.json
    assert made == made | body | {"name": "A mug", "kind": "gift", "points": 200, "value": 800, "left": 20}
    assert made["status"] == "active"
    assert get(f"{REWARDS}/{made['id']}").json == made


def test_what_a_reward_leaves_out_does_not_limit_it() -> None:
    made = add().json
    assert [made[name] for name in ("stock", "left", "limit_per_customer", "valid_from", "valid_until")] == [None] * 5
    assert (made["tiers"], made["codes"]["source"]) == ([], "none")


def test_the_same_request_adds_one_reward() -> None:
    first, second = add(key="r1"), add(key="r1")
    assert (second.json, second.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert len(names()) == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"points": 0}, "points"),
        ({"kind": "car"}, "kind"),
        ({"valid_from": "2026-02-01", "valid_until": "2026-01-31"}, "valid_until"),
        ({"codes": {"source": "generated", "length": 9}}, "codes.length"),
        ({"codes": {"source": "generated", "prefix": "a b"}}, "codes.prefix"),
        ({"limit_per_customer": 0}, "limit_per_customer"),
        ({"tiers": ["platinum"]}, "tiers.0"),
        ({"price": 3}, "price"),
    ],
)
def test_what_is_wrong_with_a_reward_is_named(facts: dict[str, Any], field: str) -> None:
    answer = add(**facts)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_staff_see_the_whole_catalogue_and_others_what_can_be_had_today(set_clock: Clock) -> None:
    set_clock("2026-06-15T12:00:00+00:00")
    reward(name="for ever")
    reward(name="from today", valid_from="2026-06-15")
    reward(name="until today", valid_until="2026-06-15")
    reward(name="from tomorrow", valid_from="2026-06-16")
    reward(name="until yesterday", valid_until="2026-06-14")
    reward(name="a draft", status="archived")
    assert names(Role.STOREFRONT) == names(ADA) == ["until today", "from today", "for ever"]
    assert len(names()) == 6
    assert names(status="archived") == ["a draft"]
    assert names(Role.STOREFRONT, status="archived") == names(ADA)


def test_others_than_staff_do_not_see_what_is_for_the_books(set_clock: Clock) -> None:
    made = reward(stock=3, codes={"source": "generated"})
    for who in (Role.STOREFRONT, ADA):
        for shown in (get(f"{REWARDS}/{made}", by=who).json, get(REWARDS, by=who).json["data"][0]):
            assert [shown[name] for name in ("value", "stock", "codes", "codes_left")] == [None] * 4
            assert (shown["left"], shown["points"]) == (3, 200)


def test_an_archived_reward_is_for_staff_alone() -> None:
    made = reward()
    assert archive(made).json["status"] == "archived"
    assert archive(made).json == get(f"{REWARDS}/{made}").json
    assert [get(f"{REWARDS}/{made}", by=who).status for who in (Role.STOREFRONT, ADA)] == [404, 404]
    assert change(made, {"status": "active"}, 2).status == 200
    assert get(f"{REWARDS}/{made}", by=ADA).status == 200


def test_the_catalogue_comes_in_pages_newest_first(set_clock: Clock) -> None:
    for day in range(1, 6):
        set_clock(f"2026-06-0{day}T12:00:00+00:00")
        reward(name=str(day), stock=day if day % 2 else None)
    first = get(f"{REWARDS}?limit=2", by=ADA).json
    second = get(f"{REWARDS}?limit=2&cursor={first['next_cursor']}", by=ADA).json
    third = get(f"{REWARDS}?limit=2&cursor={second['next_cursor']}", by=ADA).json
    seen = [[(each["name"], each["left"]) for each in page["data"]] for page in (first, second, third)]
    assert seen == [[("5", 5), ("4", None)], [("3", 3), ("2", None)], [("1", 1)]]
    assert third["next_cursor"] is None


def test_a_change_names_the_version_it_was_made_to() -> None:
    made = reward()
    assert problem(change(made, {"points": 300}, None)) == (428, "precondition-required")
    assert problem(change(made, {"points": 300}, 7)) == (412, "precondition-failed")
    answer = change(made, {"points": 300, "value": None, "stock": 5})
    assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
    assert get(f"{REWARDS}/{made}").json == answer.json
    assert [answer.json[name] for name in ("points", "value", "stock", "name")] == [300, None, 5, "A mug"]


def test_of_two_changes_at_once_one_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    made = reward()
    read = store.existing_reward

    def read_then_lose(reward_id: str) -> StoredReward:
        found = read(reward_id)
        monkeypatch.setattr(store, "existing_reward", read)
        change(made, {"points": 300})
        return found

    monkeypatch.setattr(store, "existing_reward", read_then_lose)
    assert problem(change(made, {"points": 400})) == (412, "precondition-failed")
    assert get(f"{REWARDS}/{made}").json["points"] == 300


@pytest.mark.parametrize(
    ("patch", "field"),
    [({"name": None}, "name"), ({"points": 0}, "points"), ({"codes": {"source": "imported"}}, "codes.source")],
)
def test_a_change_that_makes_no_sense_is_refused(patch: dict[str, Any], field: str) -> None:
    answer = change(reward(), patch)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_a_name_of_before_the_rule_stops_no_other_change() -> None:
    made = reward()
    old = stored_reward(made)
    old.name = "A mug\u202e"
    commit(Put(old))
    assert change(made, {"points": 300}, 2).json["name"] == "A mug\u202e"
    assert change(made, {"name": "A mug\u202e"}, 3).status == 422


def stored_reward(made: str) -> StoredReward:
    found = store.find_reward(made)
    assert isinstance(found, StoredReward)
    return found


def test_a_claim_does_not_make_a_change_lose_its_race() -> None:
    hear(registration(), order())
    made = reward(stock=5)
    claimed(made)
    assert change(made, {"stock": 4}).json["left"] == 3


def test_a_stock_below_what_was_given_leaves_none() -> None:
    hear(registration(), order())
    give(500)
    made = reward(stock=5)
    for key in "ab":
        claimed(made, key)
    assert change(made, {"stock": 1}).json["left"] == 0


def test_nobody_is_no_reward() -> None:
    nobody = "rew_01HZX3Q7V8M4N5P6R7S8T9W0AD"
    answers = [get(f"{REWARDS}/{nobody}"), change(nobody, {}), archive(nobody), post_codes(nobody, "A")]
    assert [answer.status for answer in answers] == [404] * 4


def test_codes_are_posted_once_however_often_they_are() -> None:
    made = voucher()
    assert post_codes(made, "A", "B", "A").json == {"added": 2, "duplicates": 1}
    assert post_codes(made, "B", " C ", "C").json == {"added": 1, "duplicates": 2}
    assert get(f"{REWARDS}/{made}").json["codes_left"] == 3
    assert get(f"{REWARDS}/{made}", by=ADA).json["codes_left"] is None


def test_a_code_that_was_given_is_not_taken_again() -> None:
    hear(registration(), order())
    made = voucher("A")
    claimed(made)
    assert post_codes(made, "A", "B").json == {"added": 1, "duplicates": 1}
    assert get(f"{REWARDS}/{made}").json["codes_left"] == 1


@pytest.mark.parametrize(("free", "counted"), [(999, 999), (1_000, 1_000), (2_100, 1_000)])
def test_free_codes_are_counted_in_one_read_and_to_a_thousand_at_most(free: int, counted: int) -> None:
    made = voucher()
    with FreeCode.batch_write() as batch:
        for number in range(free):
            batch.save(FreeCode.of(made, f"CODE-{number}"))
    bill = Bill()
    with Seam(lambda: bill).listening():
        assert store.free_codes(made) == counted
    assert bill.calls == 1
    assert get(f"{REWARDS}/{made}").json["codes_left"] == counted


def test_two_rewards_may_have_the_same_code() -> None:
    voucher("A")
    voucher("A")


def test_a_batch_that_stops_halfway_is_posted_again_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = voucher()
    codes = [f"CODE-{n:03}" for n in range(store.CODES_AT_ONCE + 5)]
    add_some, done = store.add_codes, list[int]()

    def fail_at_the_second(reward_id: str, some: list[str]) -> int:
        if done:
            raise table.BusyError
        done.append(add_some(reward_id, some))
        return done[0]

    monkeypatch.setattr(store, "add_codes", fail_at_the_second)
    assert post_codes(made, *codes).status == 503
    monkeypatch.setattr(store, "add_codes", add_some)
    assert post_codes(made, *codes).json == {"added": 5, "duplicates": store.CODES_AT_ONCE}
    assert get(f"{REWARDS}/{made}").json["codes_left"] == len(codes)


def test_a_code_posted_twice_at_once_is_added_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = voucher()
    write = table.commit

    def lose(*writes: Any) -> None:
        monkeypatch.setattr(store, "commit", write)
        assert post_codes(made, "A").json == {"added": 1, "duplicates": 0}
        write(*writes)

    monkeypatch.setattr(store, "commit", lose)
    assert post_codes(made, "A", "B").json == {"added": 1, "duplicates": 1}
    assert get(f"{REWARDS}/{made}").json["codes_left"] == 2


@pytest.mark.parametrize("codes", [[], [""], ["with space"], ["x" * 101], [str(n) for n in range(1001)]])
def test_what_is_no_code_is_refused_and_not_repeated(codes: list[str]) -> None:
    answer = post_codes(voucher(), *codes)
    assert answer.status == 422
    assert all(error["field"].startswith("codes") for error in answer.json["errors"])
    assert "with space" not in answer.text


def test_only_where_codes_are_imported_can_they_be() -> None:
    for source in ("none", "generated"):
        answer = post_codes(reward(codes={"source": source}), "A")
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "codes")


def test_no_key_and_no_event_shows_a_code() -> None:
    voucher("SECRET-1")
    keys = [image[name]["S"] for image in stage.items() for name in ("pk", "sk")]
    assert "SECRET" not in str(keys) + str(stage.carried())


def test_a_reward_can_be_limited_later() -> None:
    hear(registration(), order())
    made = reward()
    claimed(made)
    change(made, {"stock": 1})
    assert left_of(made) == 1
