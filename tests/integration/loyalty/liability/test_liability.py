"""The books: days are closed once and in order, and reported as they were."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from string import ascii_uppercase
from typing import Any

import pytest
from botocore.client import BaseClient

from loyalty.jobs.audit import check_books
from loyalty.ledger.items import Entry
from loyalty.liability import store, usecases
from loyalty.liability.rules import Books, BooksError, Movement
from loyalty.liability.usecases import close_days
from shared.jobs import Run
from shared.messages.cause import Cause
from shared.money import exponent
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    adjust,
    allowed,
    call,
    entries,
    erasure,
    expire,
    hear,
    order,
    registration,
    stage,
)

Clock = Callable[[str], None]
CAUSE = Cause("schedule:close", "corr")
JSON = {"Content-Type": "application/json"}
FIRST, SECOND, EIGHTH = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 8)


def _is_currency(code: str) -> bool:
    try:
        exponent(code)
    except ValueError:
        return False
    return True


def close(*, times: int | None = None) -> Run:
    """A run that has time for so many looks at the clock."""
    looks = itertools.count(1)
    return close_days(CAUSE, lambda: times is None or next(looks) <= times)


def report(query: str = "", by: Role = Role.ADMIN) -> Answer:
    return call("GET", f"/api/loyalty/liability{query}", by=by)


def table(query: str = "") -> list[list[str]]:
    answer = call("GET", f"/api/loyalty/liability.csv{query}", by=Role.ADMIN)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.text)))


def books(day: date, ledger: str = "points") -> Books:
    closed = store.find_closed(ledger, day)
    assert closed
    return closed.closed.books


def closed_items() -> dict[str, Any]:
    """Everything of the books but when it was written."""
    return {
        f"{image['pk']['S']} {image['sk']['S']}": {
            name: value for name, value in image.items() if name not in {"closed_at", "version"}
        }
        for image in stage.items()
        if image["pk"]["S"].startswith("LIABILITY")
    }


def live_two_days(set_clock: Clock) -> None:
    """Ten orders and an adjustment on the first of March; on the second one is refunded; then it is the third.

    The refund takes the tier by which a later order earned, so it has two entries.
    """
    set_clock("2026-03-01T10:00:00+00:00")
    for n in range(5):
        hear(order(f"A{n}", ADA, total=10_000), order(f"B{n}", BOB, total=20_000))
    adjust({"points": -300, "reason": "A voucher"})
    set_clock("2026-03-02T10:00:00+00:00")
    hear(order("A0", ADA, total=10_000, refunded=5_000))
    set_clock("2026-03-03T01:00:00+00:00")


def test_a_day_is_closed_when_it_is_an_hour_over(set_clock: Clock) -> None:
    set_clock("2026-03-01T10:00:00+00:00")
    hear(order(total=10_000))
    set_clock("2026-03-02T00:59:59+00:00")
    assert close() == Run(done=0, finished=True)
    set_clock("2026-03-02T01:00:00+00:00")
    assert close() == Run(done=1, finished=True)
    assert books(FIRST).moved == {Movement.EARNED: 1_000}


def test_without_entries_there_is_nothing_to_close(set_clock: Clock) -> None:
    set_clock("2026-03-01T10:00:00+00:00")
    hear(registration())
    assert close() == Run(done=0, finished=True)
    assert closed_items() == {}
    assert report().status == 404


def test_a_missed_week_is_closed_day_by_day(set_clock: Clock) -> None:
    set_clock("2026-03-01T10:00:00+00:00")
    hear(order("A1", total=10_000))
    set_clock("2026-03-08T23:59:59+00:00")
    hear(order("A2", total=20_000))
    set_clock("2026-03-09T01:30:00+00:00")
    assert close() == Run(done=8, finished=True)
    days = [books(date(2026, 3, day)).balance for day in range(1, 9)]
    assert days == [1_000] * 7 + [1_000 + 2_400]
    assert check_books(EIGHTH) == check_books(FIRST) == []


def test_closing_again_changes_nothing(set_clock: Clock) -> None:
    live_two_days(set_clock)
    assert close().done == 2
    before = stage.items()
    assert close() == Run(done=0, finished=True)
    assert stage.items() == before


def test_a_run_without_time_leaves_what_it_counted_to_the_next(
    set_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_two_days(set_clock)
    monkeypatch.setattr(store, "_ENTRIES_A_PAGE", 2)
    runs = list(itertools.takewhile(lambda run: not run.finished, (close(times=2) for _ in range(100))))
    assert len(runs) > 5
    assert check_books(FIRST) == check_books(SECOND) == []
    assert (books(FIRST).entries, books(SECOND).entries) == (11, 13)


def test_no_time_at_all_closes_nothing(set_clock: Clock) -> None:
    live_two_days(set_clock)
    assert close(times=0) == Run(done=0, finished=False)


def test_what_was_counted_is_kept_every_few_pages(set_clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    live_two_days(set_clock)
    monkeypatch.setattr(store, "_ENTRIES_A_PAGE", 1)
    monkeypatch.setattr(usecases, "_PAGES_UNSAVED", 2)
    with dying(6, "Query"), pytest.raises(ConnectionError):
        close()
    progress = store.find_progress()
    assert progress
    assert sum(each.entries for each in progress.open.values()) in (3, 4)
    close()
    assert check_books(FIRST) == check_books(SECOND) == []


@pytest.mark.parametrize("answered", [False, True])
def test_a_run_that_dies_anywhere_leaves_nothing_half_done(
    set_clock: Clock, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    live_two_days(set_clock)
    monkeypatch.setattr(store, "_ENTRIES_A_PAGE", 3)
    monkeypatch.setattr(usecases, "_PAGES_UNSAVED", 2)
    for survived in range(1, 100):
        try:
            with dying(survived, done=answered):
                close()
        except ConnectionError:
            continue
        break
    assert survived > 5
    assert check_books(FIRST) == check_books(SECOND) == []
    after = closed_items()
    _remove_books()
    close()
    assert closed_items() == after


CURRENCIES = [code for code in map("".join, itertools.product(ascii_uppercase, repeat=3)) if _is_currency(code)][:99]


def post_in_many_currencies(set_clock: Clock, first: int, last: int) -> None:
    """Ten points, and store credit in these currencies, on the first of March; now it is the second."""
    set_clock("2026-03-01T10:00:00+00:00")
    hear(order(total=100))
    for currency in CURRENCIES[first:last]:
        issue_credit(2_500, currency)
    set_clock("2026-03-02T02:00:00+00:00")


def test_a_day_with_credit_in_99_currencies_is_closed(set_clock: Clock) -> None:
    post_in_many_currencies(set_clock, 0, 99)
    assert close() == Run(done=1, finished=True)
    assert [books(FIRST, f"credit:{currency}").balance for currency in CURRENCIES] == [2_500] * 99
    assert books(FIRST).balance == 10
    assert check_books(FIRST) == []
    set_clock("2026-03-03T02:00:00+00:00")
    assert close() == Run(done=1, finished=True)
    assert check_books(SECOND) == []


@pytest.mark.parametrize("answered", [False, True])
def test_a_day_that_is_closed_in_parts_continues_where_a_run_died(
    set_clock: Clock, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    monkeypatch.setattr(store, "LEDGERS_AT_ONCE", 2)
    post_in_many_currencies(set_clock, 0, 4)
    for survived in range(1, 100):
        try:
            with dying(survived, done=answered):
                close()
        except ConnectionError:
            continue
        break
    assert survived > 5
    assert check_books(FIRST) == []
    after = closed_items()
    assert len(after) == 1 + 5
    _remove_books()
    monkeypatch.setattr(store, "LEDGERS_AT_ONCE", 99)
    close()
    assert closed_items() == after


@pytest.mark.parametrize("parts", [1, 2])
def test_a_part_that_another_run_wrote_is_not_written_again(
    set_clock: Clock, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    monkeypatch.setattr(store, "LEDGERS_AT_ONCE", 2)
    post_in_many_currencies(set_clock, 0, 4)
    written, write = itertools.count(1), store.write_days

    def let_another_in(*what: Any) -> None:
        if next(written) == parts:
            assert close() == Run(done=1, finished=True)
        write(*what)

    monkeypatch.setattr(store, "write_days", let_another_in)
    assert close() == Run(done=0, finished=False)
    assert check_books(FIRST) == []
    assert len(closed_items()) == 1 + 5


def test_of_two_runs_at_once_the_slower_stops_and_nothing_counts_twice(
    set_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_two_days(set_clock)
    once, page_of = iter([True]), store.page_of

    def let_another_in(*wanted: Any) -> store.Page:
        if next(once, False):
            assert close() == Run(done=2, finished=True)
        return page_of(*wanted)

    # The slower has saved its beginning, and reads while the other closes both days.
    close(times=0)
    monkeypatch.setattr(store, "page_of", let_another_in)
    assert close() == Run(done=0, finished=False)
    assert check_books(FIRST) == check_books(SECOND) == []
    assert (books(FIRST).entries, books(SECOND).entries) == (11, 13)


def test_a_day_with_an_entry_missing_is_not_closed_and_counted_anew(set_clock: Clock) -> None:
    set_clock("2026-03-01T10:00:00+00:00")
    hear(order(total=10_000))
    adjust({"points": -1_000, "reason": "x"})
    [earned, _] = entries()
    [kept] = [image for image in stage.items() if image["pk"]["S"] == earned.pk]
    connection = Entry._get_connection()
    connection.delete_item(earned.pk, earned.sk)
    set_clock("2026-03-02T02:00:00+00:00")
    with pytest.raises(BooksError):
        close()
    assert report().status == 404
    rest = {name: value for name, value in kept.items() if name not in {"pk", "sk"}}
    connection.put_item(earned.pk, earned.sk, attributes=rest)
    assert close().done == 1
    assert (books(FIRST).balance, books(FIRST).entries) == (0, 2)


def test_the_function_says_what_it_did(set_clock: Clock) -> None:
    live_two_days(set_clock)
    assert stage.run("close") == {"closed": 2, "finished": True}


def test_a_report_says_what_is_owed_by_month_and_what_became_of_the_rest(set_clock: Clock) -> None:
    set_clock("2026-03-01T10:00:00+00:00")
    hear(order("A1", total=20_000, placed_at="2025-03-14T10:00:00Z"), order("A2", total=10_000))
    set_clock("2026-04-02T10:00:00+00:00")
    assert expire()["finished"]
    adjust({"points": 50, "reason": "x"})
    set_clock("2026-04-03T10:00:00+00:00")
    close()
    answer = report().json
    # The first order reached a tier: 2,000 points, then 1,200; the lots end in March of this year and in January.
    assert (answer["day"], answer["first_day"]) == ("2026-04-02", "2026-03-01")
    assert [(row["month"], row["amount"], row["value"]) for row in answer["months"]] == [
        ("2027-01", 1_200, 1_200),
        ("2027-04", 50, 50),
    ]
    assert answer["outstanding"] == {"amount": 1_250, "value": 1_250}
    assert (answer["balance"], answer["available"], answer["entries"]) == (1_250, 1_250, 4)
    totals = {name: amount for name, amount in answer["since_first_day"].items() if amount}
    assert totals == {"earned": 3_200, "added": 50, "expired": -2_000, "change": 1_250}
    assert {name: amount for name, amount in answer["in_month"].items() if amount} == {
        "added": 50,
        "expired": -2_000,
        "change": -1_950,
    }
    assert answer["breakage"] == {"of_ended": 1.0, "of_ended_in_month": 1.0, "of_given": round(2_000 / 3_250, 4)}


def test_a_past_day_is_reported_as_it_was(set_clock: Clock) -> None:
    live_two_days(set_clock)
    close()
    first = report("?as_of=2026-03-01")
    set_clock("2026-04-20T10:00:00+00:00")
    hear(order("C1", total=30_000))
    close()
    assert report("?as_of=2026-03-01").text == first.text
    assert report("?as_of=2026-04-19").json["balance"] == report("?as_of=2026-03-02").json["balance"]


def test_as_of_today_is_yesterdays_close_and_the_newest_where_no_day_is_named(set_clock: Clock) -> None:
    live_two_days(set_clock)
    close()
    assert report("?as_of=2026-03-03").json["day"] == "2026-03-02"
    assert report().json["day"] == "2026-03-02"
    set_clock("2026-03-04T00:10:00+00:00")
    assert report("?as_of=2026-03-04").status == 404
    assert report().json["day"] == "2026-03-02"


@pytest.mark.parametrize("day", ["2026-02-28", "2026-03-04", "2030-01-01"])
def test_a_day_that_is_not_closed_is_not_found_and_the_closed_ones_are_named(set_clock: Clock, day: str) -> None:
    live_two_days(set_clock)
    close()
    answer = report(f"?as_of={day}")
    assert answer.status == 404
    assert answer.json["type"] == "/problems/day-not-closed"
    assert (answer.json["first_day"], answer.json["last_day"]) == ("2026-03-01", "2026-03-02")


def test_a_ledger_that_nobody_has_is_not_found(set_clock: Clock) -> None:
    live_two_days(set_clock)
    close()
    answer = report("?ledger=credit:EUR")
    assert (answer.status, "first_day" in answer.json) == (404, False)


@pytest.mark.parametrize(
    "query", ["?as_of=yesterday", "?as_of=2026-02-30", "?ledger=credit", "?ledger=POINTS", "?day=2026-03-01"]
)
def test_what_makes_no_sense_is_refused_by_its_name(query: str) -> None:
    answer = report(query)
    assert answer.status == 422
    assert answer.json["errors"][0]["field"] == query[1:].partition("=")[0]


def test_only_the_shops_owners_read_it(set_clock: Clock) -> None:
    live_two_days(set_clock)
    assert [report(by=role).status for role in (Role.SUPPORT, Role.MARKETING, Role.STOREFRONT)] == [403] * 3


def test_the_table_has_what_the_report_says(set_clock: Clock) -> None:
    live_two_days(set_clock)
    close()
    heading, *rows = table("?as_of=2026-03-02")
    said = report("?as_of=2026-03-02").json
    assert heading == ["day", "ledger", "section", "item", "amount", "value", "currency"]
    assert {(row[0], row[1]) for row in rows} == {("2026-03-02", "points")}
    outstanding = [row for row in rows if row[2] == "outstanding"]
    assert sum(int(row[4]) for row in outstanding) == said["outstanding"]["amount"]
    assert sum(int(row[5]) for row in outstanding) == said["outstanding"]["value"]
    for section in ("since_first_day", "in_month", "on_day"):
        assert sum(int(row[4]) for row in rows if row[2] == section) == said[section]["change"]


def test_points_are_worth_what_the_programme_of_that_day_said(set_clock: Clock) -> None:
    set_clock("2026-03-01T10:00:00+00:00")
    hear(order(total=10_000))
    put_programme({"redeeming": {"ladder": [{"points": 100, "value": 200}, {"points": 1_000, "value": 3_000}]}})
    set_clock("2026-03-02T10:00:00+00:00")
    put_programme({"redeeming": {"flat": {"points": 100, "value": 50}}}, version=1)
    set_clock("2026-03-03T10:00:00+00:00")
    close()
    first, second = report("?as_of=2026-03-01").json, report("?as_of=2026-03-02").json
    assert first["rate"] == {"points": 1_000, "value": 3_000, "programme": 1}
    assert second["rate"] == {"points": 100, "value": 50, "programme": 2}
    assert (first["outstanding"]["value"], second["outstanding"]["value"]) == (3_000, 500)


def test_a_version_that_takes_effect_at_midnight_is_the_next_days(set_clock: Clock) -> None:
    set_clock("2026-03-01T10:00:00+00:00")
    hear(order(total=10_000))
    put_programme({"redeeming": {"flat": {"points": 100, "value": 50}}}, effective_from="2026-03-02T00:00:00Z")
    set_clock("2026-03-03T10:00:00+00:00")
    close()
    assert [report(f"?as_of=2026-03-0{day}").json["rate"]["value"] for day in (1, 2)] == [100, 50]


def test_an_erased_persons_points_are_voided_in_the_books(set_clock: Clock) -> None:
    set_clock("2026-03-01T10:00:00+00:00")
    hear(order("A1", ADA, total=10_000), order("B1", BOB, total=10_000))
    set_clock("2026-03-02T10:00:00+00:00")
    hear(erasure(ADA))
    set_clock("2026-03-03T10:00:00+00:00")
    close()
    assert books(SECOND).moved == {Movement.EARNED: 2_000, Movement.VOIDED: -1_000}
    assert check_books(FIRST) == check_books(SECOND) == []
    assert ADA not in json.dumps(closed_items())


def test_points_and_each_currencys_credit_have_books_of_their_own(set_clock: Clock) -> None:
    set_clock("2026-03-01T10:00:00+00:00")
    hear(order(total=10_000))
    for currency in ("USD", "EUR"):
        issue_credit(2_500, currency)
    set_clock("2026-03-02T10:00:00+00:00")
    close()
    answer = report("?ledger=credit:EUR").json
    assert (answer["currency"], answer["rate"]) == ("EUR", None)
    assert answer["outstanding"] == {"amount": 2_500, "value": 2_500}
    assert answer["since_first_day"]["issued"] == 2_500
    assert report().json["balance"] == 1_000
    assert check_books(FIRST) == []


def test_books_that_differ_from_the_accounts_are_found(set_clock: Clock) -> None:
    live_two_days(set_clock)
    close()
    closed = store.find_closed("points", SECOND)
    assert closed
    closed.closed.books.held += 1
    closed.save()
    assert check_books(SECOND) == ["points: held are 1 in the books and 0 in the accounts"]


def test_a_day_takes_a_query_a_shard_and_one_transaction_and_a_report_one_read(
    set_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    live_two_days(set_clock)
    close(times=0)
    moved = {image["day_shard"]["S"] for image in stage.items() if "day_shard" in image}
    made = calls(monkeypatch)
    close()
    day = ["Query"] * 4 + ["Query", "TransactWriteItems"]  # the fifth reads the programme
    assert [name for name, _ in made if not name.startswith("Batch")] == ["GetItem", *day, *day]
    # Each shard in which an account moved reads the newest entries and writes their anchors.
    assert [name for name, _ in made if name.startswith("Batch")] == ["BatchGetItem", "BatchWriteItem"] * len(moved)
    assert needed(made) == allowed("close") - {"dynamodb:Scan entries_by_day"}
    made.clear()
    report("?as_of=2026-03-02")
    assert [name for name, _ in made] == ["GetItem"]
    made.clear()
    report()
    assert [name for name, _ in made] == ["GetItem", "GetItem"]


def test_the_first_run_alone_looks_for_the_first_day(set_clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    live_two_days(set_clock)
    made = calls(monkeypatch)
    close()
    close()
    assert [name for name, _ in made].count("Scan") == 1
    assert needed(made) == allowed("close")


@contextmanager
def dying(survived: int, name: str | None = None, *, done: bool = False) -> Iterator[None]:
    """The process dies with a call of DynamoDB: before it, or (`done`) after it is done and before its answer."""
    real, left = BaseClient._make_api_call, itertools.count(1)

    def call(client: BaseClient, operation: str, sent: dict[str, Any]) -> Any:
        dies = client.meta.service_model.service_name == "dynamodb" and name in {None, operation}
        dies = dies and next(left) >= survived
        if dies and not done:
            raise ConnectionError
        answer = real(client, operation, sent)
        if dies:
            raise ConnectionError
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", call)
        yield


def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """The calls of DynamoDB from now on, as a list that grows."""
    made: list[tuple[str, dict[str, Any]]] = []
    real = BaseClient._make_api_call

    def call(client: BaseClient, operation: str, sent: dict[str, Any]) -> Any:
        made.append((operation, sent))
        return real(client, operation, sent)

    monkeypatch.setattr(BaseClient, "_make_api_call", call)
    return made


def needed(made: list[tuple[str, dict[str, Any]]]) -> set[str]:
    """What IAM must allow for the calls."""
    found = set()
    for name, sent in made:
        parts = [part for item in sent.get("TransactItems", []) for part in item]
        found |= {f"dynamodb:{part}Item" for part in parts} or {f"dynamodb:{name} {sent.get('IndexName', '')}".strip()}
    return found


def put_programme(programme: dict[str, Any], *, version: int = 0, **more: str) -> None:
    headers, body = {"If-Match": f'"{version}"'}, {"programme": programme, **more}
    assert call("PUT", "/api/loyalty/programme", body, by=Role.ADMIN, headers=headers).status == 200


def issue_credit(amount: int, currency: str, customer_id: str = ADA) -> None:
    body = {"amount": amount, "currency": currency, "code": "goodwill", "reason": "x"}
    path = f"/api/customers/{customer_id}/credit"
    assert call("POST", path, body, by=Role.ADMIN, key=f"credit-{currency}").status == 201


def _remove_books() -> None:
    connection = Entry._get_connection()
    for image in stage.items():
        if image["pk"]["S"].startswith("LIABILITY"):
            connection.delete_item(image["pk"]["S"], image["sk"]["S"])
