"""The same key and body give the first answer again; the effect happens once."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from chalice import Chalice

from shared import ids
from shared.auth import Principal
from shared.http import receipts
from shared.http.receipts import Idempotency
from shared.items.table import BusyError, commit
from shared.roles import Role
from tests.harness.tokens import bearer
from tests.unit.shared.http.shop import AccountView, Answer, Receipt, call


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


@pytest.mark.parametrize(
    ("idempotency", "required", "kept"),
    [
        (Idempotency.NONE, False, False),
        (Idempotency.ACCEPTED, False, True),
        (Idempotency.REQUIRED, True, True),
        (Idempotency.BY_EFFECT, True, False),
    ],
)
def test_a_key_is_needed_or_kept(idempotency: Idempotency, required: bool, kept: bool) -> None:
    assert (idempotency.is_required, idempotency.has_receipts) == (required, kept)
    if required:
        with pytest.raises(receipts.KeyRequiredError):
            receipts.read_key(None, idempotency)
    else:
        assert receipts.read_key(None, idempotency) is None


def test_a_key_is_read_without_its_quotes() -> None:
    assert receipts.read_key(' "key-1" ', Idempotency.ACCEPTED) == "key-1"
    assert receipts.read_key('"X1X"', Idempotency.ACCEPTED) == "X1X"
    assert receipts.read_key("x" * 255, Idempotency.REQUIRED) == "x" * 255
    assert receipts.read_key("no key", Idempotency.NONE) is None


def test_a_body_that_is_no_json_is_known_by_its_bytes() -> None:
    assert receipts._fingerprint(b"a=1") == hashlib.sha256(b"a=1").hexdigest()
    assert receipts._fingerprint(b"[" * 100_000) == hashlib.sha256(b"[" * 100_000).hexdigest()
    assert receipts._fingerprint(b'{"b": 1, "a": 2}') == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()


def test_a_receipt_is_named_after_the_caller_the_route_its_path_and_the_key() -> None:
    staff, machine = Principal("staff", "ada", frozenset()), Principal("machine", "ada", frozenset())

    def named(who: Principal = staff, route: str = "POST /x", key: str = "k", **path: str) -> receipts.ReceiptName:
        return receipts.ReceiptName.of(who, route, path, key, b"{}")

    names = [named(), named(machine), named(route="POST /y"), named(key="l"), named(x="1", y="2"), named(x="2", y="1")]
    assert len({name.digest for name in names}) == 6
    assert named(x="1", y="2") == named(y="2", x="1")
    assert (named().pk, named().sk) == (f"RECEIPT#{named().digest}", "RECEIPT")
    own = named(customer_id="cus_1")
    assert (own.pk, own.sk) == ("CUSTOMER#cus_1", f"RECEIPT#{own.digest}")


def test_a_receipt_keeps_the_status_and_the_headers_of_its_answer(table: Any) -> None:
    attempt = receipts.Attempt(Receipt, receipts.ReceiptName("d", None, "f"), lambda view: "text", 200)
    commit(attempt.receipt(AccountView(id="seg", version=3, name="s"), 202, {"Location": "/x"}))
    answer = receipts.Answer(202, {"ETag": '"3"', "Location": "/x"}, "text")
    assert attempt.replay() == answer
    with pytest.raises(receipts.ReplayError):
        commit(attempt.receipt(object()))


def test_a_receipt_of_a_known_customer_lies_where_they_do(table: Any) -> None:
    attempt = receipts.Attempt(Receipt, receipts.ReceiptName("d", "CUSTOMER#cus_1", "f"), lambda view: "text", 200)
    view = AccountView(id="cus_1", version=1, name="s")
    commit(*attempt.receipts_of("cus_1", view, 203, {"Location": "/x"}))
    assert [(item["pk"], item["sk"]) for item in table.scan()["Items"]] == [("CUSTOMER#cus_1", "RECEIPT#d")]
    assert attempt.replay() == receipts.Answer(203, {"ETag": '"1"', "Location": "/x"}, "text")


def test_a_receipt_of_a_new_customer_lies_in_two_places(table: Any) -> None:
    attempt = receipts.Attempt(Receipt, receipts.ReceiptName("d", None, "f"), lambda view: "text", 200)
    pointer, answer = attempt.receipts_of("cus_1", AccountView(id="cus_1", version=1, name="s"), 203, {"a": "b"})
    commit(pointer, answer)
    assert attempt.replay() == receipts.Answer(203, {"ETag": '"1"', "a": "b"}, "text")
    kept = {item["pk"]: item for item in table.scan()["Items"]}
    assert kept["RECEIPT#d"]["held_by"] == "CUSTOMER#cus_1"
    assert set(kept["RECEIPT#d"]) == {"pk", "sk", "kind", "version", "fingerprint", "status", "expires_at", "held_by"}
    assert "held_by" not in kept["CUSTOMER#cus_1"]
    for write in (pointer, answer):
        assert isinstance(write.error, receipts.ReplayError)


def test_a_receipt_counts_for_two_days_to_the_second(table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = receipts.Attempt(Receipt, receipts.ReceiptName("d", None, "f"), lambda view: "text", 200)
    monkeypatch.setattr(receipts, "_now", lambda: 1_000_000)
    commit(attempt.receipt(object()))
    monkeypatch.setattr(receipts, "_now", lambda: 1_000_000 + 172_799)
    assert attempt.replay() == receipts.Answer(200, {}, "text")
    monkeypatch.setattr(receipts, "_now", lambda: 1_000_000 + 172_800)
    assert attempt.replay() is None


def test_an_answer_replaces_what_only_said_where_an_expired_one_lay(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = receipts.Attempt(Receipt, receipts.ReceiptName("d", None, "f"), lambda view: f"{view}", 200)
    monkeypatch.setattr(receipts, "_now", lambda: 0)
    commit(*attempt.receipts_of("cus_1", "before"))
    monkeypatch.undo()
    assert attempt.replay() is None
    commit(attempt.receipt("after"))
    assert attempt.replay() == receipts.Answer(200, {}, "after")
