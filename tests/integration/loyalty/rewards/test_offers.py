"""The catalogue as one customer sees it says of each reward whether a claim is made now. The card names the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.events.customers import CustomersMerged, CustomerStatus
from shared.roles import Role
from tests.harness.interruptions import calls_of
from tests.integration.loyalty.catalogue import archive, claim, claimed, give, problem, reward, settle, voucher
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, PLACED_AT, account, call, erasure, get, hear, order, registration

Clock = Callable[[str], None]
NOW = "2026-06-15T12:00:00+00:00"


@pytest.fixture(autouse=True)
def ada_has_500_points(set_clock: Clock) -> None:
    set_clock(NOW)
    hear(registration())
    give(500)


def offers(by: Role | str = ADA, customer_id: str = ADA, query: str = "") -> list[dict[str, Any]]:
    answer = get(f"/api/customers/{customer_id}/rewards{query}", by=by)
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.json["data"]
    return found


def the_offer() -> dict[str, Any]:
    (found,) = offers()
    return found


def agrees_with_the_claim(reward_id: str, customer_id: str = ADA) -> dict[str, Any] | None:
    """What the offer says against a claim, once the claim has answered the same in the same words."""
    [offer] = [each for each in offers(Role.STOREFRONT, customer_id) if each["id"] == reward_id]
    answer = claim(reward_id, key=f"try-{reward_id}", customer_id=customer_id)
    refusal: dict[str, Any] | None = offer["refusal"]
    assert offer["can_be_had"] is (refusal is None) is (answer.status == 201)
    if refusal:
        about = {"title": answer.json["title"], "why": answer.json.get("why")}
        assert ((409, refusal["problem"]), refusal) == (problem(answer), {"problem": refusal["problem"], **about})
    return refusal


@pytest.mark.parametrize("by", [ADA, Role.STOREFRONT, Role.SUPPORT, Role.MARKETING])
def test_what_can_be_had_says_so_and_nothing_of_the_books(by: Role | str) -> None:
    made = reward(stock=3, description="In blue")
    [offer] = offers(by)
    assert (offer["id"], offer["can_be_had"], offer["refusal"], offer["missing"]) == (made, True, None, None)
    assert (offer["left"], offer["description"]) == (3, "In blue")
    assert [offer[name] for name in ("value", "stock", "codes", "codes_left")] == [None] * 4


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, None),
        ({"valid_from": "2026-06-16"}, "not_yet"),
        ({"valid_from": "2026-06-15", "valid_until": "2026-06-15"}, None),
        ({"valid_until": "2026-06-14"}, "over"),
        ({"tiers": ["silver", "gold"]}, "tier"),
        ({"tiers": ["bronze"]}, None),
    ],
)
def test_its_days_and_tiers_refuse_as_a_claim_does(facts: dict[str, Any], why: str | None) -> None:
    refusal = agrees_with_the_claim(reward(**facts))
    assert (refusal and refusal["why"]) == why
    assert (refusal and refusal["problem"]) == (why and "reward-not-available")


def test_points_that_are_missing_are_counted() -> None:
    made = reward(points=501)
    assert (the_offer()["refusal"]["problem"], the_offer()["missing"]) == ("insufficient-points", 1)
    agrees_with_the_claim(made)
    give(1)
    assert agrees_with_the_claim(made) is None


def test_points_that_are_owed_are_missing_too() -> None:
    hear(registration(BOB))
    set_programme(refunds={"below_zero": "debt"})
    paid = {"placed_at": NOW, "paid_at": NOW, "total": 5_000}
    hear(order("B1", BOB, **paid))
    assert call(
        "POST", f"/api/customers/{BOB}/points", {"points": -500, "reason": "x"}, by=Role.SUPPORT, key="b"
    ).status
    hear(order("B1", BOB, **paid, refunded=5_000))
    reward()
    assert account(BOB).owed == 500
    assert offers(Role.STOREFRONT, BOB)[0]["missing"] == 700


def test_what_ran_out_says_so_for_everybody() -> None:
    hear(registration(BOB))
    give(200, BOB)
    made = reward(stock=1)
    assert agrees_with_the_claim(made) is None
    refusal = agrees_with_the_claim(made, BOB)
    assert (refusal and refusal["problem"], the_offer()["left"]) == ("out-of-stock", 0)


def test_a_reward_whose_codes_are_all_given_has_run_out() -> None:
    made = voucher("A", points=100)
    assert the_offer()["can_be_had"]
    claimed(made)
    refusal = agrees_with_the_claim(made)
    assert refusal is not None
    assert refusal["problem"] == "out-of-stock"
    assert agrees_with_the_claim(reward(codes={"source": "generated"})) is None


def test_a_limit_counts_what_the_customer_had_and_a_cancellation_gives_it_back() -> None:
    made = reward(points=100, limit_per_customer=1)
    claim_id = claimed(made)
    refusal = agrees_with_the_claim(made)
    assert refusal is not None
    assert refusal["problem"] == "claim-limit"
    settle(claim_id, "cancel")
    assert the_offer()["can_be_had"]


def test_of_two_who_are_one_the_limit_counts_both() -> None:
    hear(registration(BOB))
    give(200, BOB)
    made = reward(points=100, limit_per_customer=2)
    claimed(made, customer_id=BOB)
    claimed(made)
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at=PLACED_AT))
    refusal = agrees_with_the_claim(made)
    assert refusal is not None
    assert refusal["problem"] == "claim-limit"
    assert offers(Role.STOREFRONT, BOB) == offers()


@pytest.mark.parametrize(("status", "why"), [(CustomerStatus.BANNED, "banned"), (CustomerStatus.INACTIVE, "inactive")])
def test_whose_status_stops_them_is_told_so_of_each_reward(status: CustomerStatus, why: str) -> None:
    made = reward()
    reward(points=9_000)
    hear(registration(status=status), version=10_000)
    assert [each["refusal"]["problem"] for each in offers()] == ["spending-blocked"] * 2
    refusal = agrees_with_the_claim(made)
    assert refusal is not None
    assert refusal["why"] == why


def test_a_frozen_account_has_no_reward() -> None:
    made = reward()
    body = {"frozen": True, "reason": "dispute"}
    answer = call("PUT", f"/api/customers/{ADA}/freeze", body, by=Role.SUPPORT, headers={"If-Match": '"0"'})
    assert answer.status == 200, answer.text
    refusal = agrees_with_the_claim(made)
    assert refusal is not None
    assert (refusal["problem"], refusal["why"]) == ("spending-blocked", "frozen")


def test_points_that_are_held_count_once_the_hold_is_over(set_clock: Clock) -> None:
    made = reward(points=500)
    hold = call("POST", f"/api/customers/{ADA}/holds", {"points": 100}, by=Role.STOREFRONT, key="h")
    assert hold.status == 201, hold.text
    assert the_offer()["missing"] == 100
    set_clock("2026-06-15T13:00:00+00:00")
    # The job has not run yet.
    assert agrees_with_the_claim(made) is None


def test_an_archived_reward_is_not_shown() -> None:
    archive(reward())
    assert offers() == []


def test_the_offers_come_in_pages_newest_first(set_clock: Clock) -> None:
    made = []
    for minute in range(3):
        set_clock(f"2026-06-15T12:0{minute}:00+00:00")
        made.append(reward(points=100 + 300 * minute))
    first = get(f"/api/customers/{ADA}/rewards?limit=2", by=ADA).json
    rest = get(f"/api/customers/{ADA}/rewards?limit=2&cursor={first['next_cursor']}", by=ADA).json
    assert [each["id"] for each in first["data"] + rest["data"]] == made[::-1]
    assert [each["can_be_had"] for each in first["data"] + rest["data"]] == [False, True, True]
    assert rest["next_cursor"] is None


def test_others_see_no_offers_of_a_customer() -> None:
    path = f"/api/customers/{ADA}/rewards"
    assert get(path, by=BOB).status == 403
    assert get(f"/api/customers/{BOB}/rewards").status == 404
    hear(erasure())
    assert get(path).status == 404


def test_who_has_not_shown_the_e_mail_to_be_theirs_sees_no_offer() -> None:
    hear(order("B1", BOB, placed_at="2026-01-01T00:00:00Z", paid_at="2026-01-01T00:00:00Z"), registration(BOB))
    assert problem(get(f"/api/customers/{BOB}/rewards", by=BOB)) == (403, "email-not-verified")
    assert get(f"/api/customers/{BOB}/rewards", by=Role.STOREFRONT).status == 200


def test_a_page_of_offers_takes_four_calls_and_one_for_each_list_of_codes() -> None:
    voucher("A", stock=5, limit_per_customer=1)
    voucher("B", stock=5, limit_per_customer=1)
    reward(stock=5, limit_per_customer=1)
    reward()
    calls = calls_of(offers)
    assert sorted(calls) == ["BatchGetItem"] * 2 + ["GetItem"] + ["Query"] * 3


# --- the card ---------------------------------------------------------------------------------------------------------


def next_reward() -> dict[str, Any] | None:
    found: dict[str, Any] | None = get(f"/api/customers/{ADA}/card", by=ADA).json["next_reward"]
    return found


def test_the_card_names_the_cheapest_reward_that_is_out_of_reach() -> None:
    reward(points=500)
    reward(points=900)
    made = reward(points=501, name="A lamp")
    assert next_reward() == {"id": made, "name": "A lamp", "points": 501, "missing": 1}
    give(1)
    assert next_reward() == {"id": next_id(900), "name": "A mug", "points": 900, "missing": 399}
    give(399)
    assert next_reward() is None


def next_id(points: int) -> str:
    [found] = [each["id"] for each in offers() if each["points"] == points]
    return str(found)


def test_the_card_names_no_reward_that_points_alone_do_not_give() -> None:
    for facts in (
        {"tiers": ["gold"]},
        {"valid_from": "2026-06-16"},
        {"valid_until": "2026-06-14"},
        {"stock": 0},
        {"status": "archived"},
        {"codes": {"source": "imported"}},
    ):
        reward(points=600, **facts)
    assert next_reward() is None
    limited = reward(points=100, limit_per_customer=1)
    claimed(limited)
    give(-350)
    assert account().available == 50
    assert next_reward() is None
    made = reward(points=700)
    assert next_reward() == {"id": made, "name": "A mug", "points": 700, "missing": 650}


def test_the_card_finds_the_next_reward_behind_many_that_ran_out() -> None:
    for number in range(11):
        reward(points=600 + number, stock=0)
    made = reward(points=800, stock=1)
    found = next_reward()
    assert found is not None
    assert found["id"] == made


def test_the_card_of_who_may_not_spend_names_no_reward() -> None:
    reward(points=600)
    hear(registration(status=CustomerStatus.BANNED), version=10_000)
    assert get(f"/api/customers/{ADA}/card").json["next_reward"] is None


def test_the_card_of_a_shop_without_a_catalogue_costs_one_query_more() -> None:
    assert calls_of(next_reward).count("Query") == 1
