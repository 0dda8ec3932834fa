"""The same key and body give the first answer again; the effect happens once."""

from __future__ import annotations

from typing import Any

import pytest
from chalice import Chalice

from shared import ids
from shared.http import receipts
from shared.roles import Role
from shared.table import BusyError
from tests.harness.tokens import bearer
from tests.unit.shared.http.shop import Answer, call


def post(app: Chalice, path: str, body: Any, key: str | None = "key-1", who: Role = Role.SUPPORT) -> Answer:
    headers = bearer(who) | ({"Idempotency-Key": key} if key else {})
    return call(app, "POST", path, body=body, headers=headers)


def create(app: Chalice, body: Any, key: str | None = "key-1") -> Answer:
    return post(app, "/api/customers", body, key)


@pytest.fixture
def points(app: Chalice, table: Any) -> str:
    return f"/api/customers/{create(app, {'name': 'Ada'}, None).json['id']}/points"


def balance(app: Chalice, points: str) -> int:
    answer = call(app, "GET", points.removesuffix("/points"), headers=bearer(Role.SUPPORT))
    return int(answer.json["points"])


def kinds(table: Any, kind: str) -> list[dict[str, Any]]:
    return [item for item in table.scan()["Items"] if item["kind"] == kind]


def test_the_same_again_gets_the_first_answer_and_no_second_effect(app: Chalice, points: str) -> None:
    first = post(app, points, {"points": 5})
    again = post(app, points, {"points": 5})
    assert (again.status, again.text, again.headers["ETag"]) == (201, first.text, first.headers["ETag"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert balance(app, points) == 5


def test_the_same_json_written_differently_is_the_same(app: Chalice, points: str) -> None:
    assert post(app, points, '{"points":5}').status == 201
    assert post(app, points, '{ "points" : 5 }').headers["Idempotent-Replayed"] == "true"


def test_another_body_under_the_same_key_is_refused(app: Chalice, points: str) -> None:
    post(app, points, {"points": 5})
    answer = post(app, points, {"points": 6})
    assert (answer.status, answer.json["type"]) == (422, "/problems/idempotency-key-reused")
    assert balance(app, points) == 5


def test_a_key_is_ones_own_and_of_one_route(app: Chalice, points: str, table: Any) -> None:
    other = f"/api/customers/{create(app, {'name': 'Eve'}, None).json['id']}/points"
    for path, who in ((points, Role.SUPPORT), (points, Role.ADMIN), (other, Role.SUPPORT)):
        assert "Idempotent-Replayed" not in post(app, path, {"points": 5}, who=who).headers
    assert (balance(app, points), balance(app, other)) == (10, 5)


def test_where_value_moves_a_key_is_required(app: Chalice, points: str) -> None:
    answer = post(app, points, {"points": 5}, key=None)
    assert (answer.status, answer.json["type"]) == (400, "/problems/idempotency-key-required")


@pytest.mark.parametrize("key", [" ", "a b", "x" * 256, "schlüssel"])
def test_a_key_must_be_one(app: Chalice, points: str, key: str) -> None:
    assert post(app, points, {"points": 5}, key=key).json["type"] == "/problems/bad-request"


def test_an_error_is_not_an_answer_to_keep(app: Chalice, points: str) -> None:
    assert post(app, points, {"points": -5}).status == 409
    post(app, points, {"points": 9}, key="key-2")
    assert post(app, points, {"points": -5}).status == 201


def test_of_two_at_once_the_loser_replays(app: Chalice, points: str, hooks: list[Any]) -> None:
    hooks.append(lambda: post(app, points, {"points": 5}))
    loser = post(app, points, {"points": 5})
    assert (loser.status, loser.headers["Idempotent-Replayed"]) == (201, "true")
    assert balance(app, points) == 5


def test_of_two_creations_at_once_there_is_one(app: Chalice, table: Any, hooks: list[Any]) -> None:
    first: list[Answer] = []
    hooks.append(lambda: first.append(create(app, {"name": "Ada"})))
    loser = create(app, {"name": "Ada"})
    assert loser.json == first[0].json
    assert loser.headers["Location"] == first[0].headers["Location"]
    assert loser.headers["Idempotent-Replayed"] == "true"
    assert len(kinds(table, "account")) == 1


def test_a_race_lost_to_another_key_is_no_replay(app: Chalice, points: str, hooks: list[Any]) -> None:
    hooks.append(lambda: post(app, points, {"points": 5}, key="key-2"))
    assert post(app, points, {"points": 5}).json["type"] == "/problems/lost-race"


def test_conflicts_that_outlast_the_retries_are_409(app: Chalice, points: str, hooks: list[Any]) -> None:
    def busy() -> None:
        raise BusyError

    hooks.append(busy)
    answer = post(app, points, {"points": 5})
    assert (answer.status, answer.headers["Retry-After"]) == (409, "1")


def test_an_answer_about_a_customer_lies_in_their_partition_only(app: Chalice, points: str, table: Any) -> None:
    post(app, points, {"points": 5})
    created = create(app, {"name": "Canary"}).json["id"]
    for receipt in kinds(table, "receipt"):
        in_partition = receipt["pk"].startswith("CUSTOMER#cus_")
        assert ("body" in receipt) == in_partition
    held = [receipt for receipt in kinds(table, "receipt") if "Canary" in receipt.get("body", "")]
    assert [receipt["pk"] for receipt in held] == [f"CUSTOMER#{created}"]


def test_after_an_erasure_the_answer_is_gone_and_nobody_is_made_anew(app: Chalice, table: Any) -> None:
    customer_id = create(app, {"name": "Ada"}).json["id"]
    for item in table.scan()["Items"]:
        if item["pk"] == f"CUSTOMER#{customer_id}":
            table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    answer = create(app, {"name": "Ada"})
    assert (answer.status, kinds(table, "account")) == (410, [])


def test_a_new_customers_answer_may_not_lie_elsewhere(table: Any) -> None:
    name = receipts.ReceiptName(digest="d", partition=None, fingerprint="f")
    attempt = receipts.Attempt(receipts.ReceiptMixin, name, lambda view: f"{view}", 201)

    class View:
        id = ids.new_customer_id()

    with pytest.raises(AssertionError, match="receipts_of"):
        attempt.receipt(View())


def test_receipts_expire_and_a_leftover_is_replaced(
    app: Chalice, points: str, table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(app, points, {"points": 5})
    create(app, {"name": "Eve"})
    kept = receipts._now() + receipts.KEPT_SECONDS
    assert all(abs(int(item["expires_at"]) - kept) < 60 for item in kinds(table, "receipt"))
    monkeypatch.setattr(receipts, "_now", lambda: kept + 60)
    assert "Idempotent-Replayed" not in create(app, {"name": "Eve"}).headers
    assert "Idempotent-Replayed" not in post(app, points, {"points": 7}).headers
    assert post(app, points, {"points": 7}).headers["Idempotent-Replayed"] == "true"
    assert balance(app, points) == 12


def test_the_answer_to_a_route_of_no_customer_lies_by_itself(app: Chalice, table: Any) -> None:
    first = post(app, "/api/segments", {"points": 5})
    again = post(app, "/api/segments", {"points": 5})
    assert again.text == first.text
    assert [receipt["sk"] for receipt in kinds(table, "receipt")] == ["RECEIPT"]
