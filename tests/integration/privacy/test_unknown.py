"""Consents of an id that nobody has are dropped once customers says so; those of somebody stay."""

from __future__ import annotations

from typing import Any

import pytest

from privacy.consents import usecases
from shared.events.customers import Channel, CustomerUnknown
from shared.roles import Role
from tests.harness.aws.ground import items
from tests.harness.interruptions import after_first, crash_at
from tests.integration.privacy.stage import (
    ADA,
    BEN,
    approve,
    call,
    consent,
    enter,
    erasure,
    hear,
    read,
    registered,
    unsubscribed,
)


def give(customer_id: str = ADA, *, granted: bool = True) -> int:
    body = {"channel": "email", "granted": granted}
    status: int = call("POST", f"/api/customers/{customer_id}/consents", body, by=Role.STOREFRONT).status
    return status


def log_of(customer_id: str = ADA) -> Any:
    return call("GET", f"/api/customers/{customer_id}/consents").json


def unknown(customer_id: str = ADA) -> CustomerUnknown:
    return CustomerUnknown(customer_id=customer_id)


def test_the_whole_log_of_nobody_is_dropped_and_no_other() -> None:
    for granted in (True, False) * 15:
        give(granted=granted)
    give(BEN)
    hear(unsubscribed(), unknown())
    assert log_of() == {"data": [], "next_cursor": None, "current": [], "erased_at": None}
    assert {item["pk"]["S"] for item in items("privacy")} == {f"CUSTOMER#{BEN}"}
    assert len(log_of(BEN)["data"]) == 1


def test_what_comes_after_the_answer_is_dropped_by_the_next() -> None:
    give()
    hear(unknown(), unknown())
    assert give() == 201
    assert len(log_of()["data"]) == 1
    hear(unknown())
    assert items("privacy") == []


def test_nothing_is_written_for_an_answer_about_a_log_that_is_not_there() -> None:
    hear(unknown())
    assert items("privacy") == []


def test_a_registration_makes_the_log_somebodys_whatever_is_said_later() -> None:
    hear(registered(consent(hours=-1)))
    give(granted=False)
    hear(unknown())
    assert len(log_of()["data"]) == 2
    assert [one["granted"] for one in log_of()["current"]] == [False]


def test_a_registration_that_is_heard_later_begins_a_new_log() -> None:
    give()
    hear(unknown())
    hear(registered(consent(channel=Channel.SMS)))
    assert [(one["channel"], one["granted"]) for one in log_of()["current"]] == [("sms", True)]
    assert len(log_of()["data"]) == 1


def test_a_registration_that_comes_in_between_keeps_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    give()
    # The log is read before the registration, and the state is deleted after it: the deletion loses, and all is read
    # again.
    after_first(monkeypatch, usecases, "all_entries", lambda: hear(registered(consent(channel=Channel.SMS))))
    hear(unknown())
    assert len(log_of()["data"]) == 2


def test_an_erasure_that_comes_in_between_keeps_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    give()
    request_id = approve(enter())
    after_first(monkeypatch, usecases, "all_entries", lambda: hear(erasure(request_id)))
    hear(unknown())
    assert len(log_of()["data"]) == 1
    assert read(request_id)["own_answer"]["kept"][0]["count"] == 1


@pytest.mark.parametrize("write", [1, 2])
def test_a_run_that_ends_early_is_finished_by_the_next(write: int) -> None:
    give()
    give()
    assert crash_at(write, lambda: hear(unknown()))
    hear(unknown())
    assert items("privacy") == []


def test_the_log_of_who_is_erased_stays_as_proof() -> None:
    give()
    request_id = approve(enter())
    hear(erasure(request_id))
    hear(unknown())
    log = log_of()
    assert (len(log["data"]), log["current"]) == (1, [])
    assert give() == 410


def test_an_erasure_after_the_answer_counts_nothing_and_closes_the_log() -> None:
    give()
    hear(unknown())
    request_id = approve(enter())
    hear(erasure(request_id))
    answer = read(request_id)["own_answer"]
    assert answer["erased"]["consents in force"] == 0
    assert [kept["what"] for kept in answer["kept"]] == ["data-subject requests"]
    assert give() == 410
