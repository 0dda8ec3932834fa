"""Cards: issued to those who register or by hand, shown, drawn, looked up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.members import cards
from loyalty.members.rules import why_not_a_number
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.programme.tiers import BRONZE
from shared.roles import STAFF_GROUPS, Role
from tests.integration.loyalty.cards import block, issue, look_up, number_of, post, replace
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    erasure,
    get,
    hear,
    order,
    points,
    registration,
    stage,
    told_of,
)
from tests.unit.loyalty.members.test_card_pictures import scanned

CARD = f"/api/customers/{ADA}/card"
PICTURE = f"{CARD}/picture"


def test_a_customer_who_registers_gets_a_card_and_an_account() -> None:
    assert hear(registration()) == 0
    card = get(CARD, by=ADA).json
    assert why_not_a_number(card["number"]) is None
    assert (card["tier"], card["balance"], card["member_since"]) == (BRONZE, 0, "2026-01-31T12:00:00Z")
    assert told_of("CardIssued") == [{"customer_id": ADA, "card_number": card["number"]}]


def test_a_guest_who_registers_keeps_the_points() -> None:
    hear(order(), registration())
    assert points() == [293]
    assert get(CARD).json["balance"] == 293


def test_a_guest_has_no_card() -> None:
    hear(order())
    assert [get(path).status for path in (CARD, PICTURE)] == [404, 404]


def test_a_registration_heard_twice_gives_one_card() -> None:
    hear(registration(), registration())
    assert len(told_of("CardIssued")) == 1


def test_a_registration_heard_twice_at_once_gives_one_card(monkeypatch: pytest.MonkeyPatch) -> None:
    read = store.account_of

    def read_then_lose(customer_id: str) -> PointsAccount:
        found = read(customer_id)
        monkeypatch.setattr(store, "account_of", read)
        hear(registration())
        return found

    monkeypatch.setattr(store, "account_of", read_then_lose)
    assert hear(registration()) == 0
    assert [card["card_number"] for card in told_of("CardIssued")] == [account().card_number]


def test_a_number_that_is_taken_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["402938475611", "402938475611", "402938475629"])
    monkeypatch.setattr(cards, "new_number", lambda *_: next(drawn))
    assert hear(registration(), registration(BOB)) == 0
    assert (account().card_number, account(BOB).card_number) == ("402938475611", "402938475629")


def test_a_card_shows_all_that_its_customer_wants_to_know() -> None:
    hear(registration(), order(total=10_000))
    answer = get(CARD, by=ADA)
    assert answer.json == {
        "customer_id": ADA,
        "number": number_of(),
        "status": "active",
        "balance": 1_000,
        "available": 1_000,
        "cash_value": 1_000,
        "currency": "USD",
        "tier": "silver",
        "member_since": "2026-01-31T12:00:00Z",
        "next_milestone": {"kind": "tier", "missing": 4_000, "unit": "points", "tier": "gold", "value": None},
        "next_reward": None,
        "issued_at": answer.json["issued_at"],
        "expires_on": None,
        "version": 1,
    }
    assert answer.headers["ETag"] == '"1"'


def test_staff_give_a_guest_a_card() -> None:
    hear(order())
    answer = issue({"expires_on": "2099-12-31", "notes": "At the counter"})
    assert answer.status == 201
    record = answer.json
    assert why_not_a_number(record["number"]) is None
    assert {name: record[name] for name in ("customer_id", "status", "notes", "expires_on", "version")} == {
        "customer_id": ADA,
        "status": "active",
        "notes": "At the counter",
        "expires_on": "2099-12-31",
        "version": 1,
    }
    assert told_of("CardIssued") == [{"customer_id": ADA, "card_number": record["number"]}]
    card = get(CARD).json
    assert (card["number"], card["member_since"]) == (record["number"], record["issued_at"])
    hear(registration())
    assert number_of() == record["number"]


def test_a_guest_with_a_card_who_registers_keeps_it_and_is_known_from_then_on() -> None:
    hear(order("A1"))
    number = issue({}).json["number"]
    assert hear(registration()) == 0
    assert hear(registration()) == 0
    known = account()
    assert known.card_number == number
    assert known.registered_at is not None
    assert known.profile_version


def test_a_customer_has_one_card() -> None:
    hear(registration())
    assert issue({}).json["type"] == "/problems/card-exists"
    assert issue({}, customer_id=BOB).status == 404
    assert len(told_of("CardIssued")) == 1


def test_the_same_request_issues_once_and_is_answered_the_same() -> None:
    hear(order())
    first, second = issue({}, key="k"), issue({}, key="k")
    assert first.json == second.json
    assert second.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"expires_on": "2020-01-01"}, "expires_on"),
        ({"expires_on": "soon"}, "expires_on"),
        ({"notes": " "}, "notes"),
        ({"notes": "x" * 501}, "notes"),
        ({"number": "402938475611"}, "number"),
    ],
)
def test_what_is_wrong_with_a_new_card_is_named(body: Any, field: str) -> None:
    hear(order())
    answer = issue(body)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])
    assert account().card_number is None


def test_a_card_is_good_through_its_last_day_in_the_shop(set_clock: Callable[[str], None]) -> None:
    hear(order())
    set_clock("2026-06-01T00:00:00+00:00")
    issue({"expires_on": "2026-06-30"})
    set_clock("2026-06-30T23:59:00+00:00")
    assert get(CARD, by=Role.STOREFRONT).json["status"] == "active"
    set_clock("2026-07-01T00:00:00+00:00")
    assert get(CARD).json["status"] == "expired"
    assert get(PICTURE).json["card_status"] == "expired"


@pytest.mark.parametrize("form", ["qr", "code128"])
@pytest.mark.parametrize("by", [ADA, Role.STOREFRONT, Role.MARKETING])
def test_a_card_is_drawn_for_scanners(form: str, by: Role | str) -> None:
    hear(registration())
    answer = get(f"{PICTURE}?form={form}", by=by)
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert scanned(answer.text)[1] == number_of()


def test_a_picture_is_a_qr_code_where_nothing_else_is_asked_for() -> None:
    hear(registration())
    assert get(PICTURE).text == get(f"{PICTURE}?form=qr").text
    assert scanned(get(PICTURE).text) == ("QRCode", number_of())


@pytest.mark.parametrize("query", ["form=gif", "form=qr&size=9"])
def test_what_cannot_be_drawn_is_refused(query: str) -> None:
    hear(registration())
    assert get(f"{PICTURE}?{query}").status == 422


@pytest.mark.parametrize("path", ["card", "card/picture"])
def test_nobody_sees_anothers_card(path: str) -> None:
    hear(registration())
    assert get(f"/api/customers/{ADA}/{path}", by=BOB).status == 403


def test_a_number_leads_to_its_customer_at_the_till() -> None:
    hear(registration(), order(total=10_000))
    record = look_up(number_of(), by=Role.STOREFRONT).json
    assert (record["customer_id"], record["status"], record["tier"]) == (ADA, "active", "silver")


@pytest.mark.parametrize("role", [*sorted(STAFF_GROUPS), Role.STOREFRONT])
def test_staff_and_storefront_look_numbers_up_and_customers_do_not(role: Role) -> None:
    hear(registration())
    assert look_up(number_of(), by=role).status == 200
    assert look_up(number_of(), by=ADA).status == 403


@pytest.mark.parametrize("number", ["402938475615", "abc", "4029 3847", "\uff14" * 12])
def test_a_mistyped_number_is_named(number: str) -> None:
    answer = look_up(number)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "number")


def test_a_number_of_nobody_is_not_found() -> None:
    assert look_up("402938475611").status == 404


def test_notes_and_reasons_are_for_staff_alone() -> None:
    hear(registration())
    number = replace(number_of(), notes="Rude on the phone").json["number"]
    block(number, "misuse")
    assert look_up(number).json["notes"] == "Rude on the phone"
    for answer in (get(CARD, by=ADA), get(CARD, by=Role.STOREFRONT), look_up(number, by=Role.STOREFRONT)):
        assert answer.status == 200
        assert "Rude" not in answer.text
        assert "misuse" not in answer.text


@pytest.mark.parametrize("role", [Role.MARKETING, Role.COMPLIANCE, Role.STOREFRONT, ADA, BOB])
@pytest.mark.parametrize("path", ["card", "card/block", "card/unblock", "card/replace"])
def test_only_admin_and_support_issue_and_change(role: Role | str, path: str) -> None:
    hear(registration())
    assert post(path, {"number": number_of()}, by=role).status == 403


def test_a_shop_gives_a_number_of_its_own() -> None:
    hear(order(), order("B1", BOB))
    record = issue({"number": " shop-00417 "})
    assert (record.status, record.json["number"]) == (201, "SHOP-00417")
    assert look_up("shop-00417").json["customer_id"] == ADA
    assert get(f"{CARD}/picture").status == 200
    assert replace("shop-00417").json["replaced_by"] is None
    taken = issue({"number": "SHOP-00417"}, customer_id=BOB)
    assert (taken.status, taken.json["type"]) == (409, "/problems/card-number-taken")
    assert number_of(BOB) == ""


def test_a_replaced_card_gets_a_number_of_the_shops_own_and_no_number_comes_back() -> None:
    hear(registration(), registration(BOB))
    first = number_of()
    assert replace(first, new_number="SHOP-1").json["number"] == "SHOP-1"
    assert replace("SHOP-1").status == 201
    refused = replace(number_of(BOB), customer_id=BOB, new_number="SHOP-1")
    assert (refused.status, refused.json["type"]) == (409, "/problems/card-number-taken")
    assert look_up("SHOP-1").json["status"] == "replaced"
    hear(erasure())
    assert "SHOP-1" not in stage.stored()


@pytest.mark.parametrize(
    "number", ["402938475611", "123456789012", "4242424242424242", "AB", "A" * 33, "-A1-", "MÜLLER", "A B", "A/B1"]
)
def test_what_is_no_number_of_a_shops_own_is_refused(number: str) -> None:
    hear(order())
    refused = issue({"number": number})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "number")


def test_drawn_numbers_begin_as_the_programme_says() -> None:
    set_programme(cards={"prefix": "4021"})
    hear(registration())
    assert number_of()[:4] == "4021"
    assert why_not_a_number(number_of()) is None
    assert replace(number_of()).json["number"][:4] == "4021"


def test_a_card_is_not_replaced_by_its_own_number() -> None:
    hear(order())
    issue({"number": "SHOP-7"})
    refused = replace("SHOP-7", new_number="SHOP-7")
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "new_number")
