"""The ledger over HTTP: balances, entries, adjustments, and who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.points import store
from loyalty.points.items import PointsAccount
from shared.events.customers import OrderStatus
from shared.roles import STAFF_GROUPS, Role
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    adjust,
    entries,
    get,
    hear,
    order,
    points,
    registration,
    told_of,
)

POINTS = f"/api/customers/{ADA}/points"
GIFT = {"points": 100, "reason": "A late delivery"}


def test_an_account_shows_its_balance_tier_and_what_comes_next() -> None:
    hear(order(total=10_000), order("A2"))
    answer = get(POINTS)
    assert answer.json == {
        "customer_id": ADA,
        "balance": 1_351,
        "available": 1_351,
        "pending": 0,
        "held": 0,
        "owed": 0,
        "earned": 1_351,
        "spent": 0,
        "expired": 0,
        "tier": "silver",
        "next_expiry": {"on": "2027-01-31", "points": 1_351},
        "next_ripening": None,
        "next_tier": {"tier": "gold", "missing": 3_649},
        "spending_block": None,
        "version": 2,
    }
    assert answer.headers["ETag"] == '"2"'


def test_an_empty_account_has_nothing_to_expire() -> None:
    hear(order(paid_at=None, status=OrderStatus.PLACED))
    assert get(POINTS).json["next_expiry"] is None


@pytest.mark.parametrize("path", [POINTS, f"{POINTS}/entries", f"/api/customers/{ADA}/card"])
def test_a_customer_without_an_account_is_not_found(path: str) -> None:
    answer = get(path)
    assert (answer.status, answer.json["type"]) == (404, "/problems/not-found")


def test_entries_come_newest_first_a_page_at_a_time() -> None:
    hear(*(order(f"A{n}", total=100 * n) for n in range(1, 6)))
    first = get(f"{POINTS}/entries?limit=2").json
    assert [(entry["number"], entry["cause"], entry["balance"]) for entry in first["data"]] == [
        (5, "A5", 150),
        (4, "A4", 100),
    ]
    second = get(f"{POINTS}/entries?limit=2&cursor={first['next_cursor']}").json
    third = get(f"{POINTS}/entries?limit=2&cursor={second['next_cursor']}").json
    assert [entry["number"] for page in (second, third) for entry in page["data"]] == [3, 2, 1]
    assert third["next_cursor"] is None


def test_entries_can_be_listed_by_kind() -> None:
    hear(order())
    adjust(GIFT)
    hear(order("A2"), order("A3"))
    page = get(f"{POINTS}/entries?kind=earned&limit=2").json
    assert [entry["number"] for entry in page["data"]] == [4, 3]
    rest = get(f"{POINTS}/entries?kind=earned&limit=2&cursor={page['next_cursor']}").json
    assert ([entry["number"] for entry in rest["data"]], rest["next_cursor"]) == ([1], None)
    assert [entry["reason"] for entry in get(f"{POINTS}/entries?kind=adjusted").json["data"]] == [GIFT["reason"]]


def test_a_cursor_of_another_list_is_refused() -> None:
    hear(order("A1"), order("A2"))
    cursor = get(f"{POINTS}/entries?limit=1").json["next_cursor"]
    answer = get(f"{POINTS}/entries?kind=earned&limit=1&cursor={cursor}")
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "cursor")


def test_staff_add_points_that_live_twelve_months_from_today(set_clock: Callable[[str], None]) -> None:
    hear(order())
    set_clock("2026-02-28T23:00:00+00:00")
    answer = adjust(GIFT)
    assert answer.status == 201
    after = {"pending": 0, "available": 393, "held": 0, "owed": 0, "earned": 293, "spent": 0, "expired": 0}
    assert {**answer.json, "cause": "", "posted_at": "", "previous": ""} == {
        "number": 2,
        "kind": "adjusted",
        "points": 100,
        "balance": 393,
        "after": after,
        "tier": "bronze",
        "cause": "",
        "parts": None,
        "programme": 0,
        "reason_code": "other",
        "proposed_by": None,
        "reason": "A late delivery",
        "actor": "staff:test-support",
        "expires_on": "2027-02-28",
        "posted_at": "",
        "previous": "",
    }
    assert answer.json["previous"] == entries()[0].hash.hex()
    [told] = told_of("PointsAdjusted")
    assert (told["points"], told["balance"], told["reason"]) == (100, 393, "A late delivery")
    assert told["notify"] is True
    assert told["cause"].startswith("adj_")


def test_customers_are_not_told_the_names_of_staff() -> None:
    hear(registration(), order())
    adjust(GIFT)
    entry = get(f"{POINTS}/entries", by=ADA).json["data"][0]
    assert (entry["actor"], entry["reason"]) == ("staff", GIFT["reason"])


def test_a_deduction_below_zero_is_refused_with_the_balance() -> None:
    hear(order())
    answer = adjust({"points": -294, "reason": "too many"})
    assert answer.status == 409
    assert (answer.json["type"], answer.json["balance"]) == ("/problems/insufficient-points", 293)
    assert adjust({"points": -293, "reason": "all"}, key="k2").json["balance"] == 0
    assert account().lots == {}


def test_the_same_request_adjusts_once_and_is_answered_the_same() -> None:
    hear(order())
    first, second = adjust(GIFT), adjust(GIFT)
    assert first.json == second.json
    assert (second.status, second.headers["Idempotent-Replayed"]) == (201, "true")
    assert points() == [293, 100]
    assert adjust({**GIFT, "points": 5}).json["type"] == "/problems/idempotency-key-reused"


def test_the_same_request_twice_at_once_adjusts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order())
    _let_in(monkeypatch, lambda: adjust(GIFT))
    assert adjust(GIFT).headers["Idempotent-Replayed"] == "true"
    assert points() == [293, 100]


def test_two_deductions_at_once_cannot_spend_the_same_points(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order())
    _let_in(monkeypatch, lambda: adjust({"points": -200, "reason": "one"}, key="one"))
    answer = adjust({"points": -200, "reason": "other"}, key="other")
    assert (answer.status, answer.json["balance"]) == (409, 93)
    assert points() == [293, -200]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"points": 0, "reason": "x"}, "points"),
        ({"points": 1_000_001, "reason": "x"}, "points"),
        ({"points": -1_000_001, "reason": "x"}, "points"),
        ({"points": "5", "reason": "x"}, "points"),
        ({"points": 1.5, "reason": "x"}, "points"),
        ({"points": True, "reason": "x"}, "points"),
        ({"points": 5, "reason": "  "}, "reason"),
        ({"points": 5, "reason": "x" * 201}, "reason"),
        ({"points": 5, "reason": "x", "balance": 9}, "balance"),
    ],
)
def test_what_is_wrong_with_an_adjustment_is_named(body: Any, field: str) -> None:
    hear(order())
    answer = adjust(body)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])
    assert points() == [293]


def test_an_adjustment_needs_a_key_and_an_account() -> None:
    assert adjust(GIFT).status == 404
    hear(order())
    assert adjust(GIFT, key=None).json["type"] == "/problems/idempotency-key-required"


@pytest.mark.parametrize("role", [*sorted(STAFF_GROUPS), Role.STOREFRONT, ADA])
def test_staff_storefront_and_the_customer_can_read(role: Role | str) -> None:
    hear(registration(), order())
    assert get(POINTS, by=role).status == 200
    assert get(f"{POINTS}/entries", by=role).status == 200


def test_another_customer_can_neither_read_nor_give() -> None:
    hear(order())
    assert get(POINTS, by=BOB).status == 403
    assert get(f"{POINTS}/entries", by=BOB).status == 403
    assert get(f"/api/customers/{ADA}/card", by=BOB).status == 403


@pytest.mark.parametrize("role", [Role.MARKETING, Role.COMPLIANCE, Role.STOREFRONT, ADA, BOB])
def test_only_admin_and_support_adjust(role: Role | str) -> None:
    hear(order())
    assert adjust(GIFT, by=role).status == 403
    assert points() == [293]


def _let_in(monkeypatch: pytest.MonkeyPatch, other: Callable[[], Any]) -> None:
    """Let `other` run whole between this request's reading of the account and its write."""
    read = store.find_account

    def read_then_lose(customer_id: str) -> PointsAccount | None:
        found = read(customer_id)
        monkeypatch.setattr(store, "find_account", read)
        other()
        return found

    monkeypatch.setattr(store, "find_account", read_then_lose)
