from __future__ import annotations

import base64
import json

import pytest
from chalice import Chalice
from pydantic import BaseModel

from shared.http import apply_merge_patch
from shared.roles import Role
from tests.harness.tokens import bearer
from tests.unit.shared.http.shop import Answer, call


def page(app: Chalice, **query: str | list[str]) -> Answer:
    multi = {name: value if isinstance(value, list) else [value] for name, value in query.items()}
    return call(app, "GET", "/api/customers", headers=bearer(Role.ADMIN), query=multi)


def test_pages_follow_each_other_to_the_end(app: Chalice) -> None:
    names, cursor = [], None
    for _ in range(3):
        answer = page(app, limit="2", **({"cursor": cursor} if cursor else {})).json
        names += [row["name"] for row in answer["data"]]
        cursor = answer["next_cursor"]
    assert names == ["n1", "n2", "n3", "n4", "n5", "n6"]
    assert cursor is None


def test_the_page_size_may_change_on_the_way(app: Chalice) -> None:
    cursor = page(app, limit="2").json["next_cursor"]
    assert [row["id"] for row in page(app, limit="1", cursor=cursor).json["data"]] == ["3"]


def test_a_cursor_of_another_query_is_refused(app: Chalice) -> None:
    cursor = page(app, limit="2", colour="red", tag=["a", "b"]).json["next_cursor"]
    assert page(app, cursor=cursor, colour="red", tag=["a", "b"]).status == 200
    for query in ({"colour": "blue", "tag": ["a", "b"]}, {"colour": "red", "tag": "a"}, {}):
        answer = page(app, cursor=cursor, **query)
        assert (answer.status, answer.fields) == (422, ["cursor"])


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "äöü",
        "x" * 3000,
        base64.urlsafe_b64encode(b"[1]").decode(),
        base64.urlsafe_b64encode(b'{"f":1,"p":[]}').decode(),
        base64.urlsafe_b64encode(b"[" * 1500).decode(),
        base64.urlsafe_b64encode(json.dumps({"p": {"n": 1}, "f": "0" * 16}).encode()).decode(),
    ],
)
def test_what_is_no_cursor_is_refused(app: Chalice, cursor: str) -> None:
    answer = page(app, cursor=cursor)
    assert (answer.status, answer.fields) == (422, ["cursor"])


class Inner(BaseModel):
    a: int | None = None
    b: int | None = None


class Outer(BaseModel):
    name: str | None = None
    inner: Inner | None = None
    tags: list[str] | None = None


def test_a_merge_patch_changes_what_was_sent_and_no_more() -> None:
    current = Outer(name="x", inner=Inner(a=1, b=2), tags=["t"])

    def patched(text: str) -> dict[str, object]:
        return apply_merge_patch(current, Outer.model_validate_json(text))

    assert patched("{}") == {"name": "x", "inner": {"a": 1, "b": 2}, "tags": ["t"]}
    assert patched('{"name": null}') == {"inner": {"a": 1, "b": 2}, "tags": ["t"]}
    assert patched('{"inner": {"a": null, "b": 3}}') == {"name": "x", "inner": {"b": 3}, "tags": ["t"]}
    assert patched('{"tags": []}') == {"name": "x", "inner": {"a": 1, "b": 2}, "tags": []}
    assert apply_merge_patch(Outer(), Outer(inner=Inner(a=1))) == {"name": None, "inner": {"a": 1}, "tags": None}
