"""A checkout uses a reward of the catalogue: what it takes off, what it costs, and that nobody has one too many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from shared.events.customers import CustomersMerged, CustomerStatus
from shared.roles import Role
from tests.harness.interruptions import calls_of, crash_at
from tests.integration.loyalty.catalogue import (
    archive,
    change,
    claim,
    claims_of,
    give,
    left_of,
    problem,
    reward,
    stock_of,
)
from tests.integration.loyalty.checkout.checkouts import CART, end, funds, kept, look, paid, put
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    call,
    entries,
    erasure,
    expire,
    get,
    hear,
    order,
    points,
    registration,
    update,
)
from tests.integration.loyalty.spending import let_in

Clock = Callable[[str], None]
NOW = "2026-02-01T12:00:20+00:00"
AFTER = "2026-02-01T12:33:00+00:00"
OFF = {"name": "$5 off", "kind": "discount_code", "points": 200, "value": 500}
SHIPPED = {"name": "We ship it", "kind": "free_shipping", "points": 100, "value": None}
ONE = {"stock": 1}


@pytest.fixture(autouse=True)
def two_people(set_clock: Clock) -> None:
    """Ada and Bob have 593 points each."""
    set_clock(NOW)
    hear(registration(), order(), registration(BOB), order("A2", BOB))
    give(300)
    give(300, BOB)


def shipped(reward_id: str, **body: Any) -> Any:
    """Put a cart of goods and shipping that uses a reward."""
    cart = {"customer_id": ADA, "currency": "USD", "total": 2_495, "goods": 2_000, "shipping": 495}
    return call("PUT", f"/api/checkouts/{CART}", cart | {"use": {"reward": reward_id}} | body, by=Role.STOREFRONT)


def test_a_discount_comes_off_and_its_price_is_held_beside_the_points() -> None:
    made = reward(**OFF)
    answer = kept(100, reward=made)
    assert answer["reward"] == {"id": made, "points": 200, "amount": 500, "claim_id": None}
    assert answer["points"] == {"used": 100, "value": 100, "captured": 0, "missing": 0}
    assert (answer["remaining"], funds()) == (1_400, (293, 300))
    assert look().json == answer
    assert (get(claims_of()).json["data"], points()) == ([], [293, 300, 0])


def test_most_is_what_the_reward_leaves_of_points_and_cart() -> None:
    answer = kept("most", total=900, reward=reward(**OFF))
    assert (answer["points"]["used"], answer["remaining"], funds()) == (393, 7, (0, 593))
    assert kept("most", total=700, reward=reward(**OFF))["points"]["used"] == 200


def test_the_rules_of_redeeming_are_for_the_points_alone() -> None:
    set_programme(redeeming={"largest_share": 50, "smallest": 300})
    answer = kept("most", reward=reward(**OFF))
    assert (answer["reward"]["amount"], answer["points"]["used"]) == (500, 393)
    assert kept("most", total=600, reward=reward(**OFF))["points"]["used"] == 0


def test_it_takes_no_more_off_than_there_is_to_pay() -> None:
    answer = kept(total=300, reward=reward(**OFF))
    assert (answer["reward"]["amount"], answer["remaining"]) == (300, 0)


def test_free_shipping_takes_the_shipping_off() -> None:
    answer = shipped(reward(**SHIPPED)).json
    assert (answer["reward"]["amount"], answer["remaining"]) == (495, 2_000)


def test_shipping_is_free_once() -> None:
    tiers = [
        {"tier": "fan", "threshold": 0, "benefits": [{"kind": "free_shipping"}, {"kind": "discount", "percent": 10}]}
    ]
    set_programme(tiers={"rungs": tiers})
    made = reward(**SHIPPED)
    refused = shipped(made, use={"reward": made, "benefits": True})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "use.reward")
    assert shipped(made, use={"reward": made}).json["remaining"] == 2_000
    both = shipped(made, use={"reward": reward(**OFF), "benefits": True}).json
    assert (len(both["benefits"]), both["reward"]["amount"], both["remaining"]) == (2, 500, 1_300)


def test_a_gift_takes_nothing_off_and_costs_its_points() -> None:
    answer = kept("most", reward=reward())
    assert (answer["reward"]["amount"], answer["points"]["used"], answer["remaining"]) == (0, 393, 1_607)


@pytest.mark.parametrize(
    ("facts", "cart"),
    [
        (OFF | {"value": None}, {}),
        (OFF, {"total": 0}),
        (OFF, {"currency": "EUR"}),
        (SHIPPED, {}),
        ({"codes": {"source": "imported"}}, {}),
    ],
)
def test_one_that_would_take_nothing_off_or_gives_a_code_is_refused(
    facts: dict[str, Any], cart: dict[str, Any]
) -> None:
    refused = put(reward=reward(**facts), **cart)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "use.reward")
    assert funds() == (593, 0)


def test_what_refuses_a_claim_refuses_it_in_a_checkout() -> None:
    unknown = put(reward="rew_01JZ0000000000000000000000")
    assert (unknown.status, unknown.json["errors"][0]["field"]) == (422, "use.reward")
    gone = reward()
    archive(gone)
    for made, why in (
        (gone, "archived"),
        (reward(valid_until="2026-01-31"), "over"),
        (reward(valid_from="2026-02-02"), "not_yet"),
        (reward(tiers=["gold"]), "tier"),
    ):
        refused = put(reward=made)
        assert (*problem(refused), refused.json["why"]) == (409, "reward-not-available", why)
    assert problem(put(reward=reward(stock=0))) == (409, "out-of-stock")
    dear = put(reward=reward(points=594))
    assert (*problem(dear), dear.json["available"]) == (409, "insufficient-points", 593)
    left = put(394, reward=reward())
    assert (*problem(left), left.json["available"]) == (409, "insufficient-points", 393)
    hear(update(status=CustomerStatus.BANNED))
    assert problem(put(reward=reward())) == (409, "spending-blocked")


def test_it_is_looked_at_again_with_each_cart() -> None:
    made = reward(**OFF)
    kept(reward=made)
    assert change(made, {"points": 300, "value": 900}).status == 200
    assert kept(reward=made)["reward"] == {"id": made, "points": 300, "amount": 900, "claim_id": None}
    archive(made)
    assert problem(put(reward=made)) == (409, "reward-not-available")
    assert look().json["reward"]["points"] == 300


@pytest.mark.parametrize("kind", [OFF, {}])
def test_the_last_one_is_held_by_one_checkout(kind: dict[str, Any], set_clock: Clock) -> None:
    made = reward(**kind, **ONE)
    kept(reward=made)
    assert left_of(made) == 0
    assert problem(put(reward=made, name="cart-2")) == (409, "out-of-stock")
    assert problem(put(reward=made, name="cart-3", customer_id=BOB)) == (409, "out-of-stock")
    assert problem(claim(made, customer_id=BOB)) == (409, "out-of-stock")
    [offer] = get(f"/api/customers/{BOB}/rewards").json["data"]
    assert offer["refusal"]["problem"] == "out-of-stock"
    assert kept(100, reward=made)["version"] == 2
    set_clock(AFTER)
    assert (left_of(made), look().json["state"]) == (1, "expired")
    assert kept(reward=made, name="cart-3", customer_id=BOB)["state"] == "held"
    assert problem(put(reward=made)) == (409, "out-of-stock")


def test_whoever_drops_it_gives_it_back() -> None:
    made = reward(**ONE)
    for drop in (lambda: kept(100), end):
        kept(reward=made)
        drop()
        assert (left_of(made), stock_of(made).held) == (1, None)
    assert funds() == (593, 0)


def test_another_reward_takes_its_place() -> None:
    one, other = reward(**ONE), reward(**OFF, **ONE)
    kept(reward=one)
    assert kept(reward=other)["reward"]["id"] == other
    assert (left_of(one), left_of(other), funds()) == (1, 0, (393, 200))


def test_a_limit_counts_what_open_checkouts_hold(set_clock: Clock) -> None:
    made = reward(limit_per_customer=1, points=100)
    kept(reward=made)
    assert problem(put(reward=made, name="cart-2")) == (409, "claim-limit")
    assert problem(claim(made)) == (409, "claim-limit")
    assert get(f"/api/customers/{ADA}/rewards").json["data"][0]["refusal"]["problem"] == "claim-limit"
    assert kept(reward=made)["version"] == 2
    set_clock(AFTER)
    assert kept(reward=made, name="cart-2")["state"] == "held"
    end("cart-2")
    assert claim(made, key="then").status == 201
    assert problem(put(reward=made)) == (409, "claim-limit")


def test_a_cart_that_changes_twenty_times_leaves_the_stock_as_it_was(set_clock: Clock) -> None:
    one, other = reward(stock=2), reward(**OFF, stock=2)
    for number in range(20):
        set_clock(f"2026-02-01T12:{number:02}:20+00:00")
        kept(number, reward=(one, other, None)[number % 3])
        assert [left_of(each) for each in (one, other)] == [1 + (number % 3 != 0), 1 + (number % 3 != 1)]
    end()
    assert ([left_of(one), left_of(other)], funds()) == ([2, 2], (593, 0))
    entries()


def test_two_for_the_last_one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = reward(**ONE)
    let_in(monkeypatch, lambda: kept(reward=made, name="cart-2", customer_id=BOB))
    assert problem(put(reward=made)) == (409, "out-of-stock")
    assert (left_of(made), funds(), funds(BOB)) == (0, (593, 0), (393, 200))


def test_two_checkouts_of_one_customer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = reward(limit_per_customer=1)
    let_in(monkeypatch, lambda: kept(reward=made, name="cart-2"))
    assert problem(put(reward=made)) == (409, "claim-limit")
    assert funds() == (393, 200)


@pytest.mark.parametrize("write", [1, 2])
def test_a_crash_leaves_the_old_cart_or_the_new_one(write: int) -> None:
    one, other = reward(**ONE), reward(**OFF, **ONE)
    kept(reward=one)
    crashed = crash_at(write, lambda: put(reward=other))
    assert (crashed, left_of(one), left_of(other)) == (write == 1, int(write != 1), int(write == 1))
    assert kept(reward=other)["version"] == (2 if crashed else 3)
    assert (left_of(one), left_of(other)) == (1, 0)


def test_customers_use_one_with_their_own_token() -> None:
    made = reward(**OFF)
    assert kept(100, by=ADA, reward=made)["remaining"] == 1_400
    refused = put(by=ADA, name="cart-2", reward=reward(**SHIPPED))
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "use.reward")
    assert put(by=ADA, name="cart-2", customer_id=BOB, reward=made).status == 403


def test_erased_while_open(set_clock: Clock) -> None:
    made = reward(**ONE)
    kept(reward=made)
    hear(erasure())
    assert look().status == 404
    set_clock(AFTER)
    assert (left_of(made), stock_of(made).taken) == (1, 0)


def test_merged_while_open() -> None:
    made = reward(limit_per_customer=1, **ONE)
    kept(reward=made)
    hear(CustomersMerged(customer_id=BOB, merged_id=ADA, merged_at=order().placed_at))
    assert problem(put(reward=made, name="cart-2", customer_id=BOB)) == (409, "claim-limit")
    assert kept(100, reward=made, customer_id=BOB)["reward"]["id"] == made
    assert (left_of(made), end().json["state"], left_of(made)) == (0, "released", 1)


def test_the_job_that_releases_it_leaves_the_stock_alone(set_clock: Clock) -> None:
    made = reward(**ONE)
    kept(reward=made)
    set_clock(AFTER)
    expire()
    assert (left_of(made), funds(), account().balances.holds) == (1, (593, 0), {})
    assert kept(reward=made)["version"] == 2


def test_staff_may_begin_and_cease_to_limit_it_meanwhile() -> None:
    made = reward()
    kept(reward=made)
    assert change(made, {"stock": 1}).status == 200
    kept(reward=made, name="cart-2", customer_id=BOB)
    assert change(made, {"stock": None}, 2).status == 200
    end("cart-2")
    assert (stock_of(made).held, end().json["state"]) == (None, "released")


def test_what_it_asks_of_dynamodb() -> None:
    made, limited = reward(), reward(**ONE)
    assert calls_of(lambda: put(reward=made)) == ["GetItem", "GetItem", "TransactWriteItems"]
    assert calls_of(lambda: put(reward=limited, name="cart-3")).count("GetItem") == 3
    bare = calls_of(lambda: put(name="cart-2"))
    assert bare == ["GetItem", "TransactWriteItems"]


def test_the_last_piece_is_still_the_checkouts_when_a_lot_that_pays_for_it_has_ended(set_clock: Clock) -> None:
    set_clock("2027-01-31T23:50:00+00:00")
    made = reward(**OFF, **ONE)
    kept(reward=made)
    assert account().balances.holds[next(iter(account().balances.holds))].lots.keys() == {date(2027, 1, 31)}
    set_clock("2027-02-01T00:05:00+00:00")
    assert kept(reward=made)["reward"]["id"] == made
    assert sum((stock_of(made).held or {}).values()) == 1
    hear(paid())
    assert (look().json["state"], stock_of(made).taken) == ("captured", 1)
    assert look().json["reward"]["claim_id"]
