"""Numbers of the shop's own: given once for ever, and as good as drawn ones wherever a number is read."""

from __future__ import annotations

import pytest

from loyalty.identity import erasure as loyalty_erasure
from loyalty.members.items import new_card
from shared import clock
from shared.events.customers import CustomersMerged
from shared.items.table import Put, commit
from shared.roles import Role
from tests.harness.interruptions import Crash, crash
from tests.integration.loyalty import referrals
from tests.integration.loyalty.cards import block, issue, look_up, number_of, replace
from tests.integration.loyalty.shop import ADA, BOB, erasure, get, hear, order, registration, stage

EVE = "cus_01ARZ3NDEKTSV4RRFFQ69G5FEV"


@pytest.fixture(autouse=True)
def people() -> None:
    hear(order(), order("B1", BOB), order("E1", EVE))


def is_refused(number: str, customer_id: str = EVE) -> bool:
    answer = issue({"number": number}, customer_id=customer_id)
    return (answer.status, answer.json.get("type")) == (409, "/problems/card-number-taken")


def test_a_number_of_an_erased_customer_is_given_to_nobody() -> None:
    issue({"number": "SHOP-00001"})
    replace("SHOP-00001", new_number="SHOP-00002")
    hear(erasure())
    assert look_up("SHOP-00001").status == look_up("SHOP-00002").status == 404
    assert [is_refused(number) for number in ("SHOP-00001", "shop-00002")] == [True, True]
    assert issue({"number": "SHOP-00003"}, customer_id=EVE).status == 201
    refused = replace("SHOP-00003", customer_id=EVE, new_number="SHOP-00002")
    assert (refused.status, number_of(EVE)) == (409, "SHOP-00003")


def test_what_remembers_it_names_neither_number_nor_customer() -> None:
    issue({"number": "SHOP-00001"})
    hear(erasure())
    [mark] = [image for image in stage.items() if image["kind"]["S"] == "given_number"]
    assert set(mark) <= {"pk", "sk", "kind", "version"}
    assert "SHOP-00001" not in stage.stored()
    assert ADA not in str(mark)


def test_a_number_that_a_merge_ended_is_given_to_nobody_either() -> None:
    issue({"number": "SHOP-00001"})
    issue({"number": "SHOP-00002"}, customer_id=BOB)
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at="2026-11-22T00:00:00Z"))
    assert look_up("SHOP-00002").json["customer_id"] == ADA
    assert is_refused("SHOP-00002")
    hear(erasure())
    assert [is_refused(number) for number in ("SHOP-00001", "SHOP-00002")] == [True, True]


@pytest.mark.parametrize("step", ["_void", "commit", "delete_all"])
def test_an_erasure_that_dies_forgets_no_number(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    issue({"number": "SHOP-00001"})
    replace("SHOP-00001", new_number="SHOP-00002")
    request = erasure()
    with monkeypatch.context() as patched:
        patched.setattr(loyalty_erasure, step, crash)
        with pytest.raises(Crash):
            hear(request)
    assert [is_refused(number) for number in ("SHOP-00001", "SHOP-00002")] == [True, True]
    assert hear(request) == 0
    assert [is_refused(number) for number in ("SHOP-00001", "SHOP-00002")] == [True, True]
    assert "SHOP-0000" not in stage.stored()


def test_a_drawn_number_needs_no_mark() -> None:
    issue({})
    hear(erasure())
    assert not [image for image in stage.items() if image["kind"]["S"] == "given_number"]


def test_an_own_number_brings_friends_is_blocked_and_listed_as_any_other() -> None:
    hear(registration(BOB), registration("cus_01ARZ3NDEKTSV4RRFFQ69G5FEW"))
    replace(number_of(BOB), customer_id=BOB, new_number="SHOP-00417")
    named = referrals.name("shop-00417", customer_id="cus_01ARZ3NDEKTSV4RRFFQ69G5FEW")
    assert (named.status, named.json["referrer_id"]) == (201, BOB)
    assert "SHOP-00417" in [card["number"] for card in get("/api/loyalty/cards").json["data"]]
    issue({"number": "SHOP-00418"})
    block("SHOP-00418")
    assert look_up("SHOP-00418", by=Role.STOREFRONT).json["status"] == "blocked"
    assert [card["number"] for card in get("/api/loyalty/cards?blocked=true").json["data"]] == ["SHOP-00418"]


@pytest.mark.parametrize("number", ["SHOP1", "0417", "12345"])
def test_a_new_number_has_six_characters_at_least_and_a_shorter_one_from_before_is_still_good(number: str) -> None:
    refused = issue({"number": number})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "number")
    commit(Put(new_card(number, ADA, clock.now())))
    assert look_up(number).json["number"] == number


@pytest.mark.parametrize("number", ["123456", "00041700", "ABCDEF", "A" * 32])
def test_numbers_of_six_to_32_characters_are_plausible(number: str) -> None:
    assert issue({"number": number}).json["number"] == number
