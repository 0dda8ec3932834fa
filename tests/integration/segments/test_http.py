"""The routes: who may, what they answer, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from shared.http import PageQuery
from shared.http.cursors import encode, fingerprint
from shared.ids import new_customer_id
from shared.roles import STAFF_GROUPS, Role
from tests.integration.segments.stage import ADA, BEN, erasure, hear, ordered, registered, stage

OF_ADA = f"/api/customers/{ADA}/segments"
MEMBERS = "/api/segments/new/members"
ROUTES = ["/api/segments", MEMBERS, OF_ADA]


def get(path: str, by: Role | str | None = Role.MARKETING) -> tuple[int, Any]:
    answer = stage.call("GET", path, by=by)
    return answer.status, answer.json


def test_the_segments_there_are() -> None:
    status, body = get("/api/segments")
    assert status == 200
    assert [segment["id"] for segment in body["data"]] == ["at_risk", "frequent", "high_value", "new", "one_time"]
    assert body["next_cursor"] is None
    assert body["data"][2] == {
        "id": "high_value",
        "name": "High value",
        "description": "Spent over 1,000 and ordered within 90 days",
        "rule": "spent > 1000 and days_since_last_order <= 90",
    }


def test_the_segments_a_page_at_a_time() -> None:
    assert [row["id"] for row in all_pages("/api/segments", limit=2)] == sorted(
        ["at_risk", "frequent", "high_value", "new", "one_time"]
    )


@pytest.mark.parametrize("limit", [1, 3, 4, 10])
def test_members_over_all_shards_a_page_at_a_time(limit: int) -> None:
    customers = [new_customer_id() for _ in range(10)]
    hear(*(registered(customer_id) for customer_id in customers), ordered(BEN))
    assert [row["customer_id"] for row in all_pages(MEMBERS, limit=limit)] == sorted(customers)


def test_a_member_has_the_time_since_when() -> None:
    hear(registered())
    assert get(MEMBERS) == (
        200,
        {"data": [{"customer_id": ADA, "entered_at": "2026-06-01T12:00:00Z"}], "next_cursor": None},
    )


def test_a_segment_without_members_is_an_empty_list() -> None:
    assert get("/api/segments/frequent/members") == (200, {"data": [], "next_cursor": None})


def test_a_segment_that_is_not_defined_is_not_found() -> None:
    assert get("/api/segments/whales/members")[0] == 404


@pytest.mark.parametrize("path", ["/api/segments/No%20Such/members", "/api/customers/42/segments"])
def test_an_id_that_cannot_be_is_refused(path: str) -> None:
    assert get(path)[0] == 422


def test_the_segments_of_a_customer() -> None:
    hear(registered(), ordered(spent=100_001))
    expected = [
        {"segment_id": "high_value", "entered_at": "2026-06-01T12:00:00Z"},
        {"segment_id": "new", "entered_at": "2026-06-01T12:00:00Z"},
    ]
    assert get(OF_ADA) == (200, {"data": expected, "next_cursor": None})
    assert all_pages(OF_ADA, limit=1) == expected


def test_a_customer_in_no_segment_has_an_empty_list() -> None:
    hear(ordered())
    assert get(OF_ADA) == (200, {"data": [], "next_cursor": None})


def test_a_customer_who_is_not_known_is_not_found() -> None:
    assert get(OF_ADA)[0] == 404


def test_an_erased_customer_is_not_found_and_no_member() -> None:
    hear(registered(), erasure())
    assert get(OF_ADA)[0] == 404
    assert get(MEMBERS) == (200, {"data": [], "next_cursor": None})


def test_a_cursor_of_another_list_is_refused() -> None:
    hear(*(registered(new_customer_id()) for _ in range(3)))
    cursor = get(f"{MEMBERS}?limit=1")[1]["next_cursor"]
    status, problem = get(f"/api/segments/frequent/members?cursor={cursor}")
    assert (status, problem["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize("position", [{"after": 7}, {}])
def test_a_forged_position_is_refused(position: dict[str, Any]) -> None:
    of_members = fingerprint("GET /api/segments/{segment_id}/members", {"segment_id": "new"}, PageQuery())
    assert get(f"{MEMBERS}?cursor={encode(position, of_members)}")[0] == 422


@pytest.mark.parametrize("path", ROUTES)
def test_staff_may_read_and_nobody_else(path: str) -> None:
    hear(registered())
    everyone = [*sorted(STAFF_GROUPS), Role.STOREFRONT, ADA, BEN, None]
    statuses = {who: get(path, who)[0] for who in everyone}
    assert statuses == {who: 200 if who in STAFF_GROUPS else 401 if who is None else 403 for who in everyone}


def all_pages(path: str, limit: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        status, body = get(f"{path}?limit={limit}{cursor}")
        assert status == 200
        assert len(body["data"]) <= limit
        rows += body["data"]
        if body["next_cursor"] is None:
            return rows
        cursor = f"&cursor={body['next_cursor']}"
