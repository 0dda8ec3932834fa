"""What an order would earn: asked over HTTP, priced as it would be, and not posted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient

from loyalty.earning.models import Simulation, SimulationView
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty.shop import ADA, BOB, call, entries, erasure, hear, order, registration, stage

ORDER = {"total": 2933, "tax": 187, "shipping": 399}
DOUBLE = {
    "earning": {
        "multipliers": [
            {"name": "music", "factor": 2, "categories": ["music"]},
            {"name": "trade", "factor": "1.5", "groups": ["wholesale"]},
        ],
        "bonuses": {"birthday": 2},
        "limits": {"per_day": 400},
    }
}

Clock = Callable[[str], None]


@pytest.fixture(autouse=True)
def noon(set_clock: Clock) -> None:
    set_clock("2026-05-17T12:00:00+00:00")


def simulate(by: Role | str = Role.STOREFRONT, /, **body: Any) -> Answer:
    return call("POST", "/api/loyalty/simulate", {"order": ORDER} | body, by=by)


def set_programme(programme: dict[str, Any]) -> None:
    body = {"programme": programme}
    assert call("PUT", "/api/loyalty/programme", body, by=Role.ADMIN, headers={"If-Match": '"0"'}).status == 200


def parts(answer: Answer) -> dict[str, int]:
    return {part["rule"]: part["points"] for part in answer.json["parts"]}


def test_the_published_example_is_what_is_answered() -> None:
    [asked], [answered] = (
        model.model_config["json_schema_extra"]["examples"] for model in (Simulation, SimulationView)
    )  # type: ignore[index,call-overload]
    assert simulate(**asked).json == answered | {"programme": 0}


def test_a_stranger_has_the_lowest_tier() -> None:
    answer = simulate()
    assert answer.status == 200
    assert answer.json == {
        "points": 234,
        "parts": [{"rule": "base", "points": 234}],
        "base": 2347,
        "currency": "USD",
        "tier": "bronze",
        "programme": 0,
    }


def test_it_is_priced_by_the_programme_in_force_and_says_which() -> None:
    set_programme(DOUBLE)
    lines = [
        {"product_id": "cd-17", "category": "music", "quantity": 1, "amount": 1000},
        {"product_id": "tea", "quantity": 2, "amount": 1347},
    ]
    answer = simulate(order={**ORDER, "lines": lines}, groups=["wholesale"])
    # 134.7 x 1.5 + 100 x 2 x 1.5 = 502.05, of which 400 may be had in a day: but a stranger has had none.
    assert (answer.json["points"], answer.json["programme"]) == (502, 1)
    assert parts(answer) == {"base": 235, "music": 100, "trade": 167}
    assert parts(simulate(birthday="1990-05-31")) == {"base": 235, "birthday": 234}


def test_a_customers_own_tier_groups_birthday_and_limits_count() -> None:
    set_programme(DOUBLE)
    hear(registration(groups=["wholesale"], birthday="1990-05-31"))
    answer = simulate(customer_id=ADA)
    # 234.7 x 2 x 1.5 = 704.1
    assert parts(answer) == {"base": 235, "birthday": 235, "trade": 234, "limit": -304}
    assert answer.json["points"] == 400
    assert parts(simulate(customer_id=ADA, groups=[], birthday="1990-06-01")) == {"base": 234}
    assert simulate(customer_id=ADA, tier="gold").json["tier"] == "gold"


def test_what_is_simulated_is_what_is_earned_and_nothing_is_posted() -> None:
    hear(registration(), order(total=100_000))
    before = stage.items()
    answer = simulate(customer_id=ADA, order={"total": 2933})
    assert stage.items() == before
    hear(order("A2"))
    assert [entry.amount for entry in entries()] == [10_000, answer.json["points"]] == [10_000, 439]


def test_the_account_is_read_only_where_a_customer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registration())
    simulate()
    made: list[str] = []
    call = BaseClient._make_api_call
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *sent: (made.append(sent[1]), call(*sent))[1])
    simulate(tier="gold")
    assert made == []
    simulate(customer_id=ADA)
    assert made == ["GetItem"]


def test_an_order_in_another_currency_earns_nothing() -> None:
    answer = simulate(order={"total": 2933, "currency": "EUR"})
    assert (answer.json["points"], answer.json["parts"], answer.json["currency"]) == (0, [], "EUR")


def test_an_order_may_be_of_another_day() -> None:
    set_programme({"earning": {"bonuses": {"birthday": 2}}})
    june = {"total": 1000, "placed_at": "2026-06-02T00:00:00Z"}
    assert simulate(birthday="1990-06-30").json["points"] == 234
    assert simulate(birthday="1990-06-30", order=june).json["points"] == 200


def test_a_customer_without_an_account_is_not_found() -> None:
    hear(registration(BOB), erasure(BOB))
    assert [simulate(customer_id=who).status for who in (ADA, BOB)] == [404, 404]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"order": {"total": -1}}, "order.total"),
        ({"order": {"total": 10, "tax": 8, "shipping": 3}}, "order.shipping"),
        ({"order": {}}, "order.total"),
        (
            {"order": {"total": 1, "lines": [{"product_id": "x", "quantity": 1, "amount": 1, "colour": "red"}]}},
            "order.lines.0.colour",
        ),
        ({"customer_id": "42"}, "customer_id"),
        ({"tier": "platinum"}, "tier"),
        ({"name": "Ada"}, "name"),
    ],
)
def test_what_cannot_be_an_order_is_refused_by_name(body: dict[str, Any], field: str) -> None:
    answer = simulate(**body)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_staff_and_the_storefront_may_ask() -> None:
    assert [simulate(role).status for role in (Role.MARKETING, Role.STOREFRONT, ADA)] == [200, 200, 403]
