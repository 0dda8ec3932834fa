"""The catalogue, the rules and the handlers say the same; every event of a whole life validates against its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra.apps import ROOT
from notifications.unsubscribe.usecases import unsubscribe_url
from shared import clock, ids
from shared.events.catalogue import EVENTS
from shared.events.customers import Channel
from tests.flows.shop import (
    ADA,
    cancelled,
    delivered,
    edited,
    erase,
    order,
    paid,
    placed,
    refunded,
    register,
    reinstated,
    reviewed,
)
from tests.harness import tokens
from tests.harness.house import House, open_house

SCHEMAS = ROOT / "docs" / "events"


@pytest.fixture(scope="module")
def told() -> Iterator[list[dict[str, Any]]]:  # one life for all tests: it takes seconds
    """Everything on the bus in a life in which every event of the catalogue happens."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        tokens.install_issuers(monkeypatch)
        with open_house() as house:
            _live(house, monkeypatch)
            yield house.told


def _live(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    customer_id = register(house)
    house.settle()
    one = order("A-1", 150_000, customer_id=customer_id)
    old = order("A-0", 1_000, customer_id=customer_id, days_ago=100)
    house.send(placed(one), paid(one), placed(old), paid(old), refunded(one, 149_000))
    house.settle()
    house.send(delivered(old), cancelled(old), reinstated(old), reviewed(customer_id))
    house.send(edited(order("A-0", 900, customer_id=customer_id, days_ago=100)))
    house.settle()
    _adjust(house, customer_id)
    _redeem(house, customer_id)
    _claim(house, customer_id)
    _change(house, customer_id)
    _find_guest(house, customer_id)
    _replace_card(house, customer_id)
    _use_credit(house, customer_id)
    _freeze(house, customer_id)
    _transfer(house, customer_id)
    _earn_pending(house, customer_id)
    _let_time_pass(house, monkeypatch)
    withdrawn = {"channel": "email", "granted": False}
    assert house.call("POST", f"/api/customers/{customer_id}/consents", by="support", body=withdrawn).status == 201
    nobody = ids.new_customer_id()
    assert house.call("POST", f"/api/customers/{nobody}/consents", by="support", body=withdrawn).status == 201
    _unsubscribe(house, customer_id)
    house.settle()
    erase(house, customer_id)
    house.settle()


def _adjust(house: House, customer_id: str) -> None:
    path, body = f"/api/customers/{customer_id}/points", {"points": 50, "reason": "goodwill"}
    assert house.call("POST", path, by="support", body=body, headers={"Idempotency-Key": "k"}).status == 201


def _redeem(house: House, customer_id: str) -> None:
    path, body = f"/api/customers/{customer_id}/redemptions", {"points": 20, "order_id": "A-2"}
    assert house.call("POST", path, by="storefront", body=body, headers={"Idempotency-Key": "k"}).status == 201
    house.settle()
    one = order("A-2", 1_000, customer_id=customer_id)
    house.send(placed(one), paid(one), refunded(one, 500))
    house.settle()


def _claim(house: House, customer_id: str) -> None:
    mug = {"name": "A mug", "kind": "gift", "points": 10}
    made = house.call("POST", "/api/loyalty/rewards", by="marketing", body=mug)
    assert made.status == 201, made.text
    path, body = f"/api/customers/{customer_id}/claims", {"reward_id": made.json["id"]}
    assert house.call("POST", path, by="storefront", body=body, headers={"Idempotency-Key": "k"}).status == 201
    house.settle()


def _use_credit(house: House, customer_id: str) -> None:
    credit = f"/api/customers/{customer_id}/credit"
    last_day = (clock.now() + timedelta(days=8)).date().isoformat()
    given = {"amount": 1_000, "currency": "USD", "reason": "A late parcel", "expires_on": last_day}
    assert house.call("POST", credit, by="support", body=given, headers={"Idempotency-Key": "k1"}).status == 201
    wanted = {"amount": 500, "currency": "USD", "order_id": "A-3"}
    held = house.call("POST", f"{credit}/holds", by="storefront", body=wanted, headers={"Idempotency-Key": "k2"})
    assert held.status == 201, held.text
    assert house.call("POST", f"{credit}/holds/{held.json['id']}/capture", by="storefront", body={}).status == 200
    house.settle()
    one = order("A-3", 1_000, customer_id=customer_id)
    house.send(placed(one), paid(one), cancelled(one))
    taken = {"amount": 100, "reason": "Given twice"}
    path = f"{credit}/USD/revoke"
    assert house.call("POST", path, by="support", body=taken, headers={"Idempotency-Key": "k3"}).status == 201
    house.settle()


def _transfer(house: House, customer_id: str) -> None:
    other = register(house, "grace.hopper@example.com")
    now = house.call("GET", "/api/loyalty/programme", by="admin").json
    rules = {"allowed": True, "smallest": 1, "account_days": 0, "buyers_only": False}
    body = {"programme": now["programme"] | {"transfers": rules}}
    headers = {"If-Match": f'"{now["newest"]}"'}
    assert house.call("PUT", "/api/loyalty/programme", by="admin", body=body, headers=headers).status == 200
    house.settle()
    path, body = f"/api/customers/{customer_id}/transfers", {"customer_id": other, "points": 1}
    made = house.call("POST", path, by="support", body=body, headers={"Idempotency-Key": "k"})
    assert made.status == 201, made.text
    house.settle()
    [code] = [each["detail"]["data"]["code"] for each in house.told if each["detail-type"] == "TransferRequested"]
    confirmed = house.call("POST", f"{path}/{made.json['id']}/confirm", by="support", body={"code": code})
    assert confirmed.status == 200, confirmed.text
    house.settle()


def _earn_pending(house: House, customer_id: str) -> None:
    programme = house.call("GET", "/api/loyalty/presets/classic", by="admin").json["programme"]
    waiting = {"programme": programme | {"pending": {"until": "days", "days": 14}}}
    put = house.call("PUT", "/api/loyalty/programme", by="admin", body=waiting, headers={"If-Match": '"1"'})
    assert put.status == 200, put.text
    one = order("A-4", 1_000, customer_id=customer_id, days_ago=0)
    house.send(placed(one), paid(one))
    house.settle()


def _let_time_pass(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credit is warned of a week ahead and expires; then points are warned of, and expire."""
    today = clock.now()
    for days in (1, 9, 40, 350, 370):
        with monkeypatch.context() as later:
            later.setattr(clock, "now", lambda days=days: today + timedelta(days=days))
            house.run("loyalty", "expire")
            house.settle()


def _replace_card(house: House, customer_id: str) -> None:
    path = f"/api/customers/{customer_id}/card"
    named = {"number": house.call("GET", path, by="support").json["number"]}
    assert house.call("POST", f"{path}/block", by="support", body=named | {"reason": "lost"}).status == 200
    house.settle()
    assert house.call("POST", f"{path}/unblock", by="support", body=named).status == 200
    house.settle()
    assert house.call("POST", f"{path}/replace", by="support", body=named).status == 201
    house.settle()


def _change(house: House, customer_id: str) -> None:
    path = f"/api/customers/{customer_id}"
    etag = house.call("GET", path, by="support").headers["ETag"]
    changed = house.call("PATCH", path, by="support", body={"first_name": "Augusta"}, headers={"If-Match": etag})
    assert changed.status == 200, changed.text


def _find_guest(house: House, customer_id: str) -> None:
    """The customer turns out to be a guest who bought."""
    house.send(placed(order("G-1", 1_000, email="guest@example.com")))
    house.settle()
    path = f"/api/customers/{customer_id}"
    etag = house.call("GET", path, by="support").headers["ETag"]
    body = {"email": "guest@example.com", "email_verified": True}
    assert house.call("PATCH", path, by="support", body=body, headers={"If-Match": etag}).status == 200
    house.settle()


def _freeze(house: House, customer_id: str) -> None:
    for version, body in enumerate(({"frozen": True, "reason": "dispute"}, {"frozen": False})):
        path, headers = f"/api/customers/{customer_id}/freeze", {"If-Match": f'"{version}"'}
        assert house.call("PUT", path, by="support", body=body, headers=headers).status == 200
        house.settle()


def _unsubscribe(house: House, customer_id: str) -> None:
    path = unsubscribe_url(customer_id, Channel.EMAIL).removeprefix("https://shop.example")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert house.call("POST", path, body=b"List-Unsubscribe=One-Click", headers=form).status == 200


def test_every_event_that_is_told_validates_against_its_schema(told: list[dict[str, Any]]) -> None:
    for envelope in told:
        schema = json.loads((SCHEMAS / f"{envelope['detail-type']}.json").read_text(encoding="utf-8"))
        Draft202012Validator(schema).validate(envelope["detail"])


def test_every_event_of_the_catalogue_is_told_in_this_life(told: list[dict[str, Any]]) -> None:
    assert {envelope["detail-type"] for envelope in told} == {name for name, e in EVENTS.items() if not e.announced}


def test_each_event_is_told_by_whom_the_catalogue_names(told: list[dict[str, Any]]) -> None:
    for envelope in told:
        teller = envelope["source"].removeprefix("regulars.")
        assert teller in EVENTS[envelope["detail-type"]].told_by


def test_only_the_events_that_exist_for_it_carry_the_person(told: list[dict[str, Any]]) -> None:
    for envelope in told:
        if not EVENTS[envelope["detail-type"]].personal:
            text = json.dumps(envelope)
            assert ADA not in text, envelope["detail-type"]
            assert "Lovelace" not in text, envelope["detail-type"]
