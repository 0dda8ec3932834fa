"""Adjustments that need two people: proposed by one, approved or rejected by another, and posted once at most."""

from __future__ import annotations

from typing import Any

import pytest

from loyalty.adjustments import approvals
from loyalty.points import store
from loyalty.proposals.items import Proposal
from shared.events.customers import CustomersMerged
from shared.http.openapi import openapi
from shared.roles import Role
from tests.harness.aws.gateway import Answer
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
    registration,
    stage,
    told_of,
)
from tests.integration.loyalty.spending import let_in

BODY: dict[str, Any] = {"points": 600, "code": "goodwill", "reason": "The wedding order"}
PROPOSALS = f"/api/customers/{ADA}/points/proposals"


@pytest.fixture(autouse=True)
def limit() -> None:
    set_programme(adjustments={"approve_above": 500})
    hear(order())


def propose(*, customer_id: str = ADA, key: str = "k1", **changed: Any) -> str:
    """Propose as support; the proposal's id."""
    answer = adjust(BODY | changed, key=key, customer_id=customer_id)
    assert answer.status == 202, answer.text
    return str(answer.json["id"])


def decide(proposal_id: str, act: str, *, by: Role = Role.ADMIN, customer_id: str = ADA, **body: Any) -> Answer:
    path = f"/api/customers/{customer_id}/points/proposals/{proposal_id}/{act}"
    return call("POST", path, body or b"", by=by)


def approve(proposal_id: str, *, by: Role = Role.ADMIN, customer_id: str = ADA) -> Answer:
    return decide(proposal_id, "approve", by=by, customer_id=customer_id)


def reject(proposal_id: str, *, by: Role = Role.ADMIN, note: str = "Too much") -> Answer:
    return decide(proposal_id, "reject", by=by, note=note)


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["type"].removeprefix("/problems/")


def waiting() -> list[str]:
    return [row["id"] for row in get("/api/loyalty/adjustments").json["data"]]


@pytest.mark.parametrize(("points", "status"), [(500, 201), (501, 202), (-293, 201), (-501, 202)])
def test_above_the_limit_either_way_a_second_person_is_needed(points: int, status: int) -> None:
    assert adjust(BODY | {"points": points}).status == status


def test_what_is_proposed_is_not_posted() -> None:
    answer = adjust(BODY)
    body = answer.json
    told = {name: body[name] for name in ("state", "points", "code", "reason", "proposed_by", "decided_by")}
    assert told == BODY | {"state": "proposed", "proposed_by": "staff:test-support", "decided_by": None}
    assert account().balance == 293
    assert waiting() == [body["id"]]
    assert not told_of("PointsAdjusted")


def test_proposed_twice_under_one_key_it_is_one_proposal() -> None:
    first, again = adjust(BODY), adjust(BODY)
    assert (again.status, again.json) == (202, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(waiting()) == 1


def test_another_person_approves_and_both_stand_in_the_ledger() -> None:
    proposal_id = propose()
    answer = approve(proposal_id)
    assert answer.status == 201
    posted = answer.json
    assert (posted["points"], posted["balance"], posted["cause"]) == (600, 893, proposal_id)
    assert (posted["actor"], posted["proposed_by"]) == ("staff:test-admin", "staff:test-support")
    entry = entries()[-1]
    assert (entry.pk, entry.reason) == (f"ADJUSTMENT#{proposal_id}", BODY["reason"])
    assert entry.facts == {"code": "goodwill", "proposed_by": "staff:test-support", "approved_by": "staff:test-admin"}
    [told] = told_of("PointsAdjusted")
    assert (told["points"], told["balance"], told["reason"], told["notify"]) == (600, 893, BODY["reason"], True)
    assert waiting() == []


def test_of_what_staff_mean_to_say_nothing_about_the_event_asks_for_no_notice() -> None:
    answer = adjust(BODY | {"notify": False})
    assert answer.json["notify"] is False
    approve(answer.json["id"])
    assert adjust({"points": 5, "reason": "A typing error", "notify": False}, key="k2").status == 201
    assert [told["notify"] for told in told_of("PointsAdjusted")] == [False, False]


def test_the_customer_reads_the_reason_and_no_name_of_staff() -> None:
    approve(propose())
    hear(registration(email_verified=True))
    [row, _] = get(f"/api/customers/{ADA}/points/entries", by=ADA).json["data"]
    assert (row["reason"], row["actor"], row["proposed_by"]) == (BODY["reason"], "staff", "staff")


def test_whoever_proposed_it_cannot_approve_it_but_may_take_it_back() -> None:
    proposal_id = propose()
    assert problem(approve(proposal_id, by=Role.SUPPORT)) == (403, "same-person")
    taken_back = reject(proposal_id, by=Role.SUPPORT)
    assert (taken_back.status, taken_back.json["state"]) == (200, "rejected")
    assert account().balance == 293


@pytest.mark.parametrize("by", [Role.MARKETING, Role.COMPLIANCE, Role.STOREFRONT])
def test_others_than_admin_and_support_decide_nothing(by: Role) -> None:
    proposal_id = propose()
    assert [approve(proposal_id, by=by).status, reject(proposal_id, by=by).status] == [403, 403]
    assert get(PROPOSALS, by=by).status == get("/api/loyalty/adjustments", by=by).status == 403


def test_a_decision_sent_again_is_answered_again_and_another_is_refused() -> None:
    proposal_id = propose()
    first, again = approve(proposal_id), approve(proposal_id)
    assert (again.status, again.json) == (201, first.json)
    refused = reject(proposal_id)
    assert problem(refused) == (409, "proposal-decided")
    assert refused.json["state"] == "approved"
    assert [entry.amount for entry in entries()] == [293, 600]


def test_what_was_rejected_is_never_posted() -> None:
    proposal_id = propose()
    assert reject(proposal_id).json["note"] == "Too much"
    assert reject(proposal_id, note="Other words").json["note"] == "Too much"
    assert problem(approve(proposal_id)) == (409, "proposal-decided")
    assert account().balance == 293
    assert waiting() == []


@pytest.mark.parametrize(("mine", "others"), [("approve", "reject"), ("reject", "approve"), ("approve", "approve")])
def test_of_two_at_once_one_wins(monkeypatch: pytest.MonkeyPatch, mine: str, others: str) -> None:
    proposal_id = propose()
    body = {"note": "x"}

    def other() -> None:
        answer = decide(proposal_id, others, by=Role.ADMIN, **(body if others == "reject" else {}))
        assert answer.status in {200, 201}, answer.text

    let_in(monkeypatch, other)
    answer = decide(proposal_id, mine, by=Role.ADMIN, **(body if mine == "reject" else {}))
    assert answer.status == (201 if mine == others else 409), answer.text
    assert [entry.amount for entry in entries()] == ([293, 600] if others == "approve" else [293])


@pytest.mark.parametrize("others", ["approve", "reject"])
def test_a_decision_made_while_another_is_written_is_seen(monkeypatch: pytest.MonkeyPatch, others: str) -> None:
    proposal_id = propose()
    work = approvals.posted  # type: ignore[attr-defined]

    def posted_late(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(approvals, "posted", work)
        answer = decide(proposal_id, others, by=Role.ADMIN, **({"note": "x"} if others == "reject" else {}))
        assert answer.status in {200, 201}
        return work(*arguments, **named)

    monkeypatch.setattr(approvals, "posted", posted_late)
    answer = approve(proposal_id)
    # Both are admins of one name, so a second approval is the first one again.
    if others == "reject":
        assert problem(answer) == (409, "proposal-decided")
    else:
        assert (answer.status, answer.json["points"]) == (201, 600)
    assert [entry.amount for entry in entries()] == ([293, 600] if others == "approve" else [293])


def test_whether_there_is_enough_is_looked_at_when_it_is_approved() -> None:
    proposal_id = propose(points=-501)
    refused = approve(proposal_id)
    assert problem(refused) == (409, "insufficient-points")
    assert (refused.json["balance"], waiting()) == (293, [proposal_id])
    hear(order("A2"))
    assert approve(proposal_id).json["balance"] == 85


def test_a_customers_proposals_are_listed_newest_first_a_page_at_a_time() -> None:
    ids = [propose(key=f"k{number}") for number in range(3)]
    reject(ids[0])
    first = get(f"{PROPOSALS}?limit=2").json
    rest = get(f"{PROPOSALS}?limit=2&cursor={first['next_cursor']}").json
    rows = first["data"] + rest["data"]
    assert [row["id"] for row in rows] == sorted(ids, reverse=True)
    assert [row["state"] for row in rows] == ["proposed", "proposed", "rejected"]
    assert rest["next_cursor"] is None


def test_all_that_wait_are_listed_newest_first_a_page_at_a_time() -> None:
    hear(order("B1", BOB))
    people = [ADA, BOB] * 4
    ids = [propose(key=f"k{number}", customer_id=person) for number, person in enumerate(people)]
    reject(ids[2])
    found, cursor = [], ""
    while True:
        page = get(f"/api/loyalty/adjustments?limit=3{cursor}").json
        found += [(row["id"], row["customer_id"]) for row in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    wanted = [pair for pair in zip(ids, people, strict=True) if pair[0] != ids[2]]
    assert found == sorted(wanted, reverse=True)


def test_a_proposal_that_waits_is_nothing_that_time_does_something_to() -> None:
    propose()
    [stored] = [image for image in stage.items() if image["kind"]["S"] == "proposal"]
    assert stored["due_shard"]["S"].startswith("PROPOSAL#")


def test_an_unknown_proposal_or_customer_is_not_found() -> None:
    unknown = "adj_01HZX3Q7V8M4N5P6R7S8T9W0AD"
    assert approve(unknown).status == 404
    assert approve(propose(), customer_id=BOB).status == 404
    assert adjust(BODY, customer_id=BOB, key="k9").status == 404
    assert decide("adj_1", "approve").status == 422


def test_a_proposal_of_somebody_merged_since_is_approved_for_the_one_who_stays() -> None:
    hear(order("B1", BOB))
    old = propose(customer_id=BOB)
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at="2026-11-22T00:00:00Z"))
    assert [row["id"] for row in get(PROPOSALS).json["data"]] == [old]
    assert approve(old, customer_id=BOB).json["balance"] == 586 + 600
    assert approve(old).json["number"] == entries()[-1].seq


def test_an_erasure_takes_proposals_with_it() -> None:
    proposal_id = propose()
    hear(erasure())
    assert told_of("ErasureAnswered")[0]["erased"]["proposals"] == 1
    assert not [image for image in stage.items() if image["kind"]["S"] == "proposal"]
    assert BODY["reason"] not in str(stage.items())
    assert waiting() == []
    assert approve(proposal_id).status == 404


def test_a_proposal_made_while_its_customer_is_erased_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, lambda: hear(erasure()))
    assert adjust(BODY).status == 404
    assert not [image for image in stage.items() if image["kind"]["S"] == "proposal"]


def test_without_a_limit_nobody_else_is_asked() -> None:
    set_programme()
    assert adjust(BODY | {"points": 1_000_000}).status == 201
    assert store.existing_account(ADA).balance == 1_000_293


def test_what_is_decided_is_in_no_index() -> None:
    proposal_id = propose()
    approve(proposal_id)
    [found] = [Proposal.from_raw_data(image) for image in stage.items() if image["kind"]["S"] == "proposal"]
    assert found.id == proposal_id
    assert {found.due_shard, found.due_at} == {None}


def test_both_answers_are_documented() -> None:
    documented = openapi("loyalty", stage.app.functions.endpoints.all)["paths"]["/api/customers/{customer_id}/points"][
        "post"
    ]
    schemas = {
        status: answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for status, answer in documented["responses"].items()
        if status.startswith("2")
    }
    assert schemas == {"201": "EntryView", "202": "ProposalView"}
