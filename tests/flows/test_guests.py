"""A guest buys, and turns out to be a customer once the customer has verified the guest's e-mail."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.shop import erase, order, paid, placed, points, read, receipt, register, segments
from tests.harness.house import House

GUEST = "ada.guest@example.com"


def change(house: House, customer_id: str, **patch: Any) -> None:
    path = f"/api/customers/{customer_id}"
    headers = {"If-Match": f'"{read(house, path)["version"]}"'}
    answer = house.call("PATCH", path, by="support", body=patch, headers=headers)
    assert answer.status == 200, answer.text


def members(house: House, segment: str) -> list[str]:
    rows = read(house, f"/api/segments/{segment}/members", by="marketing")["data"]
    return [row["customer_id"] for row in rows]


def bought(house: House) -> tuple[str, str]:
    """Somebody buys twice as a guest and once as a customer, whose e-mail is then the guest's."""
    ada = register(house)
    house.settle()
    for one in (
        order("G-1", 60_000, email=GUEST),
        order("G-2", 50_000, email=GUEST),
        order("A-1", 10_000, customer_id=ada, days_ago=0),
    ):
        house.send(placed(one), paid(one))
    house.settle()
    guest: str = read(house, "/api/orders/G-1")["customer_id"]
    change(house, ada, email=GUEST)
    house.settle()
    return ada, guest


def test_two_become_one_person_in_all_services(house: House) -> None:
    ada, guest = bought(house)
    own = points(house, ada)["balance"]
    assert [one["id"] for one in read(house, f"/api/customers/{ada}/orders", by=ada)["data"]] == ["A-1"]
    assert (members(house, "high_value"), guest != ada) == ([guest], True)

    change(house, ada, email_verified=True)
    house.settle()
    orders = read(house, f"/api/customers/{ada}/orders", by=ada)["data"]
    assert {one["id"] for one in orders} == {"A-1", "G-1", "G-2"}
    [stats] = read(house, f"/api/customers/{ada}/stats")["currencies"]
    assert (stats["orders"], stats["spent"]) == (3, 120_000)
    assert points(house, ada)["balance"] >= own + 11_000
    assert read(house, f"/api/customers/{ada}/points", by=ada)["balance"] == points(house, ada)["balance"]
    assert members(house, "high_value") == [ada]
    assert house.call("GET", f"/api/customers/{guest}/segments", by="marketing").status == 404
    assert "high_value" in segments(house, ada)

    late = order("G-3", 1_000, customer_id=guest)
    house.send(placed(late), paid(late))
    house.settle()
    assert read(house, "/api/orders/G-3")["customer_id"] == ada
    assert house.all_dead() == {}


@pytest.mark.parametrize("by_the_guests_id", [False, True])
def test_an_erasure_of_either_forgets_both(house: House, *, by_the_guests_id: bool) -> None:
    ada, guest = bought(house)
    change(house, ada, email_verified=True)
    house.settle()
    request_id = erase(house, guest if by_the_guests_id else ada)
    house.settle()
    done = receipt(house, request_id)
    assert (done["status"], done["customer_id"]) == ("completed", ada)
    assert done["answers"]["customers"]["kept"][0]["count"] == 3
    stored = house.everything_stored().lower()
    assert [canary for canary in ("ada.guest", "ada.lovelace", "lovelace") if canary in stored] == []
    for customer_id in (ada, guest):
        for path in ("", "/points", "/segments", "/messages"):
            assert house.call("GET", f"/api/customers/{customer_id}{path}", by="admin").status in {404, 410}, path
    late = order("G-3", 1_000, email=GUEST)
    house.send(placed(late), paid(late))
    house.settle()
    assert read(house, "/api/orders/G-3")["customer_id"] is None


def test_an_erasure_asked_for_before_the_two_are_one_erases_both(house: House) -> None:
    ada, guest = bought(house)
    asked = house.call(
        "POST",
        "/api/privacy/requests",
        by="compliance",
        body={"kind": "erase", "customer_id": guest},
        headers={"Idempotency-Key": "k"},
    )
    change(house, ada, email_verified=True)
    house.settle()
    request_id = asked.json["id"]
    assert house.call("POST", f"/api/privacy/requests/{request_id}/approve", by="compliance").status == 200
    house.settle()
    done = receipt(house, request_id)
    assert (done["status"], done["customer_id"]) == ("completed", ada)
    stored = house.everything_stored().lower()
    assert [canary for canary in ("ada.guest", "ada.lovelace", "lovelace") if canary in stored] == []
