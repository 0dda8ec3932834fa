"""The id of a merged customer leads to the survivor."""

from __future__ import annotations

from typing import Any

import pytest

from shared.events.customers import CustomersMerged
from tests.harness.aws.ground import items
from tests.harness.heard import house_event
from tests.harness.interruptions import crash_at
from tests.harness.orders import NOON
from tests.integration.privacy.stage import (
    ADA,
    BEN,
    OTHERS,
    answered,
    approve,
    call,
    enter,
    erasure,
    hear,
    read,
    refuses,
    stage,
    told,
)

CONSENTS = "/api/customers/{}/consents"


def merged() -> dict[str, Any]:
    """Ada was a guest, and is Ben."""
    return house_event(CustomersMerged(customer_id=BEN, merged_id=ADA, merged_at=NOON))


def agree(customer_id: str) -> int:
    return call("POST", CONSENTS.format(customer_id), {"channel": "email", "granted": True}, by="support").status


def test_what_stood_under_the_merged_id_stands_no_more_and_the_survivors_does() -> None:
    assert (agree(ADA), agree(BEN)) == (201, 201)
    before, write = items("privacy"), 0
    for write in range(1, 10):
        stage.empty(before)
        if not crash_at(write, lambda: stage.deliver(merged())):
            break
        hear(merged(), merged())
        assert len(call("GET", CONSENTS.format(BEN)).json["data"]) == 1
    assert write == 3


def test_consents_under_the_merged_id_are_the_survivors() -> None:
    agree(ADA)
    hear(merged())
    assert call("GET", CONSENTS.format(ADA), by="support").json["data"] == []
    assert agree(ADA) == 201
    pages = [call("GET", CONSENTS.format(each), by="support").json for each in (ADA, BEN)]
    assert pages[0] == pages[1]
    assert len(pages[0]["current"]) == 1


def test_a_new_request_about_the_merged_id_is_about_the_survivor() -> None:
    hear(merged())
    assert read(enter())["customer_id"] == BEN
    assert call("POST", "/api/privacy/requests", {"kind": "erase", "customer_id": BEN}).status == 409


def test_a_request_entered_before_the_merge_is_about_the_survivor_once_approved() -> None:
    request_id = enter()
    hear(merged())
    approve(approve(request_id))
    assert [data.customer_id for name, data in told() if name == "ErasureRequested"] == [BEN]
    assert read(request_id)["customer_id"] == BEN
    guards = [item for item in items("privacy") if item["kind"]["S"] == "open_request"]
    assert [(guard["pk"]["S"], guard["request_id"]["S"]) for guard in guards] == [(f"CUSTOMER#{BEN}", request_id)]


def test_a_request_moves_to_the_survivor_with_the_merge_unless_there_is_one_already() -> None:
    request_id = enter()
    before, write = items("privacy"), 0
    for write in range(1, 10):
        stage.empty(before)
        if not crash_at(write, lambda: stage.deliver(merged())):
            break
        hear(merged())
        again = call("POST", "/api/privacy/requests", {"kind": "erase", "customer_id": BEN})
        assert (again.status, again.json["open_request_id"]) == (409, request_id)
    assert write == 4


def test_two_requests_about_one_person_both_complete() -> None:
    theirs, survivors = enter(), enter(BEN)
    hear(merged())
    approve(theirs)
    approve(survivors)
    for request_id in (theirs, survivors):
        hear(erasure(request_id, BEN), *(answered(request_id, other, customer_id=BEN) for other in OTHERS))
        assert read(request_id)["status"] == "completed"


@pytest.mark.parametrize("knows_of_the_merge", [True, False])
def test_a_request_approved_before_the_merge_is_told_again_about_the_survivor(*, knows_of_the_merge: bool) -> None:
    request_id = approve(enter())
    hear(erasure(request_id), answered(request_id, "loyalty"), answered(request_id, "segments"))
    if knows_of_the_merge:
        hear(merged())
    hear(answered(request_id, "customers", customer_id=BEN))
    hear(answered(request_id, "customers", customer_id=BEN), answered(request_id, "notifications"))
    assert [data.customer_id for name, data in told() if name == "ErasureRequested"] == [ADA, BEN]
    found = read(request_id)
    assert (found["customer_id"], found["waiting_for"]) == (BEN, ["loyalty", "notifications", "segments"])
    hear(erasure(request_id, BEN), *(answered(request_id, other, customer_id=BEN) for other in OTHERS))
    assert read(request_id)["status"] == "completed"
    assert [item for item in items("privacy") if item["kind"]["S"] == "open_request"] == []


def test_only_customers_says_who_somebody_is() -> None:
    request_id = approve(enter())
    assert refuses(answered(request_id, "loyalty", customer_id=BEN))
    assert read(request_id)["customer_id"] == ADA
