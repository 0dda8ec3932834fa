"""One order id with two accounts: the first stands, and a metric with an alarm says so."""

from __future__ import annotations

from typing import Any

import pytest

from customers.orders import contradictions, usecases
from customers.orders.store import find_order
from shared.events.foreign import Buyer
from tests.harness.orders import EMAIL, NOON, edited, order, paid, placed
from tests.integration.customers.desk import NOBODY_KNOWN, call, customer_of, erasure, hear, register, stored, totals

BEN = "ben@example.com"


@pytest.fixture(autouse=True)
def alarms(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the metric counted."""
    counted: list[str] = []
    for module in (contradictions, usecases):
        monkeypatch.setattr(module, "count", counted.append)
    return counted


@pytest.mark.parametrize("other", [{"total": 5000}, {"currency": "EUR"}, {"buyer": Buyer(email=BEN)}])
def test_another_total_currency_or_buyer_raises_the_alarm(other: dict[str, Any], alarms: list[str]) -> None:
    hear(placed(order()))
    hear(paid(order(**other)))
    assert alarms == ["OrdersContradicted"]
    assert totals(customer_of()) == (1, 1000)


@pytest.mark.parametrize(
    "same", [{"tax": 5}, {"lines": []}, {"buyer": Buyer()}, {"buyer": Buyer(email=" ADA@Example.com")}]
)
def test_the_same_total_and_buyer_raises_none(same: dict[str, Any], alarms: list[str]) -> None:
    hear(placed(order()))
    hear(paid(order(**same)))
    assert alarms == []


def test_a_buyer_is_the_same_by_id_and_by_any_email(alarms: list[str]) -> None:
    ada, ben = register().json["id"], register(BEN).json["id"]
    hear(placed(order(buyer=Buyer(id=ada))))
    hear(placed(order(buyer=Buyer(id=ada, email=BEN))), placed(order(buyer=Buyer(id=NOBODY_KNOWN, email=EMAIL))))
    hear(paid(order()))
    assert alarms == []
    hear(placed(order(buyer=Buyer(id=ben))), placed(order(buyer=Buyer(id=NOBODY_KNOWN))))
    assert alarms == ["OrdersContradicted"] * 2
    assert customer_of() == ada


def test_an_order_that_has_nobody_yet_contradicts_nobody(alarms: list[str]) -> None:
    hear(placed(order(buyer=Buyer())))
    hear(placed(order()))
    hear(placed(order(buyer=Buyer(email=BEN))))
    assert alarms == ["OrdersContradicted"]


def test_over_http_too(alarms: list[str]) -> None:
    ada, ben = register().json["id"], register(BEN).json["id"]
    body = {"id": "phone-1", "currency": "USD", "total": 1000, "placed_at": NOON.isoformat()}
    for customer_id, total, status in ((ada, 1000, 201), (ada, 1000, 201), (ada, 2000, 409), (ben, 1000, 409)):
        answer = call("POST", f"/api/customers/{customer_id}/orders", body | {"total": total})
        assert answer.status == status
    assert alarms == ["OrdersContradicted"] * 2


def test_an_erasure_takes_the_mark_of_the_buyer(alarms: list[str]) -> None:
    hear(placed(order()))
    found = find_order("o-1")
    assert found
    assert found.buyer_mark
    hear(erasure(customer_of() or ""))
    assert found.buyer_mark not in stored()
    hear(paid(order()))
    assert alarms == []


def test_an_edit_and_the_events_of_the_first_account_contradict_nothing(alarms: list[str]) -> None:
    hear(placed(order()), edited(order(total=700)), paid(order()), paid(order(total=700)))
    assert alarms == []
    hear(edited(order(currency="EUR")))
    assert alarms == ["OrdersContradicted"]
