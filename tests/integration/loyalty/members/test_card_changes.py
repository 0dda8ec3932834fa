"""Cards noted, blocked, unblocked and replaced; several at once; merged and erased."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.identity.card_merge import hand_over_card
from loyalty.members import card_changes
from loyalty.members.items import Card
from loyalty.members.store import card_of, find_card
from loyalty.points.items import PointsAccount
from shared.items.table import Put, commit
from shared.messages.cause import Cause
from shared.roles import Role
from tests.integration.loyalty.cards import block, change, issue, look_up, number_of, replace, unblock
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

CARD = f"/api/customers/{ADA}/card"
CAUSE = Cause("staff:test", "test")


@pytest.fixture
def number() -> str:
    """Ada's, who has registered."""
    hear(registration())
    return number_of()


def test_a_blocked_card_shows_that_it_is_and_neither_number_nor_picture(number: str) -> None:
    answer = block(number, "stolen")
    assert (answer.status, answer.json["block_reason"], answer.json["version"]) == (200, "stolen", 2)
    assert told_of("CardBlocked") == [{"customer_id": ADA, "card_number": number}]
    for by in (ADA, Role.STOREFRONT):
        card = get(CARD, by=by).json
        assert (card["status"], card["number"]) == ("blocked", None)
        assert number not in get(CARD, by=by).text
    refused = get(f"{CARD}/picture", by=ADA)
    assert (refused.status, refused.json["type"]) == (409, "/problems/card-not-usable")
    assert refused.json["card_status"] == "blocked"
    assert get(CARD).json["number"] == number


def test_a_blocked_card_is_known_at_the_till_and_its_customer_goes_on_earning(number: str) -> None:
    block(number)
    record = look_up(number, by=Role.STOREFRONT).json
    assert (record["customer_id"], record["status"]) == (ADA, "blocked")
    hear(order())
    assert points() == [293]


def test_a_card_that_is_blocked_stays_as_it_is(number: str) -> None:
    first, second = block(number, "lost"), block(number, "misuse")
    assert first.json == second.json
    assert len(told_of("CardBlocked")) == 1


def test_a_card_that_turns_up_is_unblocked(number: str) -> None:
    block(number)
    record = unblock(number).json
    assert (record["status"], record["blocked_at"], record["block_reason"], record["version"]) == (
        "active",
        None,
        None,
        3,
    )
    assert told_of("CardUnblocked") == [{"customer_id": ADA, "card_number": number}]
    assert get(CARD, by=ADA).json["number"] == number
    assert unblock(number).json == record


def test_a_replaced_number_leads_staff_to_the_customer_and_nobody_else_anywhere(number: str) -> None:
    issued_at = get(CARD).json["issued_at"]
    answer = replace(number)
    new = answer.json["number"]
    assert (answer.status, answer.json["status"], new != number) == (201, "active", True)
    assert told_of("CardReplaced") == [{"customer_id": ADA, "card_number": new}]
    assert get(CARD, by=ADA).json["number"] == new
    assert get(CARD).json["issued_at"] > issued_at
    old = look_up(number).json
    assert (old["customer_id"], old["status"], old["replaced_by"]) == (ADA, "replaced", new)
    assert look_up(number, by=Role.STOREFRONT).status == 404
    assert look_up(new, by=Role.STOREFRONT).json["status"] == "active"


def test_a_number_replaced_long_ago_still_leads_staff_to_the_customer(number: str) -> None:
    second = replace(number).json["number"]
    third = replace(second).json["number"]
    record = look_up(number).json
    assert (record["customer_id"], record["replaced_by"], number_of()) == (ADA, second, third)


def test_a_new_card_is_usable_though_the_old_one_was_not_and_keeps_the_notes(number: str) -> None:
    change(number, {"notes": "Prefers the phone"})
    block(number, "stolen")
    record = replace(number, expires_on="2099-12-31").json
    assert (record["status"], record["notes"], record["expires_on"]) == ("active", "Prefers the phone", "2099-12-31")
    assert record["block_reason"] is None


def test_who_has_a_card_by_hand_stays_a_member_since_the_first(set_clock: Callable[[str], None]) -> None:
    hear(order())
    set_clock("2026-06-01T00:00:00+00:00")
    issue({})
    set_clock("2026-07-01T00:00:00+00:00")
    replace(number_of())
    set_clock("2026-08-01T00:00:00+00:00")
    replace(number_of())
    card = get(CARD).json
    assert (card["member_since"], card["issued_at"]) == ("2026-06-01T00:00:00Z", "2026-08-01T00:00:00Z")


def test_a_replaced_card_cannot_be_changed_and_its_successor_is_left_alone(number: str) -> None:
    new = replace(number).json["number"]
    for answer in (block(number), unblock(number), replace(number), change(number, {"notes": "x"}, 2)):
        assert (answer.status, answer.json["type"]) == (409, "/problems/card-replaced")
    assert (number_of(), look_up(new).json["status"]) == (new, "active")


def test_the_same_request_replaces_once_and_is_answered_the_same(number: str) -> None:
    first, second = replace(number, key="k"), replace(number, key="k")
    assert (second.status, second.headers["Idempotent-Replayed"]) == (201, "true")
    assert first.json == second.json
    assert len(told_of("CardReplaced")) == 1


def test_anothers_number_is_refused(number: str) -> None:
    hear(registration(BOB))
    for answer in (block(number_of(BOB)), unblock("402938475611"), replace(number_of(BOB))):
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "number")
    assert block("402938475615").json["errors"][0]["field"] == "number"
    assert look_up(number_of(BOB)).json["status"] == "active"


def test_somebody_without_a_card_has_none_to_block() -> None:
    assert block("402938475611").status == 404
    hear(order())
    assert block("402938475611").status == 422


def test_staff_change_notes_and_the_last_day(number: str) -> None:
    answer = change(number, {"notes": "Prefers the phone", "expires_on": "2099-12-31"})
    assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
    assert look_up(number).json == answer.json
    emptied = change(number, {"notes": None}, 2).json
    assert (emptied["notes"], emptied["expires_on"]) == (None, "2099-12-31")


@pytest.mark.parametrize(("version", "status"), [(None, 428), (7, 412)])
def test_a_change_names_the_version_it_was_made_to(number: str, version: int | None, status: int) -> None:
    assert change(number, {"notes": "x"}, version).status == status


@pytest.mark.parametrize("body", [{"expires_on": "2020-01-01"}, {"notes": ""}, {"status": "active"}])
def test_what_is_wrong_with_a_change_is_named(number: str, body: dict[str, Any]) -> None:
    answer = change(number, body)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [*body])


def test_an_expired_card_can_be_noted_without_a_new_last_day(set_clock: Callable[[str], None]) -> None:
    hear(order())
    set_clock("2026-06-01T00:00:00+00:00")
    issue({"expires_on": "2026-06-30"})
    set_clock("2026-07-01T00:00:00+00:00")
    assert change(number_of(), {"notes": "Told to come by"}).json["status"] == "expired"


def test_a_number_of_nobody_cannot_be_changed() -> None:
    assert change("402938475611", {"notes": "x"}).status == 404


Meanwhile = Callable[[Callable[[], Any]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Lets something else happen whole between a change's reading of the card and its write."""

    def let_in(other: Callable[[], Any]) -> None:
        def read_then_lose(account: PointsAccount) -> Card | None:
            found = card_of(account)
            monkeypatch.setattr(card_changes, "card_of", card_of)
            other()
            return found

        monkeypatch.setattr(card_changes, "card_of", read_then_lose)

    return let_in


def test_of_two_replacements_at_once_one_counts(number: str, meanwhile: Meanwhile) -> None:
    meanwhile(lambda: replace(number))
    late = replace(number)
    assert (late.status, late.json["type"]) == (409, "/problems/card-replaced")
    assert [card["card_number"] for card in told_of("CardReplaced")] == [number_of()]
    assert get(CARD).json["status"] == "active"


def test_the_same_replacement_twice_at_once_counts_once_and_is_answered_the_same(
    number: str, meanwhile: Meanwhile
) -> None:
    meanwhile(lambda: replace(number, key="k"))
    late = replace(number, key="k")
    assert (late.status, late.headers["Idempotent-Replayed"]) == (201, "true")
    assert late.json["number"] == number_of()


def test_a_block_that_comes_during_a_replacement_does_not_hit_the_new_card(number: str, meanwhile: Meanwhile) -> None:
    meanwhile(lambda: replace(number))
    assert block(number, "stolen").json["type"] == "/problems/card-replaced"
    assert get(CARD).json["status"] == "active"
    assert look_up(number).json["status"] == "replaced"


def test_a_replacement_during_which_the_card_is_blocked_gives_a_usable_one(number: str, meanwhile: Meanwhile) -> None:
    meanwhile(lambda: block(number, "stolen"))
    assert replace(number).status == 201
    assert get(CARD).json["status"] == "active"
    assert look_up(number).json["block_reason"] == "stolen"


def test_points_earned_during_a_replacement_are_kept(number: str, meanwhile: Meanwhile) -> None:
    meanwhile(lambda: hear(order()))
    new = replace(number).json["number"]
    assert (points(), number_of()) == ([293], new)


def test_a_new_number_that_is_taken_is_drawn_again(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registration(BOB))
    drawn = iter([number_of(BOB), "402938475629"])
    monkeypatch.setattr("loyalty.members.cards.new_number", lambda *_: next(drawn))
    assert replace(number).json["number"] == "402938475629"


def test_a_card_knows_every_number_that_its_customer_had(number: str) -> None:
    second = replace(number).json["number"]
    third = replace(second).json["number"]
    former = {each: card.former for each in (number, second, third) if (card := find_card(each))}
    assert former == {number: None, second: None, third: {number, second}}


def test_an_erasure_leaves_no_number_that_leads_to_the_person(number: str) -> None:
    new = replace(replace(number).json["number"], notes="Prefers the phone").json["number"]
    assert hear(erasure()) == 0
    assert [image for image in stage.items() if image["kind"]["S"] == "card"] == []
    assert [look_up(each).status for each in (number, new)] == [404, 404]
    assert number not in str(stage.items())


def merge(gone_id: str, stays_id: str) -> None:
    gone, stays = account(gone_id), account(stays_id)
    writes = hand_over_card(gone, stays, CAUSE)
    commit(Put(gone), Put(stays), *writes)


def test_of_two_who_are_one_who_stays_keeps_their_card_and_the_other_number_leads_there(number: str) -> None:
    hear(registration(BOB))
    bobs = number_of(BOB)
    bobs_second = replace(bobs, customer_id=BOB).json["number"]
    merge(BOB, ADA)
    assert (number_of(), account(BOB).card_number) == (number, None)
    assert [look_up(each).json["customer_id"] for each in (bobs, bobs_second, number)] == [ADA] * 3
    assert look_up(bobs_second, by=Role.STOREFRONT).status == 404
    kept = find_card(number)
    assert kept is not None
    assert kept.former == {bobs, bobs_second}
    assert {"customer_id": ADA, "card_number": number} in told_of("CardReplaced")


def test_who_stays_without_a_card_takes_the_other_over() -> None:
    hear(order(), registration(BOB))
    bobs = number_of(BOB)
    merge(BOB, ADA)
    assert (number_of(), account(BOB).card_number) == (bobs, None)
    record = look_up(bobs, by=Role.STOREFRONT).json
    assert (record["customer_id"], record["status"]) == (ADA, "active")
    assert get(CARD).json["issued_at"] == record["issued_at"]


def test_where_nobody_had_a_card_there_is_none() -> None:
    hear(order("A1", ADA), order("B1", BOB))
    assert hand_over_card(account(BOB), account(ADA), CAUSE) == []
