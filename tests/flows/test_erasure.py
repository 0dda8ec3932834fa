"""An erasure leaves nobody behind: in no table, queue or log, and nobody comes back by what arrives later."""

from __future__ import annotations

import pytest

from tests.flows.shop import (
    ADA,
    erase,
    messages,
    order,
    paid,
    placed,
    points,
    read,
    receipt,
    refunded,
    register,
    reviewed,
    sign_up,
    verify,
)
from tests.harness.house import House
from tests.harness.logs import captured_logs

CANARIES = ("ada.lovelace", "Lovelace", "+447700900123", "1985-12-10")
SERVICES = {"customers", "loyalty", "segments", "notifications"}


@pytest.fixture
def customer_id(house: House) -> str:
    """A customer with a life: registered, bought, refunded, reviewed, welcomed."""
    one = register(house, phone="+447700900123", date_of_birth="1985-12-10")
    bought = order("A-1", 10_000, customer_id=one)
    house.send(placed(bought), paid(bought), refunded(bought, 1_000), reviewed(email=ADA))
    house.settle()
    return one


def test_all_four_services_forget_and_answer_and_the_books_keep_the_amounts(house: House, customer_id: str) -> None:
    request_id = erase(house, customer_id)
    assert set(receipt(house, request_id)["waiting_for"]) == SERVICES
    house.settle()
    done = receipt(house, request_id)
    assert (done["status"], done["waiting_for"], set(done["answers"])) == ("completed", [], SERVICES)
    assert all(answer["erased"] for answer in done["answers"].values())
    assert {kept["what"] for kept in done["answers"]["customers"]["kept"]} == {"orders", "reviews"}
    assert read(house, "/api/orders/A-1")["total"] == 10_000
    stored = house.everything_stored()
    assert [canary for canary in CANARIES if canary.lower() in stored.lower()] == []
    for path in ("", "/points", "/segments", "/messages"):
        assert house.call("GET", f"/api/customers/{customer_id}{path}", by="admin").status in {404, 410}, path


def test_the_receipt_shows_who_has_not_answered_and_asking_again_heals_it(house: House, customer_id: str) -> None:
    request_id = erase(house, customer_id)
    house.carry_stream("privacy")
    house.queues["segments"].clear()  # lost for good: segments never hears of it
    house.settle()
    waiting = receipt(house, request_id)
    assert (waiting["status"], waiting["waiting_for"]) == ("approved", ["segments"])
    house.run("privacy", "chase")
    house.settle()
    assert receipt(house, request_id)["status"] == "completed"


def test_a_late_event_revives_nobody(house: House, customer_id: str) -> None:
    before = list(house.told)
    erase(house, customer_id)
    house.settle()
    for envelope in before:
        if envelope["detail-type"] != "ErasureRequested":
            house.put_on_bus(envelope)
    house.settle()
    stored = house.everything_stored()
    assert [canary for canary in CANARIES if canary.lower() in stored.lower()] == []
    assert house.all_dead() == {}
    assert house.call("GET", f"/api/customers/{customer_id}/points", by="admin").status in {404, 410}


def test_the_erased_email_comes_back_by_no_call_and_no_order(house: House, customer_id: str) -> None:
    erase(house, customer_id)
    house.settle()
    refused = house.call("POST", "/api/customers", by="support", body={"email": ADA})
    assert (refused.status, refused.json["type"].rsplit("/")[-1]) == (409, "email-erased")
    again = order("B-1", 7_000, email=ADA)
    house.send(placed(again), paid(again))
    house.settle()
    kept = read(house, "/api/orders/B-1")
    assert (kept["total"], kept["customer_id"]) == (7_000, None)
    assert "lovelace" not in house.everything_stored().lower()


def test_registering_again_is_a_new_person(house: House, customer_id: str) -> None:
    erase(house, customer_id)
    house.settle()
    answer = sign_up(house)
    assert answer.status == 201
    new_id = answer.json["id"]
    verify(house, new_id)
    house.settle()
    assert new_id != customer_id
    assert points(house, new_id)["balance"] == 0
    assert [message["status"] for message in messages(house, new_id)] == ["sent"]
    assert house.call("GET", f"/api/customers/{customer_id}", by="admin").status in {404, 410}


def test_a_guest_is_erased_too(house: House) -> None:
    one = order("A-1", 10_000, email="guest.canary@example.com")
    house.send(placed(one), paid(one))
    house.settle()
    guest = read(house, "/api/orders/A-1")["customer_id"]
    request_id = erase(house, guest)
    house.settle()
    assert receipt(house, request_id)["status"] == "completed"
    assert "guest.canary" not in house.everything_stored()


def test_an_erasure_before_the_registration_is_heard_still_stands(house: House) -> None:
    """The slowest queue: loyalty hears of the registration only after the person is erased."""
    customer_id = register(house)
    house.carry_stream("customers")
    late = {service: house.queues[service][:] for service in ("loyalty", "segments", "notifications")}
    for service in late:
        house.queues[service].clear()
    request_id = erase(house, customer_id)
    house.settle()
    for service, queue in late.items():
        house.queues[service].extend(queue)
    house.settle()
    assert receipt(house, request_id)["status"] == "completed"
    assert "lovelace" not in house.everything_stored().lower()
    assert "MessageSent" not in house.names_told()


def test_a_dead_letter_that_names_the_person_is_swept(house: House, customer_id: str) -> None:
    poison = next(one for one in house.told if one["detail-type"] == "CustomerRegistered")
    broken = {**poison, "detail": {**poison["detail"], "metadata": {}}}
    house.put_on_bus(broken)
    house.settle()
    assert set(house.all_dead()) == {"loyalty", "segments", "notifications", "privacy"}
    erase(house, customer_id)
    house.settle()
    assert house.all_dead() == {}


def test_no_line_of_any_log_names_the_person(house: House) -> None:
    with captured_logs() as logs:
        customer_id = register(house, phone="+447700900123", date_of_birth="1985-12-10")
        sign_up(house)
        one = order("A-1", 10_000, customer_id=customer_id, email=ADA)
        house.send(placed(one), paid(one), refunded(one, 100))
        house.settle()
        poison = next(e for e in house.told if e["detail-type"] == "CustomerRegistered")
        house.put_on_bus({**poison, "detail": {**poison["detail"], "metadata": {}}})
        house.settle()
        erase(house, customer_id)
        house.settle()
    assert "event refused" in logs.getvalue()
    assert [canary for canary in CANARIES if canary.lower() in logs.getvalue().lower()] == []
