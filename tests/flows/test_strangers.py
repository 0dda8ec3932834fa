"""Somebody registers with an e-mail that is not theirs, and orders arrive under it."""

from __future__ import annotations

from shared import clock
from tests.flows.shop import order, paid, placed, points, read, register
from tests.harness.house import House

VICTIM = "victim@example.com"


def test_what_arrives_by_e_mail_alone_is_spent_only_once_the_e_mail_is_verified(house: House) -> None:
    mallory = register(house, VICTIM)
    house.settle()
    own, others = order("A-1", 20_000, customer_id=mallory), order("A-2", 50_000, email=VICTIM)
    others = others.model_copy(update={"placed_at": clock.now()})
    own = own.model_copy(update={"placed_at": clock.now()})
    house.send(placed(own), placed(others))
    house.settle()
    house.send(paid(own, minutes=0), paid(others, minutes=0))
    house.settle()
    assert [one["id"] for one in read(house, f"/api/customers/{mallory}/orders", by=mallory)["data"]] == ["A-1"]
    assert {one["id"] for one in read(house, f"/api/customers/{mallory}/orders")["data"]} == {"A-1", "A-2"}
    assert read(house, f"/api/customers/{mallory}/points", by=mallory)["balance"] == 2_000
    assert redeem(house, mallory, 2_100, "k-1") == 409
    assert redeem(house, mallory, 1_000, "k-2") == 201

    version = read(house, f"/api/customers/{mallory}")["version"]
    headers = {"If-Match": f'"{version}"'}
    body = {"email_verified": True}
    assert house.call("PATCH", f"/api/customers/{mallory}", by="support", body=body, headers=headers).status == 200
    house.settle()
    assert len(read(house, f"/api/customers/{mallory}/orders", by=mallory)["data"]) == 2
    assert points(house, mallory)["balance"] > 6_000
    assert redeem(house, mallory, 2_100, "k-3") == 201
    assert house.all_dead() == {}


def redeem(house: House, customer_id: str, number: int, key: str) -> int:
    body, headers = {"points": number}, {"Idempotency-Key": key}
    path = f"/api/customers/{customer_id}/redemptions"
    return house.call("POST", path, by=customer_id, body=body, headers=headers).status
