"""Claims: what they cost, what limits them, what becomes of them, and that nothing of them is ever half done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.catalogue import store as rewards
from loyalty.catalogue.items import StoredReward
from loyalty.ledger import store as ledger
from loyalty.rewards import claims
from shared import clock
from shared.events.customers import CustomersMerged
from shared.items import table
from shared.roles import Role
from tests.harness.logs import captured_logs
from tests.integration.loyalty.catalogue import (
    REWARDS,
    archive,
    change,
    claim,
    claimed,
    claims_of,
    give,
    left_of,
    post_codes,
    problem,
    reward,
    settle,
    stock_of,
    voucher,
)
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    entries,
    erasure,
    get,
    hear,
    order,
    points,
    registration,
    stage,
    told_of,
)

Clock = Callable[[str], None]
Meanwhile = Callable[[Callable[[], Any]], None]


@pytest.fixture(autouse=True)
def has_points() -> None:
    """Ada has 293 of an order, and 300 more."""
    hear(registration(), order())
    give(300)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets something else happen whole between a claim's reading and its write."""

    def let_in(other: Callable[[], Any]) -> None:
        write = ledger.write

        def happen_then_write(*writes: Any, **names: Any) -> None:
            monkeypatch.setattr(ledger, "write", write)
            other()
            write(*writes, **names)

        monkeypatch.setattr(ledger, "write", happen_then_write)

    return let_in


def test_a_claim_takes_the_points_and_says_what_was_taken() -> None:
    made = reward()
    answer = claim(made, order_id="A9")
    assert answer.status == 201
    view = answer.json
    assert view["reward"] == {"id": made, "name": "A mug", "kind": "gift"}
    assert [view[name] for name in ("points", "code", "state", "order_id")] == [200, None, "issued", "A9"]
    assert get(f"{claims_of()}/{view['id']}", by=ADA).json == view
    assert get(claims_of(), by=ADA).json["data"] == [view]
    assert (points(), account().available) == ([293, 300, -200], 393)


def test_its_entry_and_the_claim_each_tell_of_it_once() -> None:
    made = reward()
    claim_id = claimed(made)
    [entry] = [each for each in entries() if each.cause == claim_id]
    assert entry.facts == {"reward": made, "value": 800, "currency": "USD"}
    [redeemed] = told_of("PointsRedeemed")
    assert (redeemed["reward"], redeemed["value"], redeemed["points"]) == (made, 800, -200)
    [taken] = told_of("RewardRedeemed")
    assert taken == {
        "customer_id": ADA,
        "claim_id": claim_id,
        "reward_id": made,
        "name": "A mug",
        "reward_kind": "gift",
        "points": 200,
        "order_id": None,
    }


def test_the_same_request_claims_once_and_shows_the_same_code() -> None:
    made = voucher("A", "B")
    first, second = claim(made), claim(made)
    assert (second.status, second.json) == (201, first.json)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert (account().available, len(told_of("RewardRedeemed"))) == (393, 1)
    assert claim(reward()).status == 422
    assert problem(claim(made, key=None)) == (400, "idempotency-key-required")


def test_the_same_request_twice_at_once_claims_once(meanwhile: Meanwhile) -> None:
    made = reward(stock=1)
    meanwhile(lambda: claim(made))
    late = claim(made)
    assert (late.status, late.headers["Idempotent-Replayed"]) == (201, "true")
    assert (account().available, left_of(made)) == (393, 0)


def test_points_that_are_not_there_claim_nothing() -> None:
    answer = claim(reward(points=594, stock=1))
    assert problem(answer) == (409, "insufficient-points")
    assert (answer.json["balance"], answer.json["available"]) == (593, 593)
    assert claim(reward(points=593), key="k2").status == 201


def test_a_claim_costs_what_the_reward_costs_now_and_remembers_it() -> None:
    made = reward()
    first = claimed(made, "a")
    change(made, {"points": 100, "name": "A cup"})
    claimed(made, "b")
    views = get(claims_of()).json["data"]
    assert [(view["points"], view["reward"]["name"]) for view in views] == [(100, "A cup"), (200, "A mug")]
    assert views[1]["id"] == first


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"status": "archived"}, "archived"),
        ({"valid_from": "2026-06-16"}, "not_yet"),
        ({"valid_until": "2026-06-14"}, "over"),
        ({"tiers": ["silver", "gold"]}, "tier"),
    ],
)
def test_what_cannot_be_had_says_why(facts: dict[str, Any], why: str, set_clock: Clock) -> None:
    set_clock("2026-06-15T12:00:00+00:00")
    answer = claim(reward(**facts))
    assert (problem(answer), answer.json["why"]) == ((409, "reward-not-available"), why)
    assert account().available == 593


def test_a_reward_for_a_tier_is_for_those_in_it() -> None:
    hear(order("A2", total=10_000))
    assert account().tier == "silver"
    assert claim(reward(tiers=["silver"])).status == 201


def test_an_archived_reward_leaves_what_was_claimed_of_it() -> None:
    made = reward()
    claim_id = claimed(made)
    archive(made)
    assert problem(claim(made, key="k2")) == (409, "reward-not-available")
    assert settle(claim_id, "fulfil").json["state"] == "fulfilled"


def test_a_reward_that_is_none_is_named() -> None:
    answer = claim("rew_01HZX3Q7V8M4N5P6R7S8T9W0AD")
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "reward_id")


def test_a_customer_whom_nobody_knows_claims_nothing() -> None:
    assert claim(reward(), customer_id=BOB).status == 404


def test_a_limited_reward_runs_out() -> None:
    made = reward(stock=2, points=100)
    assert [claim(made, key=key).status for key in "abc"] == [201, 201, 409]
    assert problem(claim(made, key="d")) == (409, "out-of-stock")
    assert (left_of(made), account().available) == (0, 393)
    change(made, {"stock": 3})
    assert claim(made, key="e").status == 201


def test_of_two_who_want_the_last_one_one_gets_it(meanwhile: Meanwhile) -> None:
    hear(registration(BOB))
    give(200, BOB)
    made = reward(stock=1)
    meanwhile(lambda: claimed(made, customer_id=BOB))
    assert problem(claim(made)) == (409, "out-of-stock")
    assert (account().available, account(BOB).available) == (593, 0)
    assert (stock_of(made).taken, len(told_of("RewardRedeemed"))) == (1, 1)


def test_of_two_who_want_one_each_both_get_it(meanwhile: Meanwhile) -> None:
    hear(registration(BOB))
    give(200, BOB)
    made = reward(stock=2)
    meanwhile(lambda: claimed(made, customer_id=BOB))
    assert claim(made).status == 201
    assert stock_of(made).taken == 2


def test_each_code_is_given_once_until_there_are_none() -> None:
    made = voucher("A", "B", points=100)
    codes = [claim(made, key=key).json["code"] for key in "ab"]
    assert sorted(codes) == ["A", "B"]
    assert problem(claim(made, key="c")) == (409, "out-of-stock")
    assert account().available == 393
    post_codes(made, "C")
    assert claim(made, key="d").json["code"] == "C"


def test_of_two_who_want_the_last_code_one_gets_it(meanwhile: Meanwhile) -> None:
    hear(registration(BOB))
    give(200, BOB)
    made = voucher("A")
    meanwhile(lambda: claimed(made, customer_id=BOB))
    assert problem(claim(made)) == (409, "out-of-stock")
    assert (account().available, account(BOB).available) == (593, 0)


def test_who_loses_a_code_to_another_is_given_the_next(meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registration(BOB))
    give(200, BOB)
    made = voucher("A", "B")
    monkeypatch.setattr(rewards, "anywhere", lambda: "0" * 32)
    bobs: list[str] = []
    meanwhile(lambda: bobs.append(claim(made, customer_id=BOB).json["code"]))
    assert sorted([claim(made).json["code"], *bobs]) == ["A", "B"]


def test_a_claim_finds_the_only_code_wherever_it_begins_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    made = voucher("A", "B", points=100)
    monkeypatch.setattr(rewards, "anywhere", lambda: "f" * 32)
    assert sorted(claim(made, key=key).json["code"] for key in "ab") == ["A", "B"]


def test_claims_start_anywhere_among_the_codes() -> None:
    made = voucher(*(f"CODE-{n}" for n in range(20)))
    picked = {found.code for _ in range(30) if (found := rewards.some_free_code(made))}
    assert len(picked) > 5


def test_a_generated_code_is_like_no_other() -> None:
    made = reward(points=1, codes={"source": "generated", "prefix": "THANKS-", "length": 10})
    codes = {claim(made, key=str(n)).json["code"] for n in range(5)}
    assert len(codes) == 5
    assert all(code.startswith("THANKS-") and len(code) == 17 for code in codes)


def test_a_customer_has_no_more_than_the_limit() -> None:
    hear(registration(BOB))
    give(200, BOB)
    made = reward(points=100, limit_per_customer=2)
    assert [claim(made, key=key).status for key in "ab"] == [201, 201]
    answer = claim(made, key="c")
    assert (problem(answer), answer.json["limit"]) == ((409, "claim-limit"), 2)
    assert account().available == 393
    assert claim(made, customer_id=BOB).status == 201


def test_of_two_claims_at_once_the_one_beyond_the_limit_is_refused(meanwhile: Meanwhile) -> None:
    made = reward(points=100, limit_per_customer=1)
    meanwhile(lambda: claimed(made, "first"))
    assert problem(claim(made)) == (409, "claim-limit")
    assert account().available == 493


def test_two_claims_at_once_of_the_same_points_spend_them_once(meanwhile: Meanwhile) -> None:
    made, other = reward(points=400), reward(points=400)
    meanwhile(lambda: claimed(other, "first"))
    answer = claim(made)
    assert (problem(answer), answer.json["available"]) == ((409, "insufficient-points"), 193)


def test_a_claim_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = voucher("A", stock=1, limit_per_customer=1)
    before = sorted(map(str, stage.items()))

    def fail(*_: Any) -> None:
        raise table.BusyError

    with monkeypatch.context() as patch:
        patch.setattr("loyalty.ledger.store.commit", fail)
        assert claim(made).status in {409, 503}
    assert sorted(map(str, stage.items())) == before
    assert claim(made).json["code"] == "A"


def test_a_claim_is_fulfilled_once() -> None:
    claim_id = claimed(reward())
    first, second = settle(claim_id, "fulfil"), settle(claim_id, "fulfil")
    assert (first.json["state"], second.json) == ("fulfilled", first.json)
    answer = settle(claim_id, "cancel")
    assert (problem(answer), answer.json["state"]) == ((409, "claim-settled"), "fulfilled")
    assert account().available == 393


def test_a_cancelled_claim_gives_everything_back_but_its_code() -> None:
    made = voucher("A", "B", stock=1, limit_per_customer=1)
    claim_id = claimed(made)
    before = account().lots
    first, second = settle(claim_id, "cancel"), settle(claim_id, "cancel")
    assert (first.json["state"], second.json) == ("cancelled", first.json)
    assert (account().available, left_of(made)) == (593, 1)
    assert sum(before.values()) == 393
    assert problem(settle(claim_id, "fulfil")) == (409, "claim-settled")
    again = claim(made, key="k2").json
    assert {first.json["code"], again["code"]} == {"A", "B"}
    assert left_of(made) == 0


def test_its_points_come_back_to_the_lots_they_came_from() -> None:
    before = account().lots
    claim_id = claimed(reward(points=400))
    assert account().lots != before
    settle(claim_id, "cancel")
    assert account().lots == before
    assert points() == [293, 300, -400, 400]
    [restored] = told_of("PointsRestored")
    assert (restored["points"], restored["order_id"], restored["cause"]) == (400, None, claim_id)


def test_points_whose_lot_has_ended_meanwhile_come_back_to_it_and_expire(set_clock: Clock) -> None:
    set_clock("2027-01-15T12:00:00+00:00")
    claim_id = claimed(reward(points=293))
    set_clock("2027-02-10T12:00:00+00:00")
    settle(claim_id, "cancel")
    assert min(account().lots).isoformat() == "2027-01-31"
    assert problem(claim(reward(points=600), key="again")) == (409, "insufficient-points")
    assert account().expired == 293


def test_a_claim_of_before_a_limit_is_not_counted_back() -> None:
    made = reward(points=100)
    early = claimed(made, "a")
    change(made, {"stock": 1, "limit_per_customer": 1})
    claimed(made, "b")
    settle(early, "cancel")
    assert (left_of(made), problem(claim(made, key="c"))) == (0, (409, "claim-limit"))


def test_a_claim_cancelled_twice_at_once_gives_back_once(meanwhile: Meanwhile) -> None:
    claim_id = claimed(reward(stock=1))
    meanwhile(lambda: settle(claim_id, "cancel"))
    assert settle(claim_id, "cancel").json["state"] == "cancelled"
    assert points() == [293, 300, -200, 200]


def test_of_a_cancellation_and_a_fulfilment_at_once_one_counts(meanwhile: Meanwhile) -> None:
    claim_id = claimed(reward())
    meanwhile(lambda: settle(claim_id, "fulfil"))
    assert problem(settle(claim_id, "cancel")) == (409, "claim-settled")
    assert account().available == 393


def test_a_fulfilment_that_comes_during_a_cancellation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    claim_id = claimed(reward())
    write = table.commit

    def happen_then_write(*writes: Any) -> None:
        monkeypatch.setattr(claims, "commit", write)
        settle(claim_id, "cancel")
        write(*writes)

    monkeypatch.setattr(claims, "commit", happen_then_write)
    assert problem(settle(claim_id, "fulfil")) == (409, "claim-settled")
    assert account().available == 593


def test_the_refund_of_its_order_gives_a_claim_nothing_back() -> None:
    assert claim(reward(), order_id="A1").status == 201
    hear(order(refunded=2933))
    assert points() == [293, 300, -200, -293]


def test_claims_come_in_pages_newest_first(set_clock: Clock) -> None:
    made = reward(points=1)
    ids = []
    for second in range(5):
        set_clock(f"2026-06-01T12:00:0{second}+00:00")
        ids.append(claimed(made, str(second)))
    first = get(f"{claims_of()}?limit=2").json
    second_page = get(f"{claims_of()}?limit=2&cursor={first['next_cursor']}").json
    third = get(f"{claims_of()}?limit=2&cursor={second_page['next_cursor']}").json
    assert [view["id"] for page in (first, second_page, third) for view in page["data"]] == ids[::-1]
    assert third["next_cursor"] is None


def test_anothers_claim_is_not_there() -> None:
    hear(registration(BOB))
    claim_id = claimed(reward())
    assert get(f"{claims_of(BOB)}/{claim_id}").status == 404
    assert settle(claim_id, "cancel", BOB).status == 404
    assert get(claims_of(BOB)).json["data"] == []
    assert claim(reward(), by=BOB).status == 403


def test_who_has_not_shown_the_e_mail_to_be_theirs_claims_nothing_by_themselves() -> None:
    hear(order("B1", BOB))
    hear(registration(BOB, registered_at="2099-01-01T00:00:00Z"))
    made = reward(points=100)
    assert problem(claim(made, by=BOB, customer_id=BOB)) == (403, "email-not-verified")
    assert problem(get(claims_of(BOB), by=BOB)) == (403, "email-not-verified")
    assert claim(made, customer_id=BOB).status == 201


def test_of_two_who_are_one_the_claims_stay_and_count_together() -> None:
    hear(registration(BOB))
    give(200, BOB)
    made = reward(points=100, limit_per_customer=2, stock=9)
    bobs = claimed(made, "b", BOB)
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at=clock.now()))
    adas = claimed(made, "a")
    assert problem(claim(made, key="c")) == (409, "claim-limit")
    for who in (ADA, BOB):
        assert [view["id"] for view in get(claims_of(who)).json["data"]] == [adas, bobs]
        assert get(f"{claims_of(who)}/{bobs}").json["id"] == bobs
    available = account().available
    settle(bobs, "cancel")
    assert (account().available, left_of(made)) == (available + 100, 8)
    assert claim(made, key="d").status == 201


def test_an_erasure_leaves_no_claim_and_no_code_of_the_person() -> None:
    made = voucher("SECRET-1", limit_per_customer=1)
    claimed(made)
    assert "SECRET-1" in str(stage.items())
    assert hear(erasure()) == 0
    assert {image["kind"]["S"] for image in stage.items()}.isdisjoint({"claim", "claimed", "receipt"})
    assert "SECRET-1" not in str(stage.items())
    [answer] = told_of("ErasureAnswered")
    assert answer["erased"]["claims"] == 1
    assert get(claims_of()).status == 404


def test_no_event_and_no_line_of_a_log_shows_a_code() -> None:
    with captured_logs() as lines:
        made = voucher("SECRET-1", "SECRET-2")
        settle(claimed(made), "cancel")
        claimed(made, "k2")
        assert problem(claim(made, key="k3")) == (409, "out-of-stock")
    assert "out-of-stock" in lines.getvalue()
    assert "SECRET" not in lines.getvalue()
    assert [image for image in stage.items() if "SECRET" in str(image.get("events"))] == []


def test_a_claim_of_what_was_changed_meanwhile_goes_by_what_it_read(meanwhile: Meanwhile) -> None:
    made = reward()
    meanwhile(lambda: change(made, {"points": 300}))
    assert claim(made).json["points"] == 200
    assert isinstance(rewards.find_reward(made), StoredReward)
    assert get(f"{REWARDS}/{made}").json["points"] == 300


def test_a_claim_of_somebody_who_is_erased_meanwhile_is_not_made(meanwhile: Meanwhile) -> None:
    meanwhile(lambda: hear(erasure()))
    assert claim(reward(stock=1), by=Role.STOREFRONT).status == 404
    assert {image["kind"]["S"] for image in stage.items()}.isdisjoint({"claim", "reward_stock"})


def test_a_cancelled_claim_keeps_no_idle_points_alive(set_clock: Callable[[str], None]) -> None:
    set_programme(expiry={"mode": "inactivity", "months": 6})
    hear(order("A2", total=5_000))
    claim_id = claimed(reward())
    set_clock("2028-08-01T00:10:00+00:00")
    assert settle(claim_id, "cancel").status == 200
    assert (account().balance, account().available) == (200, 200), "the mug's points alone"
