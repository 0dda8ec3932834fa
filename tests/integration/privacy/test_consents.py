"""The consent log: what feeds it, what stands, and who sees it."""

from __future__ import annotations

from typing import Any

import pytest

from privacy.consents import usecases
from shared.events.customers import Channel
from shared.roles import Role
from tests.harness.aws.ground import items
from tests.harness.interruptions import once
from tests.harness.orders import NOON
from tests.harness.time import Time
from tests.integration.privacy.stage import ADA, BEN, call, consent, hear, names_told, registered, told, unsubscribed

CONSENTS = f"/api/customers/{ADA}/consents"


def log_of(**options: Any) -> Any:
    answer = call("GET", CONSENTS, **options)
    assert answer.status == 200, answer.text
    return answer.json


def current() -> dict[str, bool]:
    return {consent["channel"]: consent["granted"] for consent in log_of()["current"]}


def test_a_registration_logs_the_consents_given_with_it_and_tells_nobody_anew() -> None:
    hear(registered(consent(), consent(granted=False, channel=Channel.SMS), event_id="evt_1"))
    log = log_of()
    assert current() == {"email": True, "sms": False}
    assert {(entry["channel"], entry["how"], entry["caused_by"]) for entry in log["data"]} == {
        ("email", "registration", "evt_1"),
        ("sms", "registration", "evt_1"),
    }
    assert names_told() == []


def test_a_registration_without_consents_logs_nothing() -> None:
    hear(registered())
    assert log_of()["data"] == []
    assert items("privacy") == []


def test_the_unsubscribe_link_becomes_a_withdrawn_consent_and_is_told() -> None:
    hear(registered(consent(hours=-1)))
    hear(unsubscribed())
    assert current() == {"email": False}
    assert [entry["how"] for entry in log_of()["data"]] == ["unsubscribe_link", "registration"]
    [(name, data)] = told()
    assert (name, data.customer_id, data.consent.granted, data.consent.decided_at) == (
        "ConsentChanged",
        ADA,
        False,
        NOON,
    )


def test_an_event_that_comes_twice_is_logged_once() -> None:
    twice = [registered(consent(hours=-1)), unsubscribed()]
    hear(*twice, *twice)
    hear(*twice)
    assert len(log_of()["data"]) == 2
    assert names_told() == ["ConsentChanged"]


def test_a_registration_that_comes_after_the_withdrawal_does_not_undo_it() -> None:
    hear(unsubscribed())
    hear(registered(consent(hours=-1)))
    assert current() == {"email": False}
    assert len(log_of()["data"]) == 2


def test_two_decisions_at_once_are_both_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    other = once(lambda: hear(registered(consent(hours=-1))), usecases.state_of)
    monkeypatch.setattr(usecases, "state_of", other)
    hear(unsubscribed())
    assert len(log_of()["data"]) == 2
    assert current() == {"email": False}
    assert names_told() == ["ConsentChanged"]


@pytest.mark.parametrize(("by", "how"), [(ADA, "account"), (Role.SUPPORT, "staff"), (Role.STOREFRONT, "storefront")])
def test_a_consent_given_over_http_says_how(by: str, how: str) -> None:
    answer = call("POST", CONSENTS, {"channel": "sms", "granted": True}, by=by)
    assert answer.status == 201, answer.text
    assert (answer.json["how"], answer.json["decided_at"]) == (how, "2026-06-01T12:00:00Z")
    assert current() == {"sms": True}
    assert names_told() == ["ConsentChanged"]


def test_a_customer_changes_their_mind(time: Time) -> None:
    for granted in (True, False, True):
        call("POST", CONSENTS, {"channel": "email", "granted": granted}, by=ADA)
        time.later(hours=1)
    assert current() == {"email": True}
    assert [entry["granted"] for entry in log_of()["data"]] == [True, False, True]
    assert [data.consent.granted for _, data in told()] == [True, False, True]


def test_the_same_key_logs_one_consent() -> None:
    body = {"channel": "email", "granted": True}
    first, again = (call("POST", CONSENTS, body, by=ADA, key="k-1") for _ in range(2))
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(log_of()["data"]) == 1


def test_the_log_is_read_newest_first_page_by_page() -> None:
    hear(*[unsubscribed(at=consent(hours=n).decided_at) for n in range(5)])
    seen, cursor = [], ""
    for _ in range(3):
        page = call("GET", f"{CONSENTS}?limit=2{cursor}").json
        assert page["current"]
        seen += [entry["decided_at"] for entry in page["data"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 5
    assert page["next_cursor"] is None


def test_a_cursor_of_another_log_is_refused() -> None:
    hear(*[unsubscribed(at=consent(hours=n).decided_at) for n in range(3)])
    cursor = log_of()["next_cursor"] or call("GET", f"{CONSENTS}?limit=1").json["next_cursor"]
    refused = call("GET", f"/api/customers/{BEN}/consents?cursor={cursor}")
    assert refused.status == 422


def test_nothing_is_known_of_a_customer_who_never_said_anything() -> None:
    assert log_of() == {"data": [], "next_cursor": None, "current": [], "erased_at": None}


def test_who_may_read_and_write() -> None:
    body = {"channel": "email", "granted": True}
    everyone = (Role.ADMIN, Role.SUPPORT, Role.MARKETING, Role.COMPLIANCE, Role.STOREFRONT, ADA, BEN)
    read = {by: call("GET", CONSENTS, by=by).status for by in everyone}
    write = {by: call("POST", CONSENTS, body, by=by).status for by in everyone}
    assert read == {by: 200 if by in {Role.COMPLIANCE, Role.SUPPORT, ADA} else 403 for by in everyone}
    assert write == {by: 201 if by in {Role.SUPPORT, Role.STOREFRONT, ADA} else 403 for by in everyone}
