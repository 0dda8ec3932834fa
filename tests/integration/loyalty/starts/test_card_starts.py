"""Cards that start with points and a tier: once, whole, and under the limits of any adjustment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from loyalty.members import cards
from loyalty.proposals import authority
from shared.events.customers import CustomersMerged, CustomerStatus
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.harness.interruptions import after_first, crash_at
from tests.integration.loyalty.cards import block, issue, look_up, number_of, post, replace
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    adjust,
    call,
    entries,
    erasure,
    get,
    hear,
    order,
    points,
    registration,
    stage,
    told_of,
    update,
)
from tests.integration.loyalty.spending import let_in

POINTS: Final = {"points": 500, "code": "promotion", "reason": "From your former card"}
TIER: Final = {"tier": "gold", "until": "2070-03-31", "reason": "Gold in the former programme"}
START: Final[dict[str, Any]] = {"starting_points": POINTS, "starting_tier": TIER}
OWN: Final[dict[str, Any]] = {"number": "SHOP-00417", **START}
Clock = Callable[[str], None]


@pytest.fixture(autouse=True)
def shop(set_clock: Clock) -> None:
    """Ada and Bob are guests, of 293 points each."""
    set_clock("2026-11-22T12:00:00Z")
    hear(order(), order("B1", BOB))


def limit(above: int, **sections: Any) -> None:
    set_programme(adjustments={"approve_above": above, **sections})


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["type"].removeprefix("/problems/")


def approve(proposal_id: str, by: Role = Role.ADMIN) -> Answer:
    return call("POST", f"/api/customers/{ADA}/points/proposals/{proposal_id}/approve", b"", by=by)


def kinds(customer_id: str = ADA) -> list[tuple[str, int]]:
    return [(entry.entry_kind.value, entry.amount) for entry in entries(customer_id)]


def stored(kind: str) -> int:
    return sum(image["kind"]["S"] == kind for image in stage.items())


def test_one_request_gives_number_points_and_tier() -> None:
    answer = issue(OWN)
    assert answer.status == 201, answer.text
    told = {name: answer.json[name] for name in ("number", "tier", "starting_points", "version")}
    assert told == {
        "number": "SHOP-00417",
        "tier": "gold",
        "starting_points": {"points": 500, "entry": 3, "proposal_id": None},
        "version": 1,
    }
    assert kinds() == [("earned", 293), ("tier_set", 0), ("adjusted", 500)]
    given, added = entries()[1:]
    assert (given.reason, given.actor, given.facts) == (
        TIER["reason"],
        "staff:test-support",
        {"given": "gold", "until": "2070-03-31", "tier_name": "Gold"},
    )
    assert (added.reason, added.actor, added.facts) == (
        POINTS["reason"],
        "staff:test-support",
        {"code": "promotion"},
    )
    assert (account().tier, account().available, number_of()) == ("gold", 793, "SHOP-00417")
    assert told_of("CardIssued") == [{"customer_id": ADA, "card_number": "SHOP-00417"}]
    assert [(each["points"], each["reason"]) for each in told_of("PointsAdjusted")] == [(500, POINTS["reason"])]
    assert [(each["new"], each["rises"]) for each in told_of("TierChanged")] == [("gold", True)]


def test_a_member_who_brings_a_card_of_before_gets_it_in_place_of_the_drawn_one() -> None:
    hear(registration())
    drawn = number_of()
    answer = replace(drawn, new_number="SHOP-00417", **START)
    assert (answer.status, answer.json["tier"]) == (201, "gold")
    assert answer.json["starting_points"]["points"] == 500
    assert (points(), number_of()) == ([293, 0, 500], "SHOP-00417")
    assert look_up(drawn).json["replaced_by"] == "SHOP-00417"


def test_without_a_start_a_card_gives_nothing() -> None:
    assert issue({"number": "SHOP-00417"}).json["starting_points"] is None
    assert (kinds(), account().tier) == ([("earned", 293)], "bronze")


@pytest.mark.parametrize(
    ("start", "field"),
    [
        ({"starting_points": POINTS | {"points": 0}}, "starting_points.points"),
        ({"starting_points": POINTS | {"points": -5}}, "starting_points.points"),
        ({"starting_points": POINTS | {"points": 1_001}}, "starting_points.points"),
        ({"starting_points": POINTS | {"code": "luck"}}, "starting_points.code"),
        ({"starting_points": {"points": 5}}, "starting_points.reason"),
        ({"starting_tier": TIER | {"tier": "diamond"}}, "starting_tier.tier"),
        ({"starting_tier": TIER | {"tier": "bronze"}}, "starting_tier.tier"),
        ({"starting_tier": TIER | {"tier": None}}, "starting_tier.tier"),
        ({"starting_tier": TIER | {"until": "2020-01-01"}}, "starting_tier.until"),
        ({"starting_tier": {"tier": "gold", "reason": "x"}}, "starting_tier.until"),
    ],
)
@pytest.mark.parametrize("by_replacement", [False, True])
def test_what_may_not_be_given_is_named_and_no_card_is_issued(
    start: dict[str, Any], field: str, by_replacement: bool
) -> None:
    set_programme(adjustments={"largest": 1_000})
    if by_replacement:
        issue({})
    before = number_of()
    refused = replace(before, **start) if by_replacement else issue(start)
    assert (refused.status, [error["field"] for error in refused.json["errors"]]) == (422, [field])
    assert (number_of(), kinds()) == (before, [("earned", 293)])


def test_points_above_the_limit_wait_for_a_second_person_and_the_card_does_not() -> None:
    limit(499)
    answer = issue(OWN)
    proposal_id = answer.json["starting_points"]["proposal_id"]
    assert (answer.status, answer.json["starting_points"]["entry"], number_of()) == (201, None, "SHOP-00417")
    assert (kinds(), told_of("PointsAdjusted")) == ([("earned", 293), ("tier_set", 0)], [])
    [waits] = get("/api/loyalty/adjustments").json["data"]
    assert (waits["id"], waits["points"], waits["reason"], waits["proposed_by"]) == (
        proposal_id,
        500,
        POINTS["reason"],
        "staff:test-support",
    )
    assert problem(approve(proposal_id, by=Role.SUPPORT)) == (403, "same-person")
    assert approve(proposal_id).json["points"] == 500
    assert approve(proposal_id).status == 201
    assert points() == [293, 0, 500]


def test_starting_points_and_adjustments_count_towards_one_limit() -> None:
    limit(600)
    assert issue(OWN).json["starting_points"]["entry"]
    assert adjust({"points": 101, "reason": "More"}).status == 202
    assert adjust({"points": 100, "reason": "More"}, key="k2").status == 201
    assert issue({"starting_points": POINTS | {"points": 1}}, customer_id=BOB).json["starting_points"]["proposal_id"]


def test_cards_issued_again_and_again_give_no_more_than_the_limit() -> None:
    limit(600)
    issue(OWN)
    answers = [replace(number_of(), **START).json["starting_points"] for _ in range(3)]
    assert [answer["entry"] for answer in answers] == [None] * 3
    assert (points(), stored("proposal")) == ([293, 0, 500], 3)


@pytest.mark.parametrize("key", [None, "k"])
def test_a_request_sent_again_gives_nothing_more(key: str | None) -> None:
    first, again = issue(OWN, key=key), issue(OWN, key=key)
    if key:
        assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    else:
        assert problem(again) == (409, "card-exists")
    number = number_of()
    first, again = replace(number, key=key, **START), replace(number, key=key, **START)
    assert again.json == first.json if key else problem(again) == (409, "card-replaced")
    # The tier is given by then.
    assert points() == [293, 0, 500, 500]


@pytest.mark.parametrize("above", [None, 100])
def test_a_function_that_dies_leaves_all_or_nothing(above: int | None) -> None:
    set_programme(adjustments={"approve_above": above})
    write = 1
    while crash_at(write, lambda: issue(OWN, key="k")):
        assert (number_of(), kinds(), account().tier) == ("", [("earned", 293)], "bronze")
        assert [stored(kind) for kind in ("card", "proposal", "staff_total", "receipt")] == [0] * 4
        write += 1
    assert write > 1
    answer = issue(OWN, key="k")
    assert (answer.status, answer.headers["Idempotent-Replayed"]) == (201, "true")
    assert (points(), stored("proposal")) == (([293, 0], 1) if above else ([293, 0, 500], 0))


def test_a_replacement_that_dies_leaves_the_old_card() -> None:
    issue({"number": "SHOP-00001"})
    write = 1
    while crash_at(write, lambda: replace("SHOP-00001", key="k", **START)):
        assert (number_of(), kinds(), look_up("SHOP-00001").json["status"]) == (
            "SHOP-00001",
            [("earned", 293)],
            "active",
        )
        write += 1
    assert write > 1
    assert replace("SHOP-00001", key="k", **START).headers["Idempotent-Replayed"] == "true"
    assert points() == [293, 0, 500]


def test_the_same_request_twice_at_once_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, lambda: issue(OWN, key="k"))
    late = issue(OWN, key="k")
    assert (late.status, late.headers["Idempotent-Replayed"]) == (201, "true")
    assert points() == [293, 0, 500]


def test_of_two_who_give_one_customer_a_card_at_once_the_later_hears_of_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_in(monkeypatch, lambda: issue(OWN, key="k1"))
    assert problem(issue(OWN, key="k2")) == (409, "card-exists")
    assert points() == [293, 0, 500]


def test_of_two_customers_for_one_number_at_once_one_has_it_and_the_other_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit(600)
    let_in(monkeypatch, lambda: issue(OWN))
    late = issue(OWN, customer_id=BOB)
    assert problem(late) == (409, "card-number-taken")
    assert (number_of(), number_of(BOB), kinds(BOB)) == ("SHOP-00417", "", [("earned", 293)])
    assert adjust({"points": 100, "reason": "What is left of the day"}).status == 201


def test_of_two_starts_at_once_the_later_counts_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    limit(600)
    after_first(monkeypatch, authority, "find", lambda: issue(OWN, customer_id=BOB))
    assert issue(START).json["starting_points"]["entry"] is None
    assert (points(), points(BOB)) == ([293, 0], [293, 0, 500])


def test_a_drawn_number_that_is_taken_gives_the_points_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registration(BOB))
    drawn = iter([number_of(BOB), "402938475629"])
    monkeypatch.setattr(cards, "new_number", lambda *_: next(drawn))
    assert issue(START).json["number"] == "402938475629"
    assert points() == [293, 0, 500]


@pytest.mark.parametrize("role", [Role.MARKETING, Role.COMPLIANCE, Role.STOREFRONT, ADA])
def test_only_who_may_adjust_and_give_tiers_may_start_a_card(role: Role | str) -> None:
    assert post("card", OWN, by=role).status == 403
    assert kinds() == [("earned", 293)]


@pytest.mark.parametrize(
    ("before", "until", "tier"),
    [("gold", "2070-12-31", "gold"), ("gold", None, "gold"), ("silver", "2070-12-31", "silver")],
)
def test_a_better_tier_that_was_given_stays(before: str, until: str | None, tier: str) -> None:
    call("PUT", f"/api/customers/{ADA}/tier", {"tier": before, "until": until, "reason": "A partner"}, by=Role.SUPPORT)
    wanted = TIER | {"tier": "silver"} if before == "silver" else TIER
    assert issue({"starting_tier": wanted}).json["tier"] == tier
    given = account().tiers.given
    assert given
    assert (given.tier, given.until and given.until.isoformat()) == (before, until)


def test_a_starting_tier_takes_the_place_of_a_lower_one() -> None:
    body = {"tier": "silver", "until": None, "reason": "A partner"}
    call("PUT", f"/api/customers/{ADA}/tier", body, by=Role.SUPPORT)
    assert issue({"starting_tier": TIER}).json["tier"] == "gold"


def test_a_banned_customer_has_what_the_card_started_with_and_spends_none_of_it() -> None:
    hear(registration(), update(status=CustomerStatus.BANNED))
    assert replace(number_of(), **START).status == 201
    assert get(f"/api/customers/{ADA}/points").json["spending_block"]
    assert points()[-1] == 500


def test_a_blocked_card_is_replaced_with_a_start() -> None:
    issue({"number": "SHOP-00001"})
    block("SHOP-00001", "stolen")
    assert replace("SHOP-00001", **START).json["status"] == "active"
    assert points()[-1] == 500


def test_the_id_of_a_merged_customer_gives_the_card_to_the_one_who_stays() -> None:
    limit(499)
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at="2026-11-22T00:00:00Z"))
    answer = issue(OWN, customer_id=BOB)
    assert (answer.json["customer_id"], number_of()) == (ADA, "SHOP-00417")
    assert approve(answer.json["starting_points"]["proposal_id"]).status == 201
    assert account().available == 586 + 500


def test_an_erased_customer_gets_nothing_not_even_in_the_same_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    limit(499)
    let_in(monkeypatch, lambda: hear(erasure()))
    assert issue(OWN).status == 404
    assert issue(OWN).status == 404
    assert [stored(kind) for kind in ("card", "proposal", "receipt")] == [0] * 3
    assert POINTS["reason"] not in stage.stored()
