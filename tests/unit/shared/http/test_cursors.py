from __future__ import annotations

import base64
import json
import re
from datetime import date

import pytest
from chalice import Chalice
from pydantic import BaseModel, ValidationError

from shared.errors import InvalidError
from shared.http import apply_merge_patch, cursors
from shared.http.cursors import Page, PageQuery
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


class Registered(PageQuery):
    after: date | None = None


def test_a_page_has_fifty_rows_unless_asked_and_a_hundred_at_most() -> None:
    assert PageQuery() == PageQuery(limit=50, cursor=None)
    assert [PageQuery(limit=limit).limit for limit in (1, 100)] == [1, 100]
    for wrong in ({"limit": 0}, {"limit": 101}, {"cursor": "x" * 2049}, {"colour": "red"}):
        with pytest.raises(ValidationError):
            PageQuery.model_validate(wrong)
    assert PageQuery(cursor="x" * 2048).cursor
    query = PageQuery()
    with pytest.raises(ValidationError):
        query.limit = 2  # type: ignore[misc]


def test_a_page_knows_where_the_next_begins() -> None:
    assert Page.of([1, 2], 2).next_position == 2
    assert Page.of([1, 2]).next_position is None
    assert Page[int](data=[1]).next_position is None


def test_a_list_is_its_route_its_path_and_its_filters() -> None:
    def of(query: BaseModel | None = None, route: str = "GET /a/{x}/{y}", **path: str) -> str:
        return cursors.fingerprint(route, path or {"x": "1", "y": "2"}, query)

    query = Registered(after=date(2026, 1, 1))
    assert of(query) == of(query.model_copy(update={"limit": 1, "cursor": "c"}))
    assert of() == of(x="1", y="2") == of(y="2", x="1")
    assert len({of(), of(query), of(Registered()), of(route="GET /b"), of(x="2", y="1")}) == 5
    assert len(of()) == 16


def test_a_cursor_leads_back_to_its_position_and_fits_into_an_address() -> None:
    for number in range(300):
        for position in ("ä#" * (1 + number % 7), number):
            cursor = cursors.encode(position, "f")
            assert re.fullmatch(r"[\w-]+", cursor)
            assert cursors.decode(cursor, "f", type(position)) == position


@pytest.mark.parametrize("position", ["", "\ud800", "a\udfff", "a\x00", "x" * 1_001, "é" * 501, -1, 10**15 + 1])
def test_a_position_that_no_key_can_have_is_no_position(position: str | int) -> None:
    with pytest.raises(InvalidError):
        cursors.decode(cursors.encode(position, "f"), "f", type(position))


@pytest.mark.parametrize("position", ["x" * 1_000, "é" * 500, 0, 10**15])
def test_a_position_may_be_as_large_as_a_key(position: str | int) -> None:
    assert cursors.decode(cursors.encode(position, "f"), "f", type(position)) == position


def test_a_cursor_is_short_and_stays_what_it_is() -> None:
    assert base64.urlsafe_b64decode(cursors.encode(12, "ab") + "==") == b'{"f":"ab","p":12}'


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
