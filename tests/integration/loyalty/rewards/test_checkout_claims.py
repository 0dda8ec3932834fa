"""The payment of an order claims the reward of its checkout, once; the claim then follows the order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.orders.payment import captures
from loyalty.points.store import account_of
from shared.events.customers import CustomersMerged, OrderRecorded, OrderStatus
from shared.events.foreign import Means, ReturnedMeans
from shared.roles import Role
from tests.harness.interruptions import crash_at
from tests.integration.loyalty.catalogue import claim, claims_of, give, left_of, problem, reward, settle, stock_of
from tests.integration.loyalty.checkout.checkouts import CART, cancelled, end, funds, kept, look, paid, put
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    entries,
    erasure,
    expire,
    get,
    hear,
    order,
    registration,
    told_of,
)
from tests.integration.loyalty.spending import redeem

Clock = Callable[[str], None]
NOW = "2026-02-01T12:00:20+00:00"
LATER = "2026-02-01T13:30:00+00:00"
OFF: dict[str, Any] = {"name": "$5 off", "kind": "discount_code", "points": 200, "value": 500}
ONE = {"stock": 1, "limit_per_customer": 1}


@pytest.fixture(autouse=True)
def two_people(set_clock: Clock) -> None:
    """Ada and Bob have 593 points each; orders earn nothing any more."""
    set_clock(NOW)
    hear(registration(), order(), registration(BOB), order("A2", BOB))
    give(300)
    give(300, BOB)
    set_programme(earning={"points_per_unit": "0.0001"})


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The alarms that are raised."""
    raised: list[str] = []
    monkeypatch.setattr(captures, "count", raised.append)
    return raised


def claims(customer_id: str = ADA) -> list[tuple[str, int | None]]:
    """State and amount off of the customer's claims."""
    return [(each["state"], each["off"]) for each in get(claims_of(customer_id)).json["data"]]


def to_fulfil() -> list[str]:
    """What staff have yet to hand out."""
    return [each["id"] for each in get("/api/loyalty/claims", by=Role.SUPPORT).json["data"]]


def refunded(amount: int, **facts: Any) -> OrderRecorded:
    return paid(refunded=amount, status=OrderStatus.PARTLY_REFUNDED, **facts)


@pytest.mark.parametrize(("facts", "state", "off"), [(OFF, "fulfilled", 500), ({}, "issued", 0)])
def test_the_payment_makes_the_claim(facts: dict[str, Any], state: str, off: int) -> None:
    made = reward(**facts, **ONE)
    kept(100, reward=made)
    hear(paid(), paid())
    assert (claims(), funds(), account().spent) == ([(state, off)], (293, 0), 300)
    answer = look().json
    [shown] = get(claims_of(), by=ADA).json["data"]
    assert answer["reward"] == {"id": made, "points": 200, "amount": off, "claim_id": shown["id"]}
    assert answer["points"] == {"used": 100, "value": 100, "captured": 100, "missing": 0}
    assert (answer["state"], shown["points"], shown["order_id"], shown["code"]) == ("captured", 200, "B1", None)
    assert to_fulfil() == ([] if off else [shown["id"]])
    assert (left_of(made), stock_of(made).held, stock_of(made).taken) == (0, None, 1)
    assert problem(put(reward=made, name="cart-2")) == (409, "claim-limit")
    entries()


def test_what_is_told_of_it() -> None:
    made = reward(**OFF)
    kept(100, reward=made)
    hear(paid(), paid())
    [redeemed] = told_of("PointsRedeemed")
    assert (redeemed["points"], redeemed["value"], redeemed["reward"], redeemed["order_id"]) == (-300, 600, made, "B1")
    [taken] = told_of("RewardRedeemed")
    assert (taken["reward_id"], taken["points"], taken["order_id"]) == (made, 200, "B1")


def test_what_was_spent_on_the_order_has_it_once() -> None:
    made = reward()
    kept(100, reward=made)
    hear(paid())
    [row] = get("/api/loyalty/orders/B1/spending", by=Role.SUPPORT).json["spent"]
    assert (row["amount"], row["reward_id"]) == (-300, made)


@pytest.mark.parametrize("facts", [OFF, {}])
def test_its_cancellation_and_what_follows(facts: dict[str, Any]) -> None:
    made = reward(**facts, **ONE)
    kept(100, reward=made)
    hear(paid(), version=11)
    first = claims()
    hear(cancelled(), cancelled(), version=12)
    assert ([state for state, _ in claims()], left_of(made), funds()) == (["cancelled"], 1, (593, 0))
    assert to_fulfil() == []
    hear(paid(reinstated_at=order().placed_at), paid(reinstated_at=order().placed_at), version=13)
    hear(cancelled(), version=12)
    assert (claims(), left_of(made), funds()) == (first, 0, (293, 0))
    assert len(to_fulfil()) == (0 if facts else 1)
    assert problem(claim(made)) == (409, "claim-limit")
    entries()


def test_one_that_was_given_to_somebody_else_meanwhile_is_given_again() -> None:
    made = reward(**OFF, **ONE)
    kept(reward=made)
    hear(paid(), version=11)
    hear(cancelled(), version=12)
    assert claim(made, customer_id=BOB).status == 201
    hear(paid(reinstated_at=order().placed_at), version=13)
    assert (claims(), stock_of(made).taken, left_of(made)) == ([("fulfilled", 500)], 2, 0)


def test_cancelled_before_the_payment() -> None:
    made = reward(**ONE)
    kept(reward=made)
    hear(cancelled(paid_at=None))
    assert (look().json["state"], claims(), left_of(made), funds()) == ("released", [], 1, (593, 0))


@pytest.mark.parametrize("versions", [(11, 12), (12, 11)])
@pytest.mark.parametrize("write", range(8))
def test_cancelled_while_paying_gives_all_back(versions: tuple[int, int], write: int) -> None:
    made = reward(**OFF, **ONE)
    kept(100, reward=made)
    told = [(paid(), 11), (cancelled(), 12)]
    for event, version in sorted(told, key=lambda each: versions.index(each[1])):
        crash_at(write, lambda event=event, version=version: hear(event, version=version))  # type: ignore[misc]
        hear(event, version=version)
    assert (funds(), account().spent or 0, left_of(made)) == ((593, 0), 0, 1)
    assert {state for state, _ in claims()} <= {"cancelled"}


def test_a_third_of_it_is_refunded() -> None:
    made = reward(**OFF, **ONE)
    kept(100, reward=made)
    hear(paid(), version=11)
    hear(refunded(500), version=12)
    assert (claims(), account().spent, left_of(made)) == ([("fulfilled", 500)], 200, 0)
    hear(refunded(1500), version=13)
    assert (claims(), account().spent or 0, left_of(made)) == ([("cancelled", 500)], 0, 1)


@pytest.mark.parametrize("points", [0, 1, 100])
def test_the_price_of_a_gift_comes_back_with_the_whole_order_alone(points: int) -> None:
    made = reward(**ONE)
    kept(points, reward=made)
    facts = {"checkout_id": CART, "total": 1_500, "payments": Means(points=points, other=1_500 - points)}
    hear(order("B1", **facts), version=11)
    back = [
        ReturnedMeans(points=points),
        ReturnedMeans(other=min(1_500 - points, 1_499)),
        ReturnedMeans(points=points, other=1_499 - points),
    ]
    for version, each in enumerate(back, 12):
        hear(order("B1", **facts, refunded=each.whole, refunded_to=each), version=version)
        assert (claims(), account().spent, left_of(made)) == ([("issued", 0)], 200 + points - each.points, 0)
    whole = ReturnedMeans(points=points, other=1_500 - points)
    for _ in range(2):
        hear(order("B1", **facts, refunded=1_500, refunded_to=whole), version=15)
        assert (claims(), account().spent or 0, left_of(made)) == ([("cancelled", 0)], 0, 1)
    entries()


def test_a_refund_of_nearly_all_gives_nothing_of_a_gift_back() -> None:
    kept(100, reward=reward())
    hear(paid(), version=11)
    hear(refunded(1_485), version=12)
    assert (claims(), account().spent) == ([("issued", 0)], 201)


def test_a_gift_and_a_redemption_on_one_order_come_back_each_its_own_way() -> None:
    made = reward()
    kept(100, reward=made)
    hear(paid(), version=11)
    assert redeem(40, order_id="B1").status == 201
    hear(refunded(750), version=12)
    assert account().spent == 200 + 70
    hear(refunded(1_500), version=13)
    assert (claims(), account().spent or 0) == ([("cancelled", 0)], 0)


def test_a_refund_to_the_card_alone_leaves_it() -> None:
    made = reward(**OFF)
    kept(100, reward=made)
    facts = {"checkout_id": CART, "total": 2_100, "payments": Means(points=600, other=1_500)}
    hear(order("B1", **facts), version=11)
    to_card, all_of_it = ReturnedMeans(other=1_500), ReturnedMeans(points=600, other=1_500)
    hear(order("B1", **facts, refunded=1_500, refunded_to=to_card), version=12)
    assert (claims(), account().spent) == ([("fulfilled", 500)], 300)
    hear(order("B1", **facts, refunded=2_100, refunded_to=all_of_it), version=13)
    assert (claims(), account().spent or 0) == ([("cancelled", 500)], 0)


def test_an_order_that_says_how_it_was_paid_counts_the_reward_as_points(alarms: list[str]) -> None:
    kept(100, reward=reward(**OFF))
    hear(order("B1", checkout_id=CART, total=2_000, payments=Means(points=600, other=1_400)))
    assert (claims(), alarms) == ([("fulfilled", 500)], [])


def test_staff_fulfil_a_gift_and_it_stays_handed_out() -> None:
    made = reward(**ONE)
    kept(reward=made)
    hear(paid(), version=11)
    [gift] = to_fulfil()
    assert problem(settle(gift, "cancel")) == (409, "claim-of-order")
    assert settle(gift, "fulfil").status == 200
    hear(cancelled(), version=12)
    assert (claims(), left_of(made), funds()) == ([("fulfilled", 0)], 0, (593, 0))


@pytest.mark.parametrize("job", [True, False])
@pytest.mark.parametrize("facts", [OFF, {}])
def test_a_payment_after_its_time_claims_what_is_still_there(
    set_clock: Clock, alarms: list[str], facts: dict[str, Any], *, job: bool
) -> None:
    made = reward(**facts, **ONE)
    kept(100, reward=made)
    set_clock(LATER)
    if job:
        expire()
    hear(paid(), paid())
    assert (len(claims()), funds(), left_of(made), alarms) == (1, (293, 0), 0, [])
    assert look().json["reward"]["claim_id"]


@pytest.mark.parametrize("job", [True, False])
@pytest.mark.parametrize(("facts", "spent"), [(OFF, 300), ({}, 100)])
def test_a_payment_after_its_time_whose_reward_is_gone(
    set_clock: Clock, alarms: list[str], facts: dict[str, Any], spent: int, *, job: bool
) -> None:
    """The money that came off is gone, so its price is spent. A gift that nobody gets costs nothing."""
    made = reward(**facts, **ONE)
    kept(100, reward=made)
    set_clock(LATER)
    if job:
        expire()
    assert claim(made, customer_id=BOB).status == 201
    hear(paid(), paid())
    answer = look().json
    assert (answer["state"], answer["reward"]["claim_id"]) == ("captured", None)
    assert answer["points"] == {"used": 100, "value": 100, "captured": 100, "missing": 0}
    assert (claims(), funds(), alarms) == ([], (593 - spent, 0), ["CheckoutsNotCaptured"])
    hear(cancelled())
    assert (funds(), left_of(made)) == ((593, 0), 0)


@pytest.mark.parametrize(("facts", "left", "captured"), [(OFF, 150, 100), (OFF, 220, 20), ({}, 50, 50), ({}, 250, 50)])
def test_a_payment_after_its_time_when_points_are_gone(
    set_clock: Clock, alarms: list[str], facts: dict[str, Any], left: int, captured: int
) -> None:
    made = reward(**facts)
    kept(100, reward=made)
    set_clock(LATER)
    expire()
    redeem(593 - left)
    hear(paid())
    answer = look().json
    assert (answer["points"]["captured"], answer["reward"]["claim_id"] is not None) == (captured, left >= 200)
    assert (funds(), alarms) == ((0, 0), ["CheckoutsNotCaptured"])
    assert {told["value"] for told in told_of("PointsRedeemed") if told["order_id"]} == {
        (500 + captured if left >= 200 else left * 600 // 300) if facts else captured
    }


def test_ended_by_hand_and_paid_after_all() -> None:
    made = reward(**OFF, **ONE)
    kept(reward=made)
    end()
    hear(paid())
    assert (claims(), left_of(made), funds()) == ([("fulfilled", 500)], 0, (393, 0))


def test_of_two_checkouts_of_one_customer_each_has_its_own() -> None:
    made = reward(**OFF, stock=2)
    kept(reward=made)
    kept(reward=made, name="cart-2")
    hear(paid(), paid("B2", name="cart-2"))
    assert (claims(), left_of(made), funds()) == ([("fulfilled", 500)] * 2, 0, (193, 0))
    hear(cancelled("B2", name="cart-2"))
    assert (sorted(state for state, _ in claims()), left_of(made)) == (["cancelled", "fulfilled"], 1)


def test_erased_while_open() -> None:
    made = reward(**OFF, **ONE)
    kept(reward=made)
    hear(erasure(), paid())
    assert (told_of("RewardRedeemed"), account_of(ADA).balances.holds) == ([], {})
    assert stock_of(made).taken == 0


def test_erased_after_the_payment() -> None:
    made = reward(**ONE)
    kept(reward=made)
    hear(paid(), version=11)
    hear(erasure())
    hear(cancelled(customer_id=None), version=12)
    assert (to_fulfil(), stock_of(made).taken) == ([], 1)


@pytest.mark.parametrize("is_paid_first", [True, False])
def test_merged_while_open_or_after(*, is_paid_first: bool) -> None:
    made = reward(**ONE)
    kept(100, reward=made)
    merged = CustomersMerged(customer_id=BOB, merged_id=ADA, merged_at=order().placed_at)
    events = (paid(), merged) if is_paid_first else (merged, paid(customer_id=BOB))
    for number, event in enumerate(events, 11):
        hear(event, version=number)
    assert (claims(BOB), left_of(made), account(BOB).spent) == ([("issued", 0)], 0, 300)
    assert problem(claim(made, customer_id=BOB)) == (409, "claim-limit")
    hear(cancelled(customer_id=BOB), version=20)
    assert (claims(BOB), left_of(made), account(BOB).spent or 0) == ([("cancelled", 0)], 1, 0)
    assert claim(made, customer_id=BOB, key="again").status == 201


@pytest.mark.parametrize("is_late", [True, False])
def test_a_crash_at_any_write_claims_once(set_clock: Clock, *, is_late: bool) -> None:
    made = reward(points=10, stock=8)
    for number in range(1, 7):
        name = f"cart-{number}"
        kept(10, reward=made, name=name)
        if is_late:
            set_clock(f"2026-02-{number + 1:02}T12:00:00+00:00")
            expire()
        told = paid(f"C{number}", name=name)
        crash_at(number, lambda told=told, number=number: hear(told, version=1000 + number))  # type: ignore[misc]
        hear(told, version=1000 + number)
        assert (len(claims()), left_of(made), account().spent) == (number, 8 - number, 20 * number)


def test_an_order_that_earns_claims_in_the_same_transaction() -> None:
    set_programme(earning={"points_per_unit": "1"})
    made = reward(**OFF, **ONE)
    kept(100, reward=made)
    assert crash_at(2, lambda: hear(paid())) in {True, False}
    hear(paid())
    assert (claims(), account().spent, left_of(made)) == ([("fulfilled", 500)], 300, 0)
