"""What one person may give and take alone on one day: it counts together, whatever the customers and the directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from loyalty.proposals import authority
from loyalty.proposals.items import StaffTotal
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.harness.interruptions import after_first, crash_at
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, account, adjust, call, entries, hear, order, points, stage
from tests.integration.loyalty.wallet import issue, revoke

LIMIT: Final = 500
AT_ONCE: Final = 20
Clock = Callable[[str], None]


@pytest.fixture(autouse=True)
def limit() -> None:
    set_limits()
    hear(order(total=100_000), order("B1", BOB, total=100_000))


def set_limits(above: int | None = LIMIT, usd: int | None = LIMIT, **sections: Any) -> None:
    credit = None if usd is None else [{"currency": "USD", "amount": usd}, {"currency": "EUR", "amount": usd}]
    set_programme(adjustments={"approve_above": above}, credit={"approve_above": credit}, **sections)


def give(number: int, key: str, *, by: Role = Role.SUPPORT, customer_id: str = ADA) -> int:
    """Give points, or take them; the status."""
    body = {"points": number, "code": "goodwill", "reason": "A late parcel"}
    return adjust(body, key=key, by=by, customer_id=customer_id).status


def totals() -> list[StaffTotal]:
    images = [image for image in stage.items() if image["kind"]["S"] == "staff_total"]
    return sorted((StaffTotal.from_raw_data(image) for image in images), key=lambda total: total.sk)


def test_postings_of_a_day_count_together_up_to_the_limit() -> None:
    assert [give(300, "k1"), give(201, "k2"), give(200, "k3"), give(1, "k4")] == [201, 202, 201, 202]
    assert points()[1:] == [300, 200]


def test_they_count_together_whoever_the_customers_are() -> None:
    assert [give(300, "k1"), give(300, "k2", customer_id=BOB), give(200, "k3", customer_id=BOB)] == [201, 202, 201]


def test_what_is_taken_counts_as_what_is_given() -> None:
    assert [give(250, "k1"), give(-250, "k2"), give(1, "k3"), give(-1, "k4")] == [201, 201, 202, 202]


def test_each_person_has_a_count_of_their_own() -> None:
    assert [give(500, "k1"), give(500, "k2", by=Role.ADMIN), give(1, "k3")] == [201, 201, 202]


def test_the_next_day_of_the_shop_begins_at_nothing(set_clock: Clock) -> None:
    set_limits(time_zone="America/New_York")
    set_clock("2026-11-22T04:59:00Z")
    assert [give(500, "k1"), give(1, "k2")] == [201, 202]
    set_clock("2026-11-22T05:01:00Z")
    assert [give(500, "k3"), give(1, "k4")] == [201, 202]
    assert [total.sk for total in totals()] == ["TOTAL#2026-11-21#points", "TOTAL#2026-11-22#points"]


def test_a_repeated_request_counts_once() -> None:
    assert [give(300, "k1"), give(300, "k1"), give(200, "k2"), give(1, "k3")] == [201, 201, 201, 202]


def test_after_the_limit_was_reached_a_repeated_request_is_still_answered_as_posted() -> None:
    assert [give(500, "k1"), give(500, "k1")] == [201, 201]
    assert points()[1:] == [500]


def test_a_function_that_dies_at_a_write_counts_what_it_posted() -> None:
    write = 1
    while crash_at(write, lambda: give(300, "k1")):
        assert sum(total.posted for total in totals()) == sum(points()[1:])
        write += 1
    assert write > 1
    assert [give(300, "k1"), give(200, "k2"), give(1, "k3")] == [201, 201, 202]


def test_what_is_refused_does_not_count() -> None:
    set_limits(above=200_000)
    assert [give(-199_999, "k1"), give(200_000, "k2")] == [409, 201]


def test_of_two_at_once_the_second_sees_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    after_first(monkeypatch, authority, "find", lambda: give(300, "k1", customer_id=BOB))
    assert give(300, "k2") == 202
    assert (points()[1:], points(BOB)[1:]) == ([], [300])


def test_the_same_request_twice_at_once_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    after_first(monkeypatch, authority, "find", lambda: give(300, "k1"))
    assert [give(300, "k1"), give(200, "k2"), give(1, "k3")] == [201, 201, 202]
    assert points()[1:] == [300, 200]


def test_twenty_at_once_on_different_customers_stay_within_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has read the count before any is posted."""
    people = [f"cus_01HZX3Q7V8M4N5P6R7S8T9W{number:03}" for number in range(AT_ONCE)]
    hear(*(order(f"C{number}", person) for number, person in enumerate(people)))
    read, waiting, statuses = authority.find, list(people), []  # type: ignore[attr-defined]

    def read_then_let_the_next_in(*about: Any) -> Any:
        found = read(*about)
        if waiting:
            statuses.append(give(90, "k1", customer_id=waiting.pop()))
        return found

    monkeypatch.setattr(authority, "find", read_then_let_the_next_in)
    statuses.append(give(90, "k1", customer_id=waiting.pop()))
    assert sorted(statuses) == [201] * 5 + [202] * (AT_ONCE - 5)
    assert sum(sum(points(person)[1:]) for person in people) == 450


def test_what_two_people_did_counts_for_neither() -> None:
    answer = adjust({"points": 600, "reason": "The wedding order"}, key="k0")
    path = f"/api/customers/{ADA}/points/proposals/{answer.json['id']}/approve"
    assert call("POST", path, b"", by=Role.ADMIN).status == 201
    assert [give(500, "k1"), give(500, "k2", by=Role.ADMIN)] == [201, 201]


def test_a_limit_that_changes_in_between_holds_from_then_on() -> None:
    assert give(400, "k1") == 201
    set_limits(above=1_000)
    assert [give(601, "k2"), give(600, "k3"), give(1, "k4")] == [202, 201, 202]
    set_limits(above=300)
    assert give(1, "k5") == 202


def test_what_was_posted_without_a_limit_counts_towards_none() -> None:
    set_limits(above=None)
    assert give(5_000, "k1") == 201
    assert totals() == []
    set_limits()
    assert give(500, "k2") == 201


def test_a_limit_of_zero_asks_for_a_second_person_always() -> None:
    set_limits(above=0)
    assert [give(1, "k1"), give(-1, "k2")] == [202, 202]
    assert totals() == []


def test_points_and_each_currency_of_credit_count_apart() -> None:
    def gives(answer: Answer) -> int:
        return answer.status

    assert [give(500, "k1"), gives(issue(500)), gives(issue(500, key="i2", currency="EUR"))] == [201, 201, 201]
    assert [give(1, "k2"), gives(issue(1, key="i3")), gives(issue(1, key="i4", currency="EUR"))] == [202, 202, 202]
    assert [(total.sk.rpartition("#")[2], total.posted) for total in totals()] == [
        ("EUR", 500),
        ("USD", 500),
        ("points", 500),
    ]


def test_credit_that_is_issued_and_revoked_in_turn_counts_each_time() -> None:
    answers = [issue(250), revoke(250), issue(1, key="i2"), revoke(1, key="r2")]
    assert [answer.status for answer in answers] == [201, 201, 202, 202]


def test_credit_that_is_issued_twice_under_one_key_counts_once() -> None:
    assert [issue(250).status, issue(250).status, issue(250, key="i2").status] == [201, 201, 201]
    [total] = totals()
    assert total.posted == 500


def test_a_function_that_dies_while_it_issues_counts_what_it_issued() -> None:
    write = 1
    while crash_at(write, lambda: issue(300)):
        assert totals() == []
        write += 1
    assert write > 1
    assert [issue(200, key="i2").status, issue(1, key="i3").status] == [201, 202]


def test_of_two_issues_at_once_the_second_sees_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    after_first(monkeypatch, authority, "find", lambda: issue(300, key="i2", customer_id=BOB))
    assert issue(300).status == 202


def test_a_count_names_the_person_in_no_key_and_goes_by_itself(set_clock: Clock) -> None:
    set_clock("2026-11-22T12:00:00Z")
    give(300, "k1")
    [total] = totals()
    assert (total.by, total.posted) == ("staff:test-support", 300)
    assert "support" not in total.pk + total.sk
    assert total.expires_at == 1_795_608_000  # 2026-11-25T12:00:00Z


def test_the_entry_says_nothing_of_the_count() -> None:
    give(300, "k1")
    assert entries()[-1].facts == {"code": "goodwill"}
    assert account().balance == entries()[-1].after.balance
