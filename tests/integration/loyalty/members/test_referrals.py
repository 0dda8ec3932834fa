"""Friends: named once, before the first order earns; both are thanked once, whatever happens in between."""

from __future__ import annotations

import pytest

from shared.events.customers import OrderStatus
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty import cards
from tests.integration.loyalty.referrals import merge, name, read, rewards_of
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    CAT,
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
from tests.integration.loyalty.spending import let_in


@pytest.fixture(autouse=True)
def friends() -> None:
    """Bob has a card and was a customer before; Ada is new."""
    set_programme(earning={"bonuses": {"referrer": 50, "referee": 30}})
    hear(registration(BOB), registration())


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["type"].removeprefix("/problems/")


@pytest.mark.parametrize("by", [ADA, Role.STOREFRONT, Role.SUPPORT, Role.ADMIN])
def test_the_answer_says_what_each_gets(by: Role | str) -> None:
    answer = name(by=by)
    assert answer.status == 201
    assert answer.json == {
        "customer_id": ADA,
        "state": "waiting",
        "referrer_id": None if by == ADA else BOB,
        "customer_points": 30,
        "referrer_points": 50,
    }


@pytest.mark.parametrize("by", [BOB, Role.MARKETING, Role.COMPLIANCE])
def test_nobody_else_names_anybody(by: Role | str) -> None:
    assert name(by=by).status == 403


def test_both_are_thanked_when_the_first_order_earns_and_only_then() -> None:
    assert read()["state"] == "none"
    name()
    hear(order(paid_at=None, status=OrderStatus.PLACED))
    assert read()["state"] == "waiting"
    hear(order())
    assert (points(), points(BOB)) == ([293, 30], [50])
    hear(order(), order("A2"))
    assert (points(), points(BOB)) == ([293, 30, 293], [50])
    assert read() == {
        "customer_id": ADA,
        "state": "thanked",
        "referrer_id": BOB,
        "customer_points": 30,
        "referrer_points": 50,
    }
    assert read(by=ADA)["referrer_id"] is None
    assert {event["points"] for event in told_of("PointsEarned")} == {293, 30, 50}


def test_somebody_is_named_once() -> None:
    hear(registration(CAT))
    name()
    assert problem(name(cards.number_of(CAT))) == (409, "referral-exists")
    assert name().status == 201  # the very same changes nothing
    assert [each.referrer for each in (account().referrals or {}).values()] == [BOB]


def test_a_retry_under_a_key_is_answered_again() -> None:
    first = name(key="k1")
    hear(order())
    again = name(key="k1")
    assert (again.status, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_whoever_has_bought_was_not_brought() -> None:
    hear(order())
    assert problem(name()) == (409, "referral-too-late")
    hear(order("A2"))
    assert points() == [293, 293]


def test_whoever_was_thanked_is_not_brought_again() -> None:
    hear(registration(CAT))
    name()
    hear(order())
    assert problem(name(cards.number_of(CAT))) == (409, "referral-too-late")


def test_an_order_that_earns_at_that_moment_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, lambda: hear(order()))
    assert problem(name()) == (409, "referral-too-late")
    assert account().referrals is None


def test_nobody_brings_themselves() -> None:
    assert problem(name(cards.number_of())) == (422, "invalid")


def test_nobody_brings_whoever_they_turned_out_to_be() -> None:
    number = cards.number_of(BOB)
    merge(BOB, ADA)
    assert problem(name(number)) == (422, "invalid")
    assert problem(name(cards.number_of())) == (422, "invalid")


def test_a_card_that_cannot_be_used_names_nobody_and_all_are_refused_alike() -> None:
    blocked = cards.number_of(BOB)
    cards.post("card/block", {"number": blocked, "reason": "lost"}, customer_id=BOB)
    answers = [name(blocked), name("100000000008"), name("12")]
    assert [answer.status for answer in answers] == [422] * 3
    first, second = (answer.json["errors"] for answer in answers[:2])
    assert first == second
    cards.post("card/unblock", {"number": blocked}, customer_id=BOB)
    cards.replace(blocked, customer_id=BOB)
    assert name(blocked).status == 422
    assert name(cards.number_of(BOB)).status == 201


def test_an_erased_friend_names_nobody() -> None:
    number = cards.number_of(BOB)
    hear(erasure(BOB))
    assert name(number).status == 422


def test_two_friends_do_not_bring_each_other() -> None:
    name()
    assert problem(name(cards.number_of(), customer_id=BOB)) == (422, "invalid")
    hear(order())
    assert problem(name(cards.number_of(), customer_id=BOB)) == (422, "invalid")


def test_an_unknown_customer_is_not_found() -> None:
    assert name(customer_id=CAT).status == 404
    assert get(f"/api/customers/{CAT}/referral").status == 404


def test_a_guests_past_is_not_given_away() -> None:
    hear(order("C1", CAT), registration(CAT, registered_at="2026-12-01T00:00:00Z"))
    assert problem(name(customer_id=CAT, by=CAT)) == (403, "email-not-verified")
    assert get(f"/api/customers/{CAT}/referral", by=CAT).status == 403


def test_a_friend_erased_meanwhile_is_not_thanked_and_the_customer_is() -> None:
    name()
    hear(erasure(BOB), order())
    assert points() == [293, 30]
    assert read() == {
        "customer_id": ADA,
        "state": "thanked",
        "referrer_id": None,
        "customer_points": 30,
        "referrer_points": 0,
    }


def test_a_customer_erased_before_the_first_order_thanks_nobody() -> None:
    name()
    hear(erasure(), order())
    assert entries(BOB) == []
    assert BOB not in str([image for image in stage.items() if image["pk"]["S"] == f"CUSTOMER#{ADA}"])


@pytest.mark.parametrize(("gives", "given"), [({}, []), ({"referrer": 5}, [5])])
def test_where_the_programme_gives_nothing_it_ends_all_the_same(gives: dict[str, int], given: list[int]) -> None:
    name()
    set_programme(earning={"bonuses": gives})
    hear(order())
    set_programme(earning={"bonuses": {"referrer": 50, "referee": 30}})
    hear(order("A2"))
    assert (points(), points(BOB)) == ([293, 293], given)
    assert read() == {
        "customer_id": ADA,
        "state": "thanked",
        "referrer_id": BOB,
        "customer_points": 0,
        "referrer_points": sum(given),
    }


def test_limits_cut_what_is_given() -> None:
    set_programme(earning={"bonuses": {"referrer": 50, "referee": 30}, "limits": {"per_day": 300}})
    name()
    hear(order())
    assert (points(), points(BOB)) == ([293, 7], [50])
    assert read()["customer_points"] == 7


def test_a_friend_who_was_merged_is_thanked_as_whoever_they_are_now() -> None:
    name()
    merge(BOB, CAT)
    hear(order())
    assert rewards_of(CAT) == [("referrer", 50)]


def test_a_customer_merged_before_the_first_order_stays_brought() -> None:
    name()
    merge(ADA, CAT)
    assert read(customer_id=CAT)["state"] == "waiting"
    hear(order("C1", CAT))
    assert (rewards_of(CAT), rewards_of(BOB)) == ([("referee", 30)], [("referrer", 50)])


@pytest.mark.parametrize(("gone", "stays"), [(ADA, CAT), (CAT, ADA)])
def test_whoever_turns_out_to_have_bought_was_not_brought(gone: str, stays: str) -> None:
    hear(order("C1", CAT))
    name()
    merge(gone, stays)
    hear(order("A1"))
    assert rewards_of(stays) == rewards_of(BOB) == []


@pytest.mark.parametrize(("gone", "stays"), [(ADA, BOB), (BOB, ADA)])
def test_whoever_turns_out_to_be_their_own_friend_was_not_brought(gone: str, stays: str) -> None:
    name()
    merge(gone, stays)
    hear(order())
    assert rewards_of(stays) == []
    assert read(customer_id=stays)["state"] == "none"


def test_the_thanks_are_still_known_after_a_merge() -> None:
    name()
    hear(order())
    merge(ADA, CAT)
    assert read(customer_id=CAT)["state"] == "thanked"
    assert problem(name(customer_id=CAT)) == (409, "referral-too-late")
