"""Details change: by merge patch or whole, from a version that the caller has read."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import pytest

from customers.accounts import changes
from customers.accounts.items import ProfileItem
from customers.accounts.store import find_account
from shared.events.customers import CustomerUpdated
from shared.items.table import Put, commit
from tests.harness.interruptions import after_first
from tests.harness.orders import EMAIL, order, placed
from tests.integration.customers.desk import (
    Answer,
    call,
    change,
    create,
    customer_of,
    erasure,
    hear,
    kinds,
    read,
    register,
    told,
)

NEW = "ada@new.example.com"


def replace(customer_id: str, version: int, **details: Any) -> Answer:
    headers = {"If-Match": f'"{version}"'}
    return call("PUT", f"/api/customers/{customer_id}", details, headers=headers)


def test_a_patch_changes_what_it_names_and_null_removes() -> None:
    ada = register(first_name="Ada", phone="+442079460000", date_of_birth="1990-12-10").json
    changed = change(ada["id"], 1, last_name="King", phone=None)
    assert (changed.status, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json == ada | {"last_name": "King", "phone": None, "version": 2}
    assert read(ada["id"]).json == changed.json


def test_the_whole_profile_is_told_after_a_change() -> None:
    ada = register(first_name="Ada").json
    change(ada["id"], 1, status="banned")
    [event] = told(CustomerUpdated)
    assert (event.profile.first_name, event.profile.email, event.profile.status) == ("Ada", EMAIL, "banned")


def test_a_replacement_leaves_nothing_of_before() -> None:
    ada = register(first_name="Ada", phone="+442079460000").json
    replaced = replace(ada["id"], 1, email=EMAIL, status="inactive")
    assert replaced.status == 200
    assert (replaced.json["first_name"], replaced.json["phone"], replaced.json["status"]) == (None, None, "inactive")
    assert [event.profile.status for event in told(CustomerUpdated)] == ["inactive"]


def test_a_replacement_names_the_status() -> None:
    ada = register().json
    answer = replace(ada["id"], 1, email=EMAIL)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "status")


def test_a_change_of_nothing_writes_and_tells_nothing() -> None:
    ada = register(first_name="Ada").json
    assert change(ada["id"], 1, first_name="Ada").headers["ETag"] == '"1"'
    assert told(CustomerUpdated) == []


def test_a_change_needs_the_version_that_was_read() -> None:
    ada = register().json
    path = f"/api/customers/{ada['id']}"
    assert call("PATCH", path, {"first_name": "A"}).status == 428
    assert change(ada["id"], 7, first_name="A").status == 412
    assert change(ada["id"], 1, first_name="A").status == 200
    assert change(ada["id"], 1, first_name="B").status == 412


def test_of_two_changes_at_once_one_loses(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = register().json
    after_first(monkeypatch, changes, "get_profile", lambda: change(ada["id"], 1, first_name="First"))
    assert change(ada["id"], 1, first_name="Second").status == 412
    assert read(ada["id"]).json["first_name"] == "First"


def test_an_order_never_makes_a_change_fail() -> None:
    ada = register().json
    hear(placed(order()))
    assert customer_of() == ada["id"]
    assert change(ada["id"], 1, first_name="Ada").status == 200


def test_a_new_email_moves_the_reservation_and_is_not_verified() -> None:
    ada = create(email_verified=True).json
    changed = change(ada["id"], 1, email=NEW)
    assert (changed.json["email"], changed.json["email_verified"]) == (NEW, False)
    assert kinds()["email"] == 1
    assert register(NEW).status == 409
    assert register().status == 201


def test_staff_may_vouch_for_the_new_email() -> None:
    ada = register().json
    assert change(ada["id"], 1, email=NEW, email_verified=True).json["email_verified"] is True
    assert change(ada["id"], 2, email_verified=None).json["email_verified"] is False


@pytest.mark.parametrize("spelling", ["Ada@Example.com", EMAIL])
def test_the_same_email_in_another_spelling_is_no_change(spelling: str) -> None:
    ada = create(email_verified=True).json
    assert change(ada["id"], 1, email=spelling).json == ada


def test_an_email_of_somebody_else_or_of_an_erased_person_cannot_be_taken() -> None:
    ada, ben = register().json, register("ben@example.com").json
    taken = change(ben["id"], 1, email=EMAIL)
    assert (taken.status, taken.json["type"]) == (409, "/problems/email-taken")
    hear(erasure(ada["id"]))
    erased = change(ben["id"], 1, email=EMAIL)
    assert (erased.status, erased.json["type"]) == (409, "/problems/email-erased")
    assert read(ben["id"]).json["email"] == "ben@example.com"


def test_of_two_who_take_an_email_at_once_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = register().json
    after_first(monkeypatch, changes, "find_holder", lambda: register(NEW))
    answer = change(ada["id"], 1, email=NEW)
    assert (answer.status, answer.json["type"]) == (409, "/problems/email-taken")
    assert read(ada["id"]).json["email"] == EMAIL


def test_a_registered_customer_keeps_an_email_and_a_guest_need_not() -> None:
    ada = register().json
    answer = change(ada["id"], 1, email=None)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "email")
    hear(placed(order(buyer=order().buyer.model_copy(update={"email": "guest@example.com"}))))
    guest = customer_of() or ""
    assert change(guest, 1, email=None).json["email"] is None
    assert told(CustomerUpdated) == []
    hear(placed(order("o-2", buyer=order().buyer.model_copy(update={"email": "guest@example.com"}))))
    assert customer_of("o-2") != guest


def test_customers_change_their_own_names_but_not_status_or_email() -> None:
    ada = register().json
    changed = change(ada["id"], 1, ada["id"], first_name="Ada", locale="en", date_of_birth="1985-12-10")
    assert (changed.status, changed.json["date_of_birth"]) == (200, "1985-12-10")
    refused = change(ada["id"], 2, ada["id"], status="active", email=NEW, groups=["staff"])
    assert refused.status == 403
    assert [error["field"] for error in refused.json["errors"]] == ["email", "groups", "status"]


def test_groups_are_the_shops_to_give_each_once_and_told_with_the_birthday() -> None:
    ada = register(date_of_birth="1985-12-10").json
    assert ada["groups"] == []
    changed = change(ada["id"], 1, groups=["wholesale", "staff", "wholesale"])
    assert (changed.status, changed.json["groups"]) == (200, ["staff", "wholesale"])
    assert change(ada["id"], 2, groups=["wholesale", "staff"]).headers["ETag"] == '"2"'
    [event] = told(CustomerUpdated)
    assert (event.profile.groups, event.profile.birthday) == (["staff", "wholesale"], date(1985, 12, 10))
    assert change(ada["id"], 2, groups=None).json["groups"] == []
    assert told(CustomerUpdated)[-1].profile.groups == []
    replaced = replace(ada["id"], 3, email=EMAIL, status="active", groups=["vip"])
    assert (replaced.json["groups"], replaced.json["date_of_birth"]) == (["vip"], None)
    assert told(CustomerUpdated)[-1].profile.birthday is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"groups": ["Wholesale"]}, "groups.0"),
        ({"groups": ["a" * 41]}, "groups.0"),
        ({"groups": [f"group-{n}" for n in range(21)]}, "groups"),
        ({"date_of_birth": "1899-12-31"}, "date_of_birth"),
    ],
)
def test_what_does_not_fit_names_its_field(wrong: dict[str, Any], field: str) -> None:
    answer = change(register().json["id"], 1, **wrong)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_an_erased_customer_cannot_be_changed() -> None:
    ada = register().json
    hear(erasure(ada["id"]))
    assert change(ada["id"], 1, first_name="Ada").status == 404
    assert replace(ada["id"], 2, status="active").status == 404


def test_customers_set_their_date_of_birth_once_and_staff_change_it() -> None:
    ada = register().json["id"]
    assert change(ada, 1, ada, date_of_birth="1990-03-10").status == 200
    assert change(ada, 2, ada, date_of_birth="1990-03-10", first_name="Ada").status == 200
    for wanted in ("1990-04-10", None):
        refused = change(ada, 3, ada, date_of_birth=wanted)
        assert (refused.status, refused.json["errors"][0]["field"]) == (403, "date_of_birth")
    assert change(ada, 3, date_of_birth="1990-04-10").json["date_of_birth"] == "1990-04-10"


def test_who_gave_a_date_of_birth_at_the_registration_has_set_it() -> None:
    ada = register(date_of_birth="1990-03-10").json["id"]
    assert change(ada, 1, ada, date_of_birth="1990-04-10").status == 403
    assert change(ada, 1, date_of_birth=None).status == 200
    assert change(ada, 2, ada, date_of_birth="1990-04-10").status == 200


OLD: Final = [("first_name", "Ada\u202e"), ("last_name", "\u3164"), ("email", f"{'x' * 65}@example.com")]


def with_old(field: str, value: str) -> str:
    """A customer who registered before a rule that their details do not fit."""
    ada: str = register(first_name="Ada").json["id"]
    profile = find_account(ada)
    assert isinstance(profile, ProfileItem)
    setattr(profile, field, value)
    commit(Put(profile))
    return ada


@pytest.mark.parametrize(("field", "value"), OLD)
def test_a_rule_that_is_younger_than_a_profile_stops_no_other_change(field: str, value: str) -> None:
    ada = with_old(field, value)
    changed = change(ada, 2, phone="+442079460000", locale="en")
    assert (changed.status, changed.json["phone"], changed.json[field]) == (200, "+442079460000", value)
    refused = change(ada, 3, **{field: value})
    assert (refused.status, [error["field"] for error in refused.json["errors"]]) == (422, [field])


@pytest.mark.parametrize(("field", "value"), OLD)
def test_no_door_takes_what_is_no_name_or_address(field: str, value: str) -> None:
    ada = register().json["id"]
    wrong = {"email": "other@example.com", field: value}
    answers = [register(**wrong), create(**wrong), replace(ada, 1, status="active", **wrong)]
    for answer in answers:
        assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])
