"""Privacy erases what it keeps itself: at once, resumably, and for good."""

from __future__ import annotations

import json

import boto3
import pytest

from privacy.consents import usecases as consents
from privacy.erasure import usecases as erasing
from shared.roles import Role
from tests.harness.aws.ground import items
from tests.harness.interruptions import Crash, once
from tests.harness.time import Time
from tests.integration.privacy.stage import (
    ADA,
    BEN,
    OTHERS,
    answered,
    approve,
    call,
    chase,
    consent,
    enter,
    erasure,
    hear,
    hear_and_crash,
    names_told,
    read,
    registered,
    unsubscribed,
)

CONSENTS = f"/api/customers/{ADA}/consents"
GRANTED = {"channel": "email", "granted": True}


def kinds() -> list[str]:
    return sorted(item["kind"]["S"] for item in items("privacy") if ADA in item["pk"]["S"])


def test_the_log_is_kept_as_proof_and_everything_else_goes() -> None:
    hear(registered(consent(hours=-1)))
    call("POST", CONSENTS, GRANTED, by=ADA, key="k-1")
    request_id = approve(enter())
    hear(erasure(request_id))
    assert kinds() == ["consent", "consent", "consents", "open_request"]
    answer = read(request_id)["own_answer"]
    assert answer["erased"] == {"consents in force": 1, "receipts": 1, "dead_letters": 0}
    assert [(kept["what"], kept["count"]) for kept in answer["kept"]] == [
        ("consent log entries", 2),
        ("data-subject requests", 1),
    ]
    assert "example.com" not in json.dumps(items("privacy"))


def test_consents_of_an_erased_customer_are_gone_but_for_compliance_as_proof() -> None:
    hear(registered(consent(hours=-1)))
    hear(erasure(approve(enter())))
    assert {call("GET", CONSENTS, by=by).status for by in (Role.SUPPORT, ADA)} == {410}
    assert call("POST", CONSENTS, GRANTED, by=ADA).json["type"] == "/problems/customer-erased"
    proof = call("GET", CONSENTS).json
    assert proof["current"] == []
    assert proof["erased_at"] == "2026-06-01T12:00:00Z"
    assert len(proof["data"]) == 1


def test_late_events_revive_nobody() -> None:
    hear(erasure(approve(enter())))
    before = kinds()
    hear(registered(consent()), unsubscribed())
    assert kinds() == before == ["consents", "open_request"]
    assert names_told() == ["ErasureRequested"]


def test_a_consent_that_comes_while_the_person_is_erased_does_not_slip_past(monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = approve(enter())
    in_between = once(lambda: hear(erasure(request_id)), consents.state_of)
    monkeypatch.setattr(consents, "state_of", in_between)
    hear(unsubscribed())
    assert "consent" not in kinds()


def test_an_erasure_that_a_consent_comes_before_counts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = approve(enter())
    in_between = once(lambda: hear(unsubscribed()), erasing.state_of)
    monkeypatch.setattr(erasing, "state_of", in_between)
    hear(erasure(request_id))
    assert read(request_id)["own_answer"]["kept"][0]["count"] == 1


@pytest.mark.parametrize(
    ("module", "name"),
    [(erasing, "delete_all"), (erasing, "sweep_dead_letters"), (erasing, "record_answer")],
)
def test_an_erasure_that_stopped_half_way_ends_right(
    module: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("POST", CONSENTS, GRANTED, by=ADA, key="k-1")
    request_id = approve(enter())

    def crash(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(module, name, crash)
        hear_and_crash(erasure(request_id))
    assert call("POST", CONSENTS, GRANTED, by=ADA).status == 410
    hear(erasure(request_id))
    assert kinds() == ["consent", "consents", "open_request"]
    answer = read(request_id)["own_answer"]
    assert answer["erased"] == {"consents in force": 1, "receipts": 1, "dead_letters": 0}
    assert answer["kept"][0]["count"] == 1


def test_an_erasure_heard_again_changes_nothing(time: Time) -> None:
    hear(registered(consent(hours=-1)))
    request_id = approve(enter())
    hear(erasure(request_id))
    first = read(request_id)
    time.later(days=1)
    chase()
    hear(erasure(request_id))
    assert read(request_id) == first
    hear(*[answered(request_id, service) for service in OTHERS])
    hear(erasure(request_id))
    assert read(request_id)["status"] == "completed"


def test_a_second_request_finds_nothing_more() -> None:
    hear(registered(consent(hours=-1)))
    for _ in range(2):
        request_id = approve(enter())
        hear(erasure(request_id), *[answered(request_id, service) for service in OTHERS])
        assert read(request_id)["status"] == "completed"
        assert read(request_id)["own_answer"]["kept"][0]["count"] == 1


def test_only_the_person_is_erased() -> None:
    hear(registered(consent(), customer_id=BEN))
    hear(erasure(approve(enter())))
    assert call("GET", f"/api/customers/{BEN}/consents").json["current"][0]["granted"]


def test_dead_letters_that_name_the_person_are_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", url)
    for customer_id in (ADA, BEN):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(registered(customer_id=customer_id)))
    request_id = approve(enter())
    hear(erasure(request_id))
    assert read(request_id)["own_answer"]["erased"]["dead_letters"] == 1
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    waiting = int(left["ApproximateNumberOfMessages"]) + int(left["ApproximateNumberOfMessagesNotVisible"])
    assert waiting == 1


def test_a_request_is_not_complete_before_privacy_itself_has_erased() -> None:
    request_id = approve(enter())
    hear(*[answered(request_id, service) for service in OTHERS])
    request = read(request_id)
    assert (request["status"], request["waiting_for"], request["own_answer"]) == ("approved", [], None)
    hear(erasure(request_id))
    assert read(request_id)["status"] == "completed"
