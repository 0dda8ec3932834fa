"""Store credit: given, taken back, expired, read and proved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.points.items import PointsAccount
from shared.items.table import Put, commit
from shared.roles import Role
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    entries,
    erasure,
    expire,
    get,
    hear,
    order,
    registration,
    stage,
    told_of,
    update,
)
from tests.integration.loyalty.wallet import (
    credit,
    credit_entries,
    hold,
    issue,
    kinds,
    let_in,
    look,
    lots,
    post,
    revoke,
)

Clock = Callable[[str], None]
# Said by staff, so that it must go with the person.
REASON = "Ada Lovelace telephoned"


def credit_items() -> list[dict[str, Any]]:
    return [image for image in stage.items() if image["kind"]["S"] == "credit"]


def test_there_is_no_account_before_the_first_issue() -> None:
    hear(registration())
    assert look().json == {"data": [], "next_cursor": None}
    assert look("/USD/entries").status == 404
    assert credit_items() == []


def test_a_credit_is_issued_and_told() -> None:
    hear(registration())
    answer = issue(2_000, expires_on="2099-12-31", reason=REASON)
    assert answer.status == 422  # more than ten years ahead
    answer = issue(2_000, reason=REASON)
    assert answer.status == 201
    entry = answer.json
    assert (entry["number"], entry["kind"], entry["amount"], entry["balance"]) == (1, "issued", 2_000, 2_000)
    assert (entry["reason"], entry["reason_code"], entry["expires_on"]) == (REASON, "goodwill", None)
    [shown] = look().json["data"]
    assert shown == {
        "customer_id": ADA,
        "currency": "USD",
        "balance": 2_000,
        "available": 2_000,
        "held": 0,
        "owed": 0,
        "spent": 0,
        "expired": 0,
        "next_expiry": None,
    }
    [told] = told_of("CreditIssued")
    assert told == {
        "customer_id": ADA,
        "entry": 1,
        "amount": 2_000,
        "balance": 2_000,
        "currency": "USD",
        "cause": entry["cause"],
        "expires_on": None,
        "notify": True,
    }


def test_staff_may_give_credit_of_which_the_customer_is_not_to_hear() -> None:
    hear(registration())
    assert issue(2_000, notify=False).status == 201
    assert issue(500, key="i2").status == 201
    assert sorted((told["amount"], told["notify"]) for told in told_of("CreditIssued")) == [(500, True), (2_000, False)]


def test_whom_loyalty_does_not_know_gets_none() -> None:
    assert issue(500).status == 404
    assert look().status == 404
    assert credit_items() == []


def test_each_currency_has_a_ledger_of_its_own() -> None:
    hear(registration())
    issue(2_000)
    issue(300, key="i2", currency="EUR")
    issue(50, key="i3", currency="EUR")
    assert [(each["currency"], each["balance"]) for each in look().json["data"]] == [("EUR", 350), ("USD", 2_000)]
    assert [entry["number"] for entry in look("/EUR/entries").json["data"]] == [2, 1]
    assert kinds() == [("issued", 2_000)]
    assert look("/JPY/entries").status == 404
    assert look("/XXQ/entries").status in {404, 422}
    assert entries() == []


def test_the_same_request_gives_once() -> None:
    hear(registration())
    first, again = issue(2_000), issue(2_000)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json
    assert issue(3_000).status == 422
    assert post("", {"amount": 1, "currency": "USD", "reason": "x"}).status == 400
    assert kinds() == [("issued", 2_000)]


def test_the_same_request_twice_at_once_gives_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registration())
    let_in(monkeypatch, lambda: issue(2_000))
    assert issue(2_000).headers["Idempotent-Replayed"] == "true"
    assert kinds() == [("issued", 2_000)]


def test_two_who_open_an_account_at_once_both_give(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registration())
    let_in(monkeypatch, lambda: issue(500, key="other"))
    assert issue(2_000).json["balance"] == 2_500
    assert kinds() == [("issued", 500), ("issued", 2_000)]


def test_no_credit_comes_to_be_once_its_customer_is_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registration())
    let_in(monkeypatch, lambda: hear(erasure()))
    assert issue(2_000, reason=REASON).status == 404
    assert credit_items() == []
    assert REASON not in str(stage.items())


def test_what_was_given_while_an_erasure_began_goes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from loyalty.identity import erasure as loyalty_erasure  # noqa: PLC0415  # to come between two of its steps

    hear(registration())
    issue(2_000, reason=REASON)
    done = []

    def give_late(_: PointsAccount) -> None:
        done.append(issue(700, key="late", reason=f"{REASON} again").status)

    monkeypatch.setattr(loyalty_erasure, "card_of", give_late)
    assert hear(erasure()) == 0
    assert done == [201]
    assert REASON not in str(stage.items())
    assert credit().balance == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"amount": 10**12 + 1}, "amount"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "XYZ"}, "currency"),
        ({"code": "because"}, "code"),
        ({"reason": "   "}, "reason"),
        ({"expires_on": "2020-01-01"}, "expires_on"),
        ({"expires_on": "9999-12-31"}, "expires_on"),
        ({"expires": "2030-01-01"}, "expires"),
    ],
)
def test_what_is_wrong_with_an_issue_is_named(body: dict[str, Any], field: str) -> None:
    hear(registration())
    answer = issue(**{"amount": 500, **body})
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_an_account_holds_no_more_than_json_says_exactly() -> None:
    hear(registration())
    assert issue(10**12).status == 201
    assert issue(1, key="i2").json["errors"][0]["field"] == "amount"


def test_it_lives_as_long_as_the_programme_says_and_to_the_end_of_that_month(set_clock: Clock) -> None:
    set_programme(credit={"months": 6})
    hear(registration())
    set_clock("2026-01-31T12:00:00+00:00")
    issue(2_000)
    # The 31st and six months is 31 July; three weeks ahead keeps its day, and so does a day that staff name.
    issue(10, key="i2", expires_on="2026-02-20")
    issue(20, key="i3", expires_on="2027-03-05")
    assert lots() == {"2026-02-20": 10, "2026-07-31": 2_000, "2027-03-05": 20}
    set_clock("2026-02-10T12:00:00+00:00")
    assert issue(5, key="i4").json["expires_on"] == "2026-08-31"


def test_it_is_taken_back_soonest_expiring_first_and_never_below_nothing() -> None:
    hear(registration())
    issue(1_000, expires_on="2030-05-05")
    issue(500, key="i2")
    answer = revoke(1_200, reason=REASON, code="correction")
    assert (answer.status, answer.json["amount"], answer.json["balance"]) == (201, -1_200, 300)
    assert revoke(1_200, reason=REASON, code="correction").headers["Idempotent-Replayed"] == "true"
    assert lots() == {"9999-12-31": 300}
    assert [told["amount"] for told in told_of("CreditRevoked")] == [-1_200]
    answer = revoke(301, key="r2")
    assert (answer.status, answer.json["type"]) == (409, "/problems/insufficient-credit")
    assert (answer.json["balance"], answer.json["available"]) == (300, 300)
    assert revoke(1, key="r3", currency="EUR").status == 404
    assert revoke(1, key="r4", code="because").status == 422


def test_what_is_held_cannot_be_taken_back() -> None:
    hear(registration())
    issue(1_000)
    hold(700)
    answer = revoke(301)
    assert (answer.status, answer.json["balance"], answer.json["available"]) == (409, 1_000, 300)
    assert revoke(300, key="r2").status == 201


def test_two_revocations_at_once_cannot_take_the_same_credit(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registration())
    issue(1_000)
    let_in(monkeypatch, lambda: revoke(800, key="one"))
    answer = revoke(800, key="other")
    assert (answer.status, answer.json["available"]) == (409, 200)
    assert kinds() == [("issued", 1_000), ("revoked", -800)]


def test_credit_that_ends_in_a_few_days_is_warned_of_at_once_and_once(set_clock: Clock) -> None:
    set_clock("2026-06-01T12:00:00+00:00")
    hear(registration())
    assert issue(1_000, expires_on="2026-06-04").status == 201
    assert [(told["amount"], told["days"]) for told in told_of("CreditExpiring")] == [(1_000, 3)]
    assert issue(500, key="i2", expires_on="2026-06-04").status == 201
    assert told_of("CreditExpiring") == []
    set_clock("2026-06-02T12:00:00+00:00")
    assert expire()["advanced"] == 0


def test_it_expires_after_its_last_day_and_is_warned_of_once_each(set_clock: Clock) -> None:
    set_clock("2026-01-10T12:00:00+00:00")
    hear(registration())
    issue(1_000, expires_on="2026-06-30")
    issue(500, key="i2")
    for day in ("2026-05-30", "2026-05-31", "2026-06-01", "2026-06-23", "2026-06-24", "2026-06-30"):
        set_clock(f"{day}T12:00:00+00:00")
        expire()
        expire()
        warned = [(told["on"], told["amount"], told["days"]) for told in told_of("CreditExpiring")]
        assert warned == {
            "2026-05-31": [("2026-06-30", 1_000, 30)],
            "2026-06-23": [("2026-06-30", 1_000, 7)],
        }.get(day, warned if day in {"2026-06-01", "2026-06-24", "2026-06-30"} else [])
    assert credit().balance == 1_500
    set_clock("2026-07-01T00:00:00+00:00")
    expire()
    expire()
    assert kinds() == [("issued", 1_000), ("issued", 500), ("expired", -1_000)]
    assert credit_entries()[-1].cause == "2026-06-30"
    assert [told["amount"] for told in told_of("CreditExpired")] == [-1_000]
    [shown] = look().json["data"]
    assert (shown["available"], shown["expired"], shown["next_expiry"]) == (500, 1_000, None)
    assert credit().due_at is credit().due_shard is None


def test_a_day_begins_where_the_shop_is(set_clock: Clock) -> None:
    set_programme(time_zone="America/New_York")
    set_clock("2026-06-01T12:00:00+00:00")
    hear(registration())
    issue(1_000, expires_on="2026-06-30")
    set_clock("2026-07-01T03:59:00+00:00")
    expire()
    assert credit().balance == 1_000
    set_clock("2026-07-01T04:00:00+00:00")
    expire()
    assert credit().balance == 0


def test_entries_are_listed_newest_first_by_kind_and_in_pages() -> None:
    hear(registration())
    for n in range(5):
        issue(100 + n, key=f"i{n}")
    revoke(1)
    page = look("/USD/entries?limit=4").json
    assert [entry["number"] for entry in page["data"]] == [6, 5, 4, 3]
    rest = look(f"/USD/entries?limit=4&cursor={page['next_cursor']}").json
    assert ([entry["number"] for entry in rest["data"]], rest["next_cursor"]) == ([2, 1], None)
    assert [entry["number"] for entry in look("/USD/entries?kind=revoked").json["data"]] == [6]
    assert look("/USD/entries?kind=stolen").status == 422


def test_customers_are_told_the_reason_and_not_who_gave_it() -> None:
    hear(registration())
    issue(1_000, reason=REASON)
    [by_staff], [by_self] = (look("/USD/entries", by=who).json["data"] for who in (Role.SUPPORT, ADA))
    assert (by_self["reason"], by_self["actor"]) == (REASON, "staff")
    assert by_staff["actor"].startswith("staff:")
    assert look("/USD/entries", by=BOB).status == 403


def test_who_registers_with_a_guests_email_sees_no_credit_until_it_is_verified() -> None:
    hear(order())
    issue(1_000)
    hear(registration(registered_at="2099-03-01T00:00:00Z"))
    for path in ("", "/USD/entries"):
        answer = look(path, by=ADA)
        assert (answer.status, answer.json["type"]) == (403, "/problems/email-not-verified")
    assert hold(10, by=ADA).status == 403
    assert look().status == 200
    assert hold(10).status == 201
    hear(update(registered_at="2099-03-01T00:00:00Z", email_verified=True))
    assert look(by=ADA).status == 200
    assert hold(10, key="h2", by=ADA).status == 201


def test_a_ledger_can_be_proved_and_tells_where_it_was_tampered_with() -> None:
    hear(registration())
    issue(1_000)
    issue(500, key="i2")
    proved = look("/USD/verification").json
    assert (proved["holds"], proved["entries"], proved["currency"]) == (True, 2, "USD")
    entry = credit_entries()[0]
    entry.amount, entry.lots = 9_000, dict.fromkeys(entry.lots or {}, 9000)
    commit(Put(entry))
    proved = look("/USD/verification").json
    assert (proved["holds"], proved["broken_at"]) == (False, 1)


def test_an_erasure_voids_credit_and_takes_the_reasons() -> None:
    hear(registration(), registration(BOB))
    issue(1_000, reason=REASON)
    issue(300, key="i2", currency="EUR", reason=REASON)
    issue(70, key="i3", customer_id=BOB)
    hold(400, order_id="A1")
    revoke(100, reason=REASON)
    request = erasure()
    assert hear(request) == 0
    assert REASON not in str(stage.items())
    assert "RECEIPT#" not in str([image for image in stage.items() if ADA in image["pk"]["S"]])
    for currency, before in (("USD", 900), ("EUR", 300)):
        assert kinds(currency=currency)[-1] == ("voided", -before)
        account = credit(currency=currency)
        assert account.erased_at
        assert account.balance == account.available == 0
        assert account.due_at is account.due_shard is None
    [answer] = told_of("ErasureAnswered")
    assert (answer["erased"]["accounts"], answer["erased"]["reasons"]) == (3, 3)
    assert answer["kept"][0]["count"] == len(credit_entries()) + len(credit_entries(currency="EUR"))
    assert look().status == look("/USD/entries").status == 404
    assert kinds(BOB) == [("issued", 70)]
    entries_then = len(credit_entries())
    assert hear(request) == 0
    assert len(credit_entries()) == entries_then


def test_the_points_of_the_same_customer_do_not_move() -> None:
    hear(order())
    before = get(f"/api/customers/{ADA}/points").json
    issue(1_000)
    hold(500)
    assert get(f"/api/customers/{ADA}/points").json == before
