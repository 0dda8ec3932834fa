"""Store credit that needs two people, given or taken back: one concept of proposal with points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from shared.events.customers import CustomersMerged
from shared.http.openapi import openapi
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.harness.interruptions import crash_at
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, adjust, call, erasure, get, hear, registration, stage, told_of
from tests.integration.loyalty.wallet import credit, credit_entries, held, issue, let_in, lots, revoke

LIMITS: Final = [{"currency": "USD", "amount": 5_000}, {"currency": "EUR", "amount": 4_000}]
REASON: Final = "The wedding order"
Clock = Callable[[str], None]


@pytest.fixture(autouse=True)
def limit() -> None:
    set_programme(credit={"approve_above": LIMITS}, adjustments={"approve_above": 500})
    hear(registration())


def propose(amount: int = 6_000, *, key: str = "i1", customer_id: str = ADA, **more: Any) -> str:
    """Propose credit as support; the proposal's id."""
    return waits(issue(amount, key=key, customer_id=customer_id, reason=REASON, **more))


def propose_to_take(amount: int) -> str:
    return waits(revoke(amount, key="r9", reason=REASON))


def waits(answer: Answer) -> str:
    assert answer.status == 202, answer.text
    return str(answer.json["id"])


def decide(
    proposal_id: str, act: str, body: Any = b"", *, by: Role = Role.ADMIN, customer_id: str = ADA, of: str = "credit"
) -> Answer:
    return call("POST", f"/api/customers/{customer_id}/{of}/proposals/{proposal_id}/{act}", body, by=by)


def approve(proposal_id: str, *, by: Role = Role.ADMIN, customer_id: str = ADA) -> Answer:
    return decide(proposal_id, "approve", by=by, customer_id=customer_id)


def reject(proposal_id: str, *, by: Role = Role.ADMIN) -> Answer:
    return decide(proposal_id, "reject", {"note": "Too much"}, by=by)


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["type"].removeprefix("/problems/")


def waiting() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = get("/api/loyalty/adjustments").json["data"]
    return rows


def credit_accounts() -> int:
    return sum(image["kind"]["S"] == "credit" for image in stage.items())


@pytest.mark.parametrize(
    ("amount", "currency", "status"),
    [(5_000, "USD", 201), (5_001, "USD", 202), (4_000, "EUR", 201), (4_001, "EUR", 202), (1, "GBP", 202)],
)
def test_above_the_limit_of_the_currency_a_second_person_is_needed(amount: int, currency: str, status: int) -> None:
    assert issue(amount, currency=currency).status == status


def test_what_is_proposed_is_not_posted() -> None:
    answer = issue(6_000, reason=REASON, expires_on="2030-12-31")
    told = answer.json
    assert (told["kind"], told["state"], told["points"]) == ("credit", "proposed", None)
    assert (told["amount"], told["currency"], told["expires_on"]) == (6_000, "USD", "2030-12-31")
    assert (told["code"], told["reason"], told["proposed_by"]) == ("goodwill", REASON, "staff:test-support")
    assert (credit_accounts(), told_of("CreditIssued")) == (0, [])


def test_proposed_twice_under_one_key_it_is_one_proposal() -> None:
    first, again = issue(6_000), issue(6_000)
    assert (again.status, again.json) == (202, first.json)
    assert len(waiting()) == 1


def test_points_and_credit_wait_in_one_list() -> None:
    of_credit = propose()
    of_points = waits(adjust({"points": 600, "reason": REASON}, key="k1"))
    rows = {row["id"]: (row["kind"], row["points"], row["amount"]) for row in waiting()}
    assert rows == {of_points: ("points", 600, None), of_credit: ("credit", None, 6_000)}


def test_each_kind_has_its_own_routes_for_a_customer() -> None:
    of_credit = propose()
    of_points = waits(adjust({"points": 600, "reason": REASON}, key="k1"))
    lists = [get(f"/api/customers/{ADA}/{of}/proposals").json["data"] for of in ("points", "credit")]
    assert [[row["id"] for row in rows] for rows in lists] == [[of_points], [of_credit]]
    assert decide(of_credit, "approve", of="points").status == 404
    assert decide(of_credit, "reject", {"note": "x"}, of="points").status == 404
    assert decide(of_points, "approve").status == 404
    assert len(waiting()) == 2


def test_a_customers_proposals_are_listed_a_page_at_a_time_whatever_lies_between() -> None:
    ids = []
    for number in range(3):
        ids.append(propose(key=f"i{number}"))
        adjust({"points": 600, "reason": REASON}, key=f"k{number}")
    path = f"/api/customers/{ADA}/credit/proposals?limit=2"
    first = get(path).json
    rest = get(f"{path}&cursor={first['next_cursor']}").json
    assert [row["id"] for row in first["data"] + rest["data"]] == sorted(ids, reverse=True)
    assert rest["next_cursor"] is None


def test_another_person_approves_and_both_stand_in_the_ledger() -> None:
    proposal_id = propose(expires_on="2030-12-30")
    answer = approve(proposal_id)
    assert answer.status == 201, answer.text
    posted = answer.json
    assert (posted["amount"], posted["balance"], posted["kind"]) == (6_000, 6_000, "issued")
    assert posted["cause"] == proposal_id.replace("adj_", "crd_")
    assert (posted["actor"], posted["proposed_by"]) == ("staff:test-admin", "staff:test-support")
    [entry] = credit_entries()
    assert entry.facts == {"code": "goodwill", "proposed_by": "staff:test-support", "approved_by": "staff:test-admin"}
    assert (entry.reason, lots()) == (REASON, {"2030-12-30": 6_000})
    [told] = told_of("CreditIssued")
    assert (told["amount"], told["cause"], told["expires_on"]) == (6_000, posted["cause"], "2030-12-30")
    [listed] = get("/api/loyalty/credit").json["data"]
    assert (listed["id"], listed["amount"]) == (posted["cause"], 6_000)
    assert waiting() == []


def test_issued_credit_is_listed_by_the_time_of_its_approval() -> None:
    proposal_id = propose()
    newer = issue(100, key="i2").json["cause"]
    newest = approve(proposal_id).json["cause"]
    assert [row["id"] for row in get("/api/loyalty/credit").json["data"]] == [newest, newer]


def test_the_customer_reads_no_name_of_staff() -> None:
    approve(propose())
    hear(registration(email_verified=True))
    [row] = get(f"/api/customers/{ADA}/credit/USD/entries", by=ADA).json["data"]
    assert (row["reason"], row["actor"], row["proposed_by"]) == (REASON, "staff", "staff")


def test_whoever_proposed_it_cannot_approve_it_but_may_take_it_back() -> None:
    proposal_id = propose()
    assert problem(approve(proposal_id, by=Role.SUPPORT)) == (403, "same-person")
    taken_back = reject(proposal_id, by=Role.SUPPORT)
    assert (taken_back.status, taken_back.json["state"], credit_accounts()) == (200, "rejected", 0)


@pytest.mark.parametrize("by", [Role.MARKETING, Role.COMPLIANCE, Role.STOREFRONT])
def test_others_than_admin_and_support_decide_nothing(by: Role) -> None:
    proposal_id = propose()
    assert [approve(proposal_id, by=by).status, reject(proposal_id, by=by).status] == [403, 403]
    assert get(f"/api/customers/{ADA}/credit/proposals", by=by).status == 403


def test_a_decision_sent_again_is_answered_again_and_another_is_refused() -> None:
    proposal_id = propose()
    first, again = approve(proposal_id), approve(proposal_id)
    assert (again.status, again.json) == (201, first.json)
    assert problem(reject(proposal_id)) == (409, "proposal-decided")
    assert len(credit_entries()) == 1


def test_of_two_decisions_at_once_one_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    proposal_id = propose()
    let_in(monkeypatch, lambda: reject(proposal_id))
    assert problem(approve(proposal_id)) == (409, "proposal-decided")
    assert credit_accounts() == 0


def test_two_approvals_at_once_give_once(monkeypatch: pytest.MonkeyPatch) -> None:
    proposal_id = propose()
    let_in(monkeypatch, lambda: approve(proposal_id))
    assert approve(proposal_id).status == 201
    assert [entry.amount for entry in credit_entries()] == [6_000]


def test_an_approval_that_dies_at_a_write_is_made_once() -> None:
    proposal_id = propose()
    write = 1
    while crash_at(write, lambda: approve(proposal_id)):
        write += 1
    assert write > 1
    assert approve(proposal_id).status == 201
    assert [entry.amount for entry in credit_entries()] == [6_000]


def test_to_take_back_much_needs_two_people_as_well() -> None:
    approve(propose())
    proposal_id = propose_to_take(5_500)
    [row] = waiting()
    assert (row["amount"], credit().balance) == (-5_500, 6_000)
    posted = approve(proposal_id).json
    assert (posted["kind"], posted["amount"], posted["proposed_by"]) == ("revoked", -5_500, "staff:test-support")
    [told] = told_of("CreditRevoked")
    assert (told["amount"], credit().balance) == (-5_500, 500)


def test_whether_there_is_enough_to_take_is_looked_at_when_it_is_approved() -> None:
    approve(propose())
    held(1_000)
    proposal_id = propose_to_take(5_500)
    assert problem(approve(proposal_id)) == (409, "insufficient-credit")
    assert [row["id"] for row in waiting()] == [proposal_id]
    approve(propose(key="i2"))
    assert approve(proposal_id).json["balance"] == 6_500


def test_to_take_from_an_account_that_is_not_there_is_refused_at_once() -> None:
    assert revoke(6_000).status == 404
    assert issue(6_000, customer_id=BOB).status == 404
    assert waiting() == []


def test_credit_whose_last_day_passed_meanwhile_is_not_given(set_clock: Clock) -> None:
    set_clock("2026-11-22T12:00:00Z")
    proposal_id = propose(expires_on="2026-11-23")
    set_clock("2026-11-23T12:00:00Z")
    other = propose(key="i2", expires_on="2026-11-23")
    assert approve(other).status == 201
    set_clock("2026-11-24T12:00:00Z")
    refused = approve(proposal_id)
    assert (problem(refused), refused.json["expires_on"]) == ((409, "proposal-outdated"), "2026-11-23")
    assert reject(proposal_id).status == 200


def test_credit_without_a_last_day_lives_from_its_approval_on(set_clock: Clock) -> None:
    set_programme(credit={"approve_above": LIMITS, "months": 1, "hold_minutes": 30}, expiry={"exact_days": True})
    set_clock("2026-01-10T12:00:00Z")
    proposal_id = propose()
    set_clock("2026-02-20T12:00:00Z")
    approve(proposal_id)
    assert lots() == {"2026-03-20": 6_000}


def test_a_proposal_of_somebody_merged_since_gives_to_the_one_who_stays() -> None:
    hear(registration(BOB, email="bob@example.com"))
    old = propose(customer_id=BOB)
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at="2026-11-22T00:00:00Z"))
    assert [row["id"] for row in get(f"/api/customers/{ADA}/credit/proposals").json["data"]] == [old]
    assert approve(old, customer_id=BOB).json["balance"] == 6_000
    assert credit(ADA).balance == 6_000


def test_a_customer_merged_while_it_is_approved_gets_nothing_and_the_other_all(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registration(BOB, email="bob@example.com"))
    old = propose(customer_id=BOB)
    merge = CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at="2026-11-22T00:00:00Z")
    let_in(monkeypatch, lambda: hear(merge))
    assert approve(old, customer_id=BOB).status == 201
    assert (credit(ADA).customer_id, credit(ADA).balance) == (ADA, 6_000)


def test_an_erasure_takes_proposals_with_it() -> None:
    proposal_id = propose()
    hear(erasure())
    assert told_of("ErasureAnswered")[0]["erased"]["proposals"] == 1
    assert REASON not in str(stage.items())
    assert (approve(proposal_id).status, waiting()) == (404, [])


def test_a_customer_erased_while_it_is_approved_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    proposal_id = propose()
    let_in(monkeypatch, lambda: hear(erasure()))
    assert approve(proposal_id).status == 404
    assert (credit_accounts(), REASON in str(stage.items())) == (0, False)


def test_a_frozen_account_is_given_credit_as_without_a_second_person() -> None:
    proposal_id = propose()
    path = f"/api/customers/{ADA}/freeze"
    seen = {"If-Match": f'"{get(path).json["version"]}"'}
    frozen = {"frozen": True, "reason": "fraud_suspected"}
    assert call("PUT", path, frozen, by=Role.SUPPORT, headers=seen).status == 200
    assert (approve(proposal_id).status, issue(100, key="i2").status) == (201, 201)


def test_without_a_limit_nobody_else_is_asked() -> None:
    set_programme()
    assert (issue(1_000_000).status, revoke(1_000_000).status) == (201, 201)


def test_a_limit_that_is_gone_leaves_what_waits() -> None:
    proposal_id = propose()
    set_programme()
    assert [row["id"] for row in waiting()] == [proposal_id]
    assert approve(proposal_id).status == 201


def test_both_answers_are_documented() -> None:
    paths = openapi("loyalty", stage.app.functions.endpoints.all)["paths"]
    for path in ("", "/{currency}/revoke"):
        documented = paths[f"/api/customers/{{customer_id}}/credit{path}"]["post"]["responses"]
        schemas = {
            status: answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            for status, answer in documented.items()
            if status.startswith("2")
        }
        assert schemas == {"201": "CreditEntryView", "202": "ProposalView"}


@pytest.mark.parametrize("notify", [True, False])
def test_the_mail_of_approved_credit_is_as_its_proposer_said(notify: bool) -> None:
    proposal_id = propose(notify=notify)
    assert get("/api/loyalty/adjustments", by=Role.ADMIN).json["data"][0]["notify"] is notify
    assert approve(proposal_id).status in {200, 201}
    assert [told["notify"] for told in told_of("CreditIssued")] == [notify]
