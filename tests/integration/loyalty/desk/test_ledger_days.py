"""The table of a ledger's entries of one day."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from loyalty.liability.store import line_of
from shared.http import cursors
from shared.items.keys import SHARDS, customer_partition, shard_of
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty import wallet
from tests.integration.loyalty.desk.lists import DENIED, crowd, statuses
from tests.integration.loyalty.shop import ADA, adjust, call, entries, erasure, hear, order

TABLE = "/api/loyalty/entries.csv"
DAY = "2026-01-31"
Clock = Callable[[str], None]


@pytest.fixture(autouse=True)
def day(set_clock: Clock) -> None:
    set_clock(f"{DAY}T12:00:00Z")
    hear(order())


def ask(query: str = "", by: Role | str = Role.ADMIN) -> Answer:
    return call("GET", f"{TABLE}?day={DAY}{query}", by=by)


def read(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def table(query: str = "") -> list[dict[str, str]]:
    return read(ask(query))


def test_a_row_is_an_entry_in_smallest_units() -> None:
    answer = ask()
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.text.endswith("\r\n")
    assert "Next-Cursor" not in answer.headers
    [row] = read(answer)
    assert row == {
        "customer_id": ADA,
        "number": "1",
        "posted_at": f"{DAY}T12:00:00Z",
        "kind": "earned",
        "amount": "293",
        "balance": "293",
        "pending": "0",
        "available": "293",
        "held": "0",
        "owed": "0",
        "cause": "A1",
        "reason_code": "",
        "reason": "",
        "actor": entries()[0].actor,
        "proposed_by": "",
        "expires_on": "2027-01-31",
        "programme": "0",
    }


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "\uff1d1+1"])
def test_no_text_is_a_formula_and_amounts_stay_numbers(words: str) -> None:
    adjust({"points": -93, "reason": words})
    hear(order("=A2"))
    rows = {row["cause"]: row for row in table()}
    assert "'=A2" in rows
    [adjusted] = [row for row in rows.values() if row["kind"] == "adjusted"]
    assert (adjusted["reason"], adjusted["amount"]) == (f"'{words}", "-93")


def test_commas_quotes_and_letters_of_all_kinds_come_back_as_they_were() -> None:
    words = 'She said "no", then: yes; Übergröße 😀'
    adjust({"points": 5, "reason": words})
    assert [row["reason"] for row in table()] == ["", words]


def test_each_ledger_has_a_table_of_its_own_and_each_day(set_clock: Clock) -> None:
    wallet.issue(900)
    assert [row["kind"] for row in table()] == ["earned"]
    assert [(row["kind"], row["amount"]) for row in table("&ledger=credit:USD")] == [("issued", "900")]
    assert table("&ledger=credit:EUR") == []
    set_clock("2026-02-01T00:00:00Z")
    hear(order("A2"))
    assert [row["cause"] for row in table()] == ["A1"]


def test_pages_go_through_all_shards_and_lose_no_entry() -> None:
    people = crowd(12)
    assert len({shard_of(customer_partition(person)) for person in people}) == len(SHARDS)
    hear(*(order(f"second-{person}", person) for person in people[:5]))
    found: list[list[dict[str, str]]] = []
    cursor = ""
    while True:
        answer = ask(f"&limit=7{cursor}")
        found.append(read(answer))
        if "Next-Cursor" not in answer.headers:
            break
        cursor = f"&cursor={answer.headers['Next-Cursor']}"
    assert [len(page) for page in found] == [7, 7, 4]
    causes = [row["cause"] for page in found for row in page]
    wanted = ["A1", *(f"crowd-{n}" for n in range(12)), *(f"second-{person}" for person in people[:5])]
    assert sorted(causes) == sorted(wanted)
    total = sum(int(row["amount"]) for page in found for row in page)
    assert total == sum(line_of(entry).amount for person in {ADA, *people} for entry in entries(person))


def test_an_order_id_of_any_signs_can_be_the_end_of_a_page() -> None:
    name = "#" + 'ä"\\|' * 30
    hear(order(name), order("A3"))
    first = ask("&limit=2")
    rest = ask(f"&limit=2&cursor={first.headers['Next-Cursor']}")
    assert {row["cause"] for answer in (first, rest) for row in read(answer)} == {"A1", name, "A3"}


@pytest.mark.parametrize(
    "position",
    ["x", "[]", '["9",1,"a","b"]', '["0","1","a","b"]', '["0",1,"","b"]', '["0",-1,"a","b"]', '{"0":1}', "7"],
)
def test_a_forged_position_is_refused(position: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cursors, "decode", lambda *_: position)
    assert ask("&cursor=forged").status == 422


def test_a_position_of_nothing_that_is_there_harms_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cursors, "decode", lambda *_: '["0",0,"a","b"]')
    assert ask("&cursor=forged").status == 200


def test_a_day_and_a_known_ledger_must_be_named() -> None:
    asked: list[Any] = ["", "?day=2026-13-01", f"?day={DAY}&ledger=gold", f"?day={DAY}&limit=1001"]
    assert {call("GET", f"{TABLE}{query}", by=Role.ADMIN).status for query in asked} == {422}


def test_only_an_admin_reads_it() -> None:
    path = f"{TABLE}?day={DAY}"
    assert statuses(path, Role.ADMIN) == {200}
    assert statuses(path, *DENIED, Role.SUPPORT, ADA) == {403}


def test_an_erased_person_is_a_random_id_without_words(set_clock: Clock) -> None:
    adjust({"points": 5, "reason": "Ada's late parcel"})
    set_clock("2026-02-02T12:00:00Z")
    hear(erasure())
    assert [(row["customer_id"], row["amount"], row["reason"]) for row in table()] == [(ADA, "293", ""), (ADA, "5", "")]
