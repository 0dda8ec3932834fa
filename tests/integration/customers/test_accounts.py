"""Customers come to be, by their own act or the shop's, and are read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import boto3
import pytest

from customers.accounts import items, usecases
from customers.emails import store as emails
from customers.orders.store import find_order
from shared import ids
from shared.events.customers import Channel, CustomerRegistered
from shared.events.foreign import Buyer
from tests.harness.interruptions import after_first
from tests.harness.orders import EMAIL, order, paid, placed
from tests.integration.customers.desk import (
    call,
    change,
    create,
    customer_of,
    erasure,
    hear,
    kinds,
    read,
    register,
    stage,
    stored,
    told,
)


def test_a_registered_customer_is_read_as_registered() -> None:
    made = register(first_name="Ada", last_name="Lovelace", phone="+442079460000", locale="en-GB")
    assert made.status == 201
    assert made.headers["ETag"] == '"1"'
    assert made.json["registered"] is True
    assert made.json["status"] == "active"
    assert made.json["source"] == "registration"
    found = read(made.json["id"])
    assert (found.status, found.json, found.headers["ETag"]) == (200, made.json, '"1"')


def test_a_registration_is_told_with_its_consents() -> None:
    made = register(consents=[{"channel": "email", "granted": True}, {"channel": "sms", "granted": False}])
    [event] = told(CustomerRegistered)
    assert event.customer_id == made.json["id"]
    assert event.profile.email == EMAIL
    assert event.profile.registered_at == datetime.fromisoformat(made.json["registered_at"])
    assert [(c.channel, c.granted, c.decided_at is not None) for c in event.consents] == [
        (Channel.EMAIL, True, True),
        (Channel.SMS, False, True),
    ]


def test_the_email_is_kept_in_its_one_spelling_and_only_on_the_profile() -> None:
    assert register(" Ada@Example.COM ").json["email"] == EMAIL
    assert stored().count(EMAIL) == 1


@pytest.mark.parametrize("door", [register, create])
@pytest.mark.parametrize("spelling", [EMAIL, "ADA@example.com"])
def test_an_email_belongs_to_one_registered_customer(door: object, spelling: str) -> None:
    register()
    answer = door(spelling)  # type: ignore[operator]
    assert (answer.status, answer.json["type"]) == (409, "/problems/email-taken")
    assert kinds() == {"email": 1, "profile": 1}


def test_of_two_registrations_at_once_one_is_told_that_the_email_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    after_first(monkeypatch, usecases, "find_holder", register)
    assert register(first_name="Late").status == 409
    assert kinds() == {"email": 1, "profile": 1}
    assert len(told(CustomerRegistered)) == 1


def test_a_registration_during_which_the_first_order_comes_adopts_its_guest(monkeypatch: pytest.MonkeyPatch) -> None:
    after_first(monkeypatch, usecases, "find_holder", lambda: hear(placed(order())))
    made = register()
    assert made.status == 201
    assert customer_of() == made.json["id"]
    assert kinds() == {"email": 1, "order": 1, "profile": 1, "stats": 1}


@pytest.mark.parametrize(
    ("door", "source", "last_name"), [(register, "registration", None), (create, "staff", "Lovelace")]
)
def test_a_guest_becomes_a_customer_in_place_with_the_same_id(door: object, source: str, last_name: str | None) -> None:
    hear(paid(order(buyer=Buyer(email=EMAIL, first_name="A.", last_name="Lovelace"))))
    guest = read(customer_of() or "")
    assert (guest.json["registered"], guest.json["source"], guest.json["registered_at"]) == (False, "order", None)
    made = door(first_name="Ada")  # type: ignore[operator]
    assert made.status == 201
    assert made.json["id"] == guest.json["id"]
    assert (made.json["first_name"], made.json["last_name"]) == ("Ada", last_name)
    assert (made.json["registered"], made.json["source"], made.json["version"]) == (True, source, 2)
    assert kinds() == {"email": 1, "order": 1, "profile": 1, "stats": 1}
    assert [event.customer_id for event in told(CustomerRegistered)] == [guest.json["id"]]


def test_a_stranger_who_registers_reads_nothing_of_the_guest() -> None:
    hear(paid(order(buyer=Buyer(email=EMAIL, first_name="Ada", last_name="Lovelace"))))
    guest = customer_of() or ""
    known: dict[str, Any] = {
        "phone": "+442079460000",
        "date_of_birth": "1985-12-10",
        "locale": "en-GB",
        "email_verified": True,
        "groups": ["wholesale"],
    }
    assert change(guest, 1, **known).status == 200
    made = register(first_name="Eve")
    assert made.json["id"] == guest
    assert (made.json["first_name"], made.json["email_verified"]) == ("Eve", False)
    assert [made.json[name] for name in ("last_name", "phone", "date_of_birth", "locale")] == [None] * 4
    assert made.json["groups"] == []
    assert call("GET", f"/api/customers/{guest}", by=guest).json == made.json
    [event] = told(CustomerRegistered)
    assert (event.profile.last_name, event.profile.email_verified) == (None, False)
    assert (event.profile.birthday, event.profile.groups) == (None, [])


def test_a_guest_whom_the_shop_registers_keeps_the_groups() -> None:
    hear(paid(order()))
    change(customer_of() or "", 1, groups=["wholesale"])
    assert create(date_of_birth="1985-12-10").json["groups"] == ["wholesale"]
    [event] = told(CustomerRegistered)
    assert (event.profile.groups, event.profile.birthday) == (["wholesale"], date(1985, 12, 10))


def test_a_profile_of_before_there_were_groups_has_none() -> None:
    ada = register().json
    key = {"pk": {"S": f"CUSTOMER#{ada['id']}"}, "sk": {"S": "PROFILE"}}
    boto3.client("dynamodb").update_item(
        TableName="regulars-test-customers",
        Key=key,
        UpdateExpression="REMOVE #g",
        ExpressionAttributeNames={"#g": "groups"},
    )
    assert read(ada["id"]).json == ada
    assert change(ada["id"], 1, groups=["staff"]).json["groups"] == ["staff"]


def test_the_storefront_may_create_and_vouch_for_the_email() -> None:
    made = call("POST", "/api/customers", {"email": EMAIL, "email_verified": True}, by="storefront")
    assert (made.json["source"], made.json["email_verified"]) == ("storefront", True)


def test_the_shop_cannot_bring_back_an_erased_person() -> None:
    erased = register().json["id"]
    hear(erasure(erased))
    answer = create()
    assert (answer.status, answer.json["type"]) == (409, "/problems/email-erased")
    assert "registering again" in answer.json["detail"]


def test_an_erased_person_who_registers_again_starts_anew() -> None:
    erased = register().json["id"]
    hear(erasure(erased))
    made = register()
    assert made.status == 201
    assert made.json["id"] != erased
    assert read(erased).status == 404
    assert register().status == 409
    hear(placed(order()))
    assert customer_of() == made.json["id"]


def test_an_erasure_in_between_makes_the_adoption_start_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(placed(order()))
    guest = customer_of() or ""
    after_first(monkeypatch, usecases, "find_holder", lambda: hear(erasure(guest)))
    made = register()
    assert made.status == 201
    assert made.json["id"] != guest
    found = find_order("o-1")
    assert found
    assert found.anonymised


def test_the_same_key_gives_the_first_answer_again_and_another_body_is_refused() -> None:
    key = {"Idempotency-Key": "k-1"}
    first = register(first_name="Ada", headers=key)
    again = register(first_name="Ada", headers=key)
    assert (again.status, again.json, again.headers["ETag"]) == (201, first.json, '"1"')
    assert again.headers["Idempotent-Replayed"] == "true"
    assert register(first_name="Eve", headers=key).status == 422
    assert kinds() == {"email": 1, "profile": 1, "receipt": 2}


def test_of_two_requests_with_one_key_at_once_the_later_gets_the_answer_of_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = {"Idempotency-Key": "k-1"}
    after_first(monkeypatch, usecases, "find_holder", lambda: register(headers=key))
    answer = register(headers=key)
    assert (answer.status, answer.headers["Idempotent-Replayed"]) == (201, "true")
    assert kinds()["profile"] == 1


def test_the_list_is_newest_first_over_all_shards_and_pages() -> None:
    made = [register(f"customer-{n}@example.com").json["id"] for n in range(7)]
    hear(placed(order(buyer=Buyer(email="guest@example.com"))))
    everyone = [*made, customer_of()]
    found, cursor = [], ""
    for _ in range(3):
        page = call("GET", f"/api/customers?limit=3{cursor}").json
        found += [each["id"] for each in page["data"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert found == everyone[::-1]
    assert page["next_cursor"] is None


def test_a_page_asks_a_shard_again_that_has_more_than_its_share_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "shard_of", lambda _: "2")
    made = [register(f"customer-{n}@example.com").json["id"] for n in range(7)]
    page = call("GET", "/api/customers?limit=5").json
    assert [one["id"] for one in page["data"]] == made[:1:-1]
    rest = call("GET", f"/api/customers?limit=5&cursor={page['next_cursor']}").json
    assert [one["id"] for one in rest["data"]] == made[1::-1]


def test_a_cursor_of_another_list_is_refused() -> None:
    register()
    register("ben@example.com")
    cursor = call("GET", "/api/customers?limit=1").json["next_cursor"]
    path = f"/api/customers/{ids.new_customer_id()}/orders?limit=1&cursor={cursor}"
    answer = call("GET", path)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "cursor")


def test_nobody_is_read_under_an_id_that_is_not_here() -> None:
    assert read(ids.new_customer_id()).status == 404
    assert read("cus_1").status == 422


def test_the_key_of_an_address_needs_the_secret() -> None:
    register()
    holder = emails.find_holder(EMAIL)
    assert holder
    assert len(holder.pk) == len("EMAIL#") + 64
    assert EMAIL not in str(holder.attribute_values)


def test_a_registration_tells_one_key_for_all_spellings_of_a_mailbox_also_after_an_erasure() -> None:
    ids = [register(email).json["id"] for email in ("ada.l@example.com", "adal+2@example.com", "bob@example.com")]
    hear(erasure(ids[0]))
    register("ada.l@example.com")
    keys = [event.reward_key for event in told(CustomerRegistered)]
    assert keys[0] == keys[1] == keys[3] != keys[2]
    assert keys[0] not in {item["pk"]["S"].removeprefix("EMAIL#") for item in stage.items()}


def test_an_erasure_leaves_no_key_in_customers() -> None:
    customer_id = register("ada.l@example.com").json["id"]
    key = told(CustomerRegistered)[0].reward_key
    hear(erasure(customer_id))
    assert key not in stored()
