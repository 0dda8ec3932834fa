"""What loyalty does to points and credit ends in a mail: once, and only while it is of use."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest

from shared import clock
from tests.flows.mails import mails_to
from tests.flows.shop import ADA, cancelled, erase, messages, order, paid, placed, points, register, reinstated, verify
from tests.harness.house import House, Weather, open_house
from tests.harness.logs import captured_logs

SetDay = Callable[[date], None]
BOB = "bob@example.com"


@pytest.fixture
def set_day(monkeypatch: pytest.MonkeyPatch) -> SetDay:
    """Let it be eight o'clock of a day, UTC."""

    def set_day(day: date) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.combine(day, time(8), UTC))

    return set_day


def test_an_adjustment_by_staff_is_mailed_to_the_customer(house: House) -> None:
    customer_id = known(house)
    adjust(house, customer_id, 250)
    house.settle()
    (mail,) = mails_to(ADA)
    assert mail.subject == "250 points added to your account at our shop"
    assert "Your balance is now 250 points." in mail.html
    assert "The reason: A late delivery" in mail.html
    assert told_of(house, customer_id) == [("welcome", "skipped"), ("points_adjusted", "sent")]
    assert house.all_dead() == {}


def test_staff_may_adjust_without_a_mail(house: House) -> None:
    customer_id = known(house)
    adjust(house, customer_id, 250, notify=False)
    house.settle()
    assert points(house, customer_id)["balance"] == 250
    assert (mails_to(ADA), told_of(house, customer_id)) == ([], [("welcome", "skipped")])


def test_an_adjustment_that_a_second_person_approves_is_mailed_then(house: House) -> None:
    customer_id = known(house)
    programme = house.call("GET", "/api/loyalty/presets/classic", by="admin").json["programme"]
    careful = {"programme": programme | {"adjustments": programme["adjustments"] | {"approve_above": 100}}}
    assert (
        house.call("PUT", "/api/loyalty/programme", by="admin", body=careful, headers={"If-Match": '"0"'}).status == 200
    )
    proposal = adjust(house, customer_id, 250, status=202)
    house.settle()
    assert mails_to(ADA) == []
    approve = f"/api/customers/{customer_id}/points/proposals/{proposal['id']}/approve"
    assert house.call("POST", approve, by="admin").status == 201
    house.settle()
    assert [mail.subject for mail in mails_to(ADA)] == ["250 points added to your account at our shop"]


def test_who_reaches_a_tier_is_mailed_once_whatever_comes_back(house: House) -> None:
    customer_id = known(house)
    one = order("A-1", 15_000, customer_id=customer_id)
    house.send(placed(one), paid(one))
    house.settle()
    house.send(cancelled(one))
    house.settle()
    house.send(reinstated(one))
    house.settle()
    assert [mail.subject for mail in mails_to(ADA)] == ["You have reached Silver at our shop"]
    assert told_of(house, customer_id) == [("welcome", "skipped"), ("tier_reached", "sent")]
    assert house.all_dead() == {}


def test_an_import_of_old_orders_mails_nobody(house: House) -> None:
    customer_id = known(house)
    for number in range(6):
        old = order(f"A-{number}", 15_000, customer_id=customer_id, days_ago=300 - number)
        house.send(placed(old), paid(old))
    house.settle()
    assert (points(house, customer_id)["tier"], mails_to(ADA)) == ("gold", [])


def test_credit_by_staff_is_mailed_unless_they_say_otherwise(house: House) -> None:
    customer_id = known(house)
    last_day = clock.now().date() + timedelta(days=60)
    give_credit(house, customer_id, expires_on=last_day)
    give_credit(house, customer_id, expires_on=last_day, key="quiet", notify=False)
    (mail,) = mails_to(ADA)
    assert mail.subject == "20.00 USD of store credit for you at our shop"
    assert f"You can pay with it until the end of {written(last_day)}." in mail.html


def test_points_are_sent_by_the_code_of_a_mail_and_both_are_told(house: House) -> None:
    ada, bob = shop_with_transfers(house)
    card = house.call("GET", f"/api/customers/{bob}/card", by=bob).json["number"]
    path, key = f"/api/customers/{ada}/transfers", {"Idempotency-Key": "k"}
    with captured_logs() as lines:
        made = house.call("POST", path, by=ada, body={"card_number": card, "points": 200}, headers=key)
        assert made.status == 201, made.text
        house.settle()
        [mail] = mails_to(ADA)
        assert mail.subject == "Your code for sending 200 points at our shop"
        [code] = re.findall(r"\d{4} \d{4}", mail.html)
        confirmed = house.call("POST", f"{path}/{made.json['id']}/confirm", by=ada, body={"code": code})
        assert confirmed.status == 200, confirmed.text
        house.settle()
    assert (points(house, ada)["available"], points(house, bob)["available"]) == (300, 200)
    assert [each.subject for each in mails_to(ADA)][1:] == ["You have sent 200 points at our shop"]
    [received] = mails_to(BOB)
    assert received.subject == "You have received 200 points at our shop"
    # Nobody but the mail and its event has the code, and neither customer reads of the other.
    assert code.replace(" ", "") not in lines.getvalue() + house.everything_stored()
    assert "Ada" not in received.html
    assert house.all_dead() == {}


def test_without_a_verified_e_mail_no_code_is_made(house: House) -> None:
    _, bob = shop_with_transfers(house)
    path, key = f"/api/customers/{bob}/transfers", {"Idempotency-Key": "k"}
    refused = house.call("POST", path, by=bob, body={"card_number": "402938475611", "points": 200}, headers=key)
    assert (refused.status, refused.json["type"]) == (403, "/problems/email-not-verified")
    house.settle()
    assert mails_to(BOB) == []


def test_points_that_end_are_warned_of_a_month_and_a_week_ahead_once_each(house: House, set_day: SetDay) -> None:
    customer_id = known(house)
    one = order("A-1", 5_000, customer_id=customer_id)
    house.send(placed(one), paid(one))
    house.settle()
    last_day = date.fromisoformat(points(house, customer_id)["next_expiry"]["on"])
    for days_ahead in (31, 30, 29, 8, 7, 7, 6, 0, -1):
        live_through(house, set_day, last_day - timedelta(days=days_ahead))
    warnings = mails_to(ADA)
    assert [mail.subject for mail in warnings] == [f"Use your 500 points at our shop by {written(last_day)}"] * 2
    assert ["in 30 days" in mail.html for mail in warnings] == [True, False]
    assert ["in 7 days" in mail.html for mail in warnings] == [False, True]
    assert points(house, customer_id)["balance"] == 0


def test_credit_that_ends_is_warned_of_a_month_and_a_week_ahead_once_each(house: House, set_day: SetDay) -> None:
    customer_id = known(house)
    last_day = clock.now().date() + timedelta(days=60)
    give_credit(house, customer_id, expires_on=last_day, notify=False)
    for days_ahead in (30, 30, 7, 3, -1):
        live_through(house, set_day, last_day - timedelta(days=days_ahead))
    assert [mail.subject for mail in mails_to(ADA)] == [
        f"Use your store credit of 20.00 USD at our shop by {written(last_day)}"
    ] * 2
    assert {row["occasion"] for row in messages(house, customer_id)} == {
        "registration",
        f"credit:USD/{last_day}/30",
        f"credit:USD/{last_day}/7",
    }


def test_a_warning_that_arrives_after_its_day_is_not_mailed(house: House, set_day: SetDay) -> None:
    customer_id = known(house)
    last_day = clock.now().date() + timedelta(days=60)
    give_credit(house, customer_id, expires_on=last_day, notify=False)
    set_day(last_day - timedelta(days=7))
    house.run("loyalty", "expire")
    house.carry_stream("loyalty")
    set_day(last_day + timedelta(days=1))
    house.settle()
    assert mails_to(ADA) == []
    [late] = [row for row in messages(house, customer_id) if row["template"] == "credit_expiring"]
    assert (late["status"], late["reason"]) == ("skipped", "too_late")


def test_nobody_is_told_of_anything_after_an_erasure(house: House) -> None:
    customer_id = known(house)
    adjust(house, customer_id, 250)
    house.carry_stream("loyalty")
    [waiting], house.queues["notifications"] = house.queues["notifications"], []
    erase(house, customer_id)
    house.settle()
    house.queues["notifications"].append(waiting)
    house.settle()
    assert mails_to(ADA) == []
    assert house.all_dead() == {}


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_weather_each_adjustment_is_mailed_once(seed: int) -> None:
    weather = Weather(Random(seed), copies=3, shuffled=True, late=0.3)  # noqa: S311  # a seeded test
    with open_house(weather) as house:
        customer_id = known(house)
        for number in range(4):
            adjust(house, customer_id, 10 + number, key=f"k-{number}")
        house.settle()
        assert sorted(mail.subject[:9] for mail in mails_to(ADA)) == [f"1{number} points" for number in range(4)]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_weather_a_tier_and_credit_are_mailed_once(seed: int) -> None:
    weather = Weather(Random(seed), copies=3, shuffled=True, late=0.3)  # noqa: S311  # a seeded test
    with open_house(weather) as house:
        customer_id = known(house)
        one = order("A-1", 15_000, customer_id=customer_id)
        house.send(placed(one), paid(one))
        give_credit(house, customer_id, expires_on=clock.now().date() + timedelta(days=60))
        assert sorted(mail.subject for mail in mails_to(ADA)) == [
            "20.00 USD of store credit for you at our shop",
            "You have reached Silver at our shop",
        ]


def shop_with_transfers(house: House) -> tuple[str, str]:
    """Ada, who has 500 points, and Bob, who has none."""
    programme = house.call("GET", "/api/loyalty/presets/classic", by="admin").json["programme"]
    body = {"programme": programme | {"transfers": {"allowed": True, "account_days": 0}}}
    put = house.call("PUT", "/api/loyalty/programme", by="admin", body=body, headers={"If-Match": '"0"'})
    assert put.status == 200, put.text
    ada, bob = register(house, marketing=False), register(house, BOB, marketing=False, first_name="Bob")
    house.settle()
    verify(house, ada)
    one = order("A-1", 5_000, customer_id=ada)
    house.send(placed(one), paid(one))
    house.settle()
    return ada, bob


def known(house: House) -> str:
    """Ada, who wants no marketing, and of whom everybody has heard."""
    customer_id = register(house, marketing=False)
    house.settle()
    return customer_id


def adjust(
    house: House, customer_id: str, count: int, *, key: str = "k", status: int = 201, **more: Any
) -> dict[str, Any]:
    body = {"points": count, "reason": "A late delivery", **more}
    path = f"/api/customers/{customer_id}/points"
    answer = house.call("POST", path, by="support", body=body, headers={"Idempotency-Key": key})
    assert answer.status == status, answer.text
    made: dict[str, Any] = answer.json
    return made


def give_credit(house: House, customer_id: str, *, expires_on: date, key: str = "c", **more: Any) -> None:
    body = {"amount": 2_000, "currency": "USD", "reason": "A late parcel", "expires_on": expires_on.isoformat(), **more}
    path = f"/api/customers/{customer_id}/credit"
    assert house.call("POST", path, by="support", body=body, headers={"Idempotency-Key": key}).status == 201
    house.settle()


def live_through(house: House, set_day: SetDay, day: date) -> None:
    """The schedule runs on a day, and all that follows from it happens."""
    set_day(day)
    house.run("loyalty", "expire")
    house.settle()


def told_of(house: House, customer_id: str) -> list[tuple[str, str]]:
    """A customer's messages, oldest first: what each is and how it stands."""
    return [(row["template"], row["status"]) for row in reversed(messages(house, customer_id))]


def written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
