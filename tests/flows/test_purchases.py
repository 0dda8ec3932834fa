"""Purchases through all five services: everything arrives once, whatever arrives twice, late or out of order."""

from __future__ import annotations

from random import Random

import pytest

from shared.events.customers import OrderRecorded
from tests.flows.shop import (
    ADA,
    cancelled,
    delivered,
    messages,
    order,
    paid,
    placed,
    points,
    read,
    refunded,
    register,
    reinstated,
    reviewed,
    segments,
    verify,
)
from tests.harness.house import House, Weather, open_house


def test_a_purchase_of_a_registered_customer_reaches_everyone(house: House) -> None:
    customer_id = register(house)
    house.settle()
    one = order("A-1", 120_000, customer_id=customer_id)
    house.send(placed(one), paid(one))
    house.settle()

    [stats] = read(house, f"/api/customers/{customer_id}/stats")["currencies"]
    assert (stats["orders"], stats["spent"], stats["currency"]) == (1, 120_000, "USD")
    assert points(house, customer_id)["balance"] == 12_000
    assert points(house, customer_id)["tier"] == "gold"
    assert segments(house, customer_id) == {"high_value", "new"}
    [tier, welcome] = messages(house, customer_id)
    assert (tier["template"], tier["status"]) == ("tier_reached", "sent")
    assert (welcome["status"], welcome["reason"]) == ("waiting", "not_verified")
    verify(house, customer_id)
    house.settle()
    [_, welcome] = messages(house, customer_id)
    assert (welcome["status"], welcome["reason"]) == ("sent", None)
    assert read(house, f"/api/customers/{customer_id}/card")["number"]
    assert house.all_dead() == {}


def test_an_order_by_http_and_its_event_are_one_order(house: House) -> None:
    customer_id = register(house)
    one = order("A-1", 5_000, customer_id=customer_id)
    body = {"id": "A-1", "currency": "USD", "total": 5_000, "placed_at": one.placed_at.isoformat()}
    assert house.call("POST", f"/api/customers/{customer_id}/orders", by="storefront", body=body).status == 201
    house.send(placed(one), paid(one))
    house.settle()
    [stats] = read(house, f"/api/customers/{customer_id}/stats")["currencies"]
    assert (stats["orders"], stats["spent"]) == (1, 5_000)
    assert points(house, customer_id)["balance"] == 500


def test_a_guest_who_registers_keeps_what_was_bought_before(house: House) -> None:
    one = order("A-1", 5_000, email=" Ada.Lovelace@Example.com ")
    house.send(placed(one), paid(one))
    house.settle()
    customer_id = register(house)
    verify(house, customer_id)
    house.settle()
    assert points(house, customer_id)["balance"] == 500
    assert [row["id"] for row in read(house, f"/api/customers/{customer_id}/orders")["data"]] == ["A-1"]
    assert [one["status"] for one in messages(house, customer_id)] == ["sent"]


def test_a_refund_takes_points_back_in_proportion_and_never_more(house: House) -> None:
    customer_id = register(house)
    one = order("A-1", 10_000, customer_id=customer_id)
    house.send(placed(one), paid(one), refunded(one, 2_500, "r-1"))
    house.settle()
    assert points(house, customer_id)["balance"] == 750
    house.send(refunded(one, 2_500, "r-1"), refunded(one, 7_500, "r-2"), refunded(one, 5_000, "r-3"))
    house.settle()
    assert points(house, customer_id)["balance"] == 0
    [stats] = read(house, f"/api/customers/{customer_id}/stats")["currencies"]
    assert (stats["orders"], stats["spent"]) == (1, 0)


def test_a_cancelled_order_is_no_money_spent_until_it_stands_again(house: House) -> None:
    """Segments and notifications look at no status: what was spent follows the stats, and no mail is of an order."""
    customer_id = register(house)
    one = order("A-1", 120_000, customer_id=customer_id)
    house.send(placed(one), paid(one), delivered(one))
    house.settle()
    assert segments(house, customer_id) == {"high_value", "new"}
    house.send(cancelled(one))
    house.settle()
    assert read(house, "/api/orders/A-1")["status"] == "cancelled"
    assert segments(house, customer_id) == {"new"}
    house.send(reinstated(one), cancelled(one))
    house.settle()
    assert read(house, "/api/orders/A-1")["status"] == "paid"
    assert segments(house, customer_id) == {"high_value", "new"}
    assert [message["template"] for message in messages(house, customer_id)] == ["tier_reached", "welcome"]
    assert house.all_dead() == {}


def test_a_review_of_a_customer_is_told_of_once_and_of_a_stranger_not(house: House) -> None:
    customer_id = register(house)
    house.send(reviewed(email=ADA.upper()), reviewed(customer_id), reviewed(email="b@example.com", review_id="rev-2"))
    house.settle()
    heard = [envelope["detail"]["data"] for envelope in house.told if envelope["detail-type"] == "ReviewRecorded"]
    assert [(data["review_id"], data["customer_id"], data["rating"]) for data in heard] == [("rev-1", customer_id, 4)]
    assert len(read(house, "/api/customers", by="support")["data"]) == 1
    assert house.all_dead() == {}


def test_without_consent_the_welcome_is_skipped_and_says_why(house: House) -> None:
    customer_id = register(house, marketing=False)
    house.settle()
    [message] = messages(house, customer_id)
    assert (message["status"], message["reason"]) == ("skipped", "no_consent")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_weather_the_end_is_the_same(seed: int) -> None:
    """Orders of three people, a refund each, in any order, in copies and late."""
    weather = Weather(Random(seed), copies=1 + seed % 3, shuffled=True, late=0.3)  # noqa: S311  # a seeded test
    with open_house(weather) as house:
        registered = register(house)
        people = [{"customer_id": registered}, {"email": "guest@example.com"}, {"email": ADA}]
        orders = [order(f"A-{n}", 3_000 + n, days_ago=n + 1, **people[n % 3]) for n in range(9)]  # type: ignore[arg-type]
        events = [happened for one in orders for happened in (placed(one), paid(one))]
        events += [refunded(one, 1_000, f"r-{one.id}") for one in orders[:3]]
        weather.random.shuffle(events)
        house.send(*events)
        house.settle()

        # Two of three people are Ada: by id, and by e-mail.
        [stats] = read(house, f"/api/customers/{registered}/stats")["currencies"]
        hers = [n for n in range(9) if n % 3 != 1]
        assert stats["orders"] == 6
        assert stats["spent"] == sum(3_000 + n for n in hers) - 2_000
        assert points(house, registered)["balance"] == _entries_sum(house, registered)
        assert len(messages(house, registered)) == 1
        assert house.all_dead() == {}
        _each_order_ends_as_paid(house)


def test_orders_without_a_person_harm_nobody(house: House) -> None:
    one = order("A-1", 5_000)
    house.send(placed(one), paid(one))
    house.settle()
    told = [envelope["detail"]["data"] for envelope in house.told if envelope["detail-type"] == "OrderRecorded"]
    assert {data["customer_id"] for data in told} == {None}
    assert house.all_dead() == {}


def _entries_sum(house: House, customer_id: str) -> int:
    entries = read(house, f"/api/customers/{customer_id}/points/entries?limit=100")["data"]
    numbers = [entry["number"] for entry in entries]
    assert numbers == list(range(len(entries), 0, -1))
    return sum(entry["points"] for entry in entries)


def _each_order_ends_as_paid(house: House) -> None:
    last: dict[str, tuple[int, OrderRecorded]] = {}
    for envelope in house.told:
        if envelope["detail-type"] == "OrderRecorded":
            data = OrderRecorded.model_validate(envelope["detail"]["data"])
            version = envelope["detail"]["metadata"]["version"]
            last[data.order_id] = max(last.get(data.order_id, (0, data)), (version, data), key=lambda pair: pair[0])
    assert len(last) == 9
    assert {data.status for _, data in last.values()} == {"paid", "partly_refunded"}
