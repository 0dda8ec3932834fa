"""What loyalty promises: what it hears and tells, what it costs, and that its template says the same as its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.client import BaseClient

from loyalty.programme.usecases import current_programme
from shared import clock
from shared.contract import API, INBOX
from shared.events.customers import CustomersMerged, OrderStatus
from shared.roles import Role
from tests.harness.aws.context import LambdaContext
from tests.integration.loyalty import wallet
from tests.integration.loyalty.catalogue import claimed, give, reward, voucher
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    CAT,
    PLACED_AT,
    account,
    adjust,
    allowed,
    entries,
    erasure,
    expire,
    get,
    hear,
    order,
    registration,
    stage,
)
from tests.integration.loyalty.spending import capture, held, redeem

Clock = Callable[[str], None]


def test_an_account_is_not_in_the_index_of_entries() -> None:
    hear(registration(), order())
    [held] = [image for image in stage.items() if image["kind"]["S"] == "account"]
    assert "seq" not in held


def test_accruing_an_order_takes_two_calls_and_small_items(calls: list[Call]) -> None:
    hear(order("A0", total=9_900))
    calls.clear()
    hear(order("A1", total=100_000))
    assert [call.name for call in calls] == ["GetItem", "TransactWriteItems"]
    # DynamoDB charges by the KB: 2 x 1 for the account, 2 x 1 for the entry, 1 for its place in the index.
    assert [entry.tier for entry in entries()] == ["bronze", "gold"]
    assert [_bytes(image) for image in stage.items() if _bytes(image) > 1024] == []


def test_holding_and_spending_points_take_as_many_calls_whatever_came_before(calls: list[Call]) -> None:
    read, write = "GetItem", "TransactWriteItems"
    for n in range(3):
        hear(*(order(f"A{n}-{m}") for m in range(8 * n + 1)))
        calls.clear()
        hold_id = held(100, key=f"h{n}", order_id=f"B{n}")
        # The second read asks whose order it is.
        assert [(call.name, call.size) for call in calls] == [(read, 1), (read, 1), (write, 2)]
        calls.clear()
        capture(hold_id)
        # Afterwards it is looked whether the order was called off before.
        assert [(call.name, call.size) for call in calls] == [(read, 1), (read, 1), (write, 3), ("Query", 1)]
        calls.clear()
        redeem(100, key=f"r{n}")
        assert [(call.name, call.size) for call in calls] == [(read, 1), (write, 2)]
    assert [_bytes(image) for image in stage.items() if _bytes(image) > 1024] == []


def test_one_customer_expires_in_two_calls_beside_a_query_a_shard_of_two_indexes(
    calls: list[Call], set_clock: Clock
) -> None:
    hear(order())
    set_clock("2027-02-01T00:00:00+00:00")
    current_programme(clock.now())
    calls.clear()
    expire()
    assert [call.name for call in calls if call.name != "Query"] == ["GetItem", "TransactWriteItems"]
    assert sum(call.name == "Query" for call in calls) == 8


def test_a_claim_takes_four_calls_and_small_items(calls: list[Call]) -> None:
    hear(registration(), order())
    plain = reward()
    calls.clear()
    claimed(plain)
    assert [call.name for call in calls] == ["GetItem", "GetItem", "GetItem", "TransactWriteItems"]
    assert len(calls[-1].sent["TransactItems"]) == 4
    assert [_bytes(image) for image in stage.items() if _bytes(image) > 1024] == []


def test_a_claim_of_what_everything_limits_takes_three_items_more(calls: list[Call]) -> None:
    hear(registration(), order())
    give(100)
    made = voucher("SPRING-7F3K-9QXW", stock=1, limit_per_customer=1)
    calls.clear()
    claimed(made)
    assert len(calls[-1].sent["TransactItems"]) == 7
    assert len(calls) <= 8


def test_credit_is_held_in_four_calls_and_ends_in_two_or_three_with_small_items(calls: list[Call]) -> None:
    hear(registration())
    for month in range(1, 13):
        wallet.issue(500, key=f"i{month}", expires_on=f"2030-{month:02}-28")
    calls.clear()
    names = [wallet.held(5_000, key="h1", order_id="A1")]
    # The account of points says whether the customer may spend, and the entry of the order whose it is.
    assert [call.name for call in calls] == ["GetItem", "GetItem", "GetItem", "TransactWriteItems"]
    calls.clear()
    wallet.release(names[0])
    names.append(wallet.held(5_000, key="h2", order_id="A1"))
    wallet.capture(names[1])
    released, captured = ["Query", "TransactWriteItems"], ["Query", "GetItem", "TransactWriteItems", "Query"]
    assert ([call.name for call in calls[:2]], [call.name for call in calls[-4:]]) == (released, captured)
    assert [len(call.sent["TransactItems"]) for call in calls if call.name == "TransactWriteItems"] == [2, 2, 3]
    assert [_bytes(image) for image in stage.items() if _bytes(image) > 1024] == []


def test_a_later_lot_moves_nothing_in_the_index_of_what_is_due() -> None:
    hear(order("A1"))
    before = (account().due_shard, account().due_at)
    hear(order("A2", placed_at="2026-02-10T00:00:00Z"))
    assert (account().due_shard, account().due_at) == before


def test_a_function_may_do_what_it_does_and_no_more(calls: list[Call], set_clock: Clock) -> None:
    hear(registration(), order(), order(refunded=5, status=OrderStatus.PARTLY_REFUNDED), order("C1", CAT))
    heard = _actions(calls)
    adjust({"points": 5, "reason": "x"})
    wallet.issue(500, customer_id=CAT)
    get(f"/api/customers/{ADA}/points/entries")
    claimed(voucher("SPRING-7F3K-9QXW", stock=1))
    get("/api/loyalty/rewards")
    get("/api/loyalty/adjustments")
    get("/api/loyalty/holds")
    get("/api/loyalty/accounts")
    get("/api/loyalty/entries.csv?day=2026-02-01", by=Role.ADMIN)
    assert _actions(calls) == allowed(API)
    hear(CustomersMerged(customer_id=ADA, merged_id=CAT, merged_at=PLACED_AT), erasure())
    assert heard | _actions(calls) == allowed(INBOX)
    hear(order("B1", BOB))
    set_clock("2027-02-01T00:00:00+00:00")
    calls.clear()
    expire()
    assert _actions(calls) == allowed("expire")


def test_the_relay_tells_what_the_stream_brings() -> None:
    hear(registration(), order())
    records = [
        {"eventID": str(n), "dynamodb": {"SequenceNumber": str(n), "NewImage": image}}
        for n, image in enumerate(stage.items(), 1)
    ]
    assert stage.app.relay({"Records": records}, LambdaContext()) == {"batchItemFailures": []}
    assert sorted(told.name for told in stage.carried()) == ["CardIssued", "PointsEarned"]


@dataclass(frozen=True)
class Call:
    """A call of DynamoDB."""

    name: str
    sent: Mapping[str, Any]

    @property
    def size(self) -> int:
        """How many items it is about."""
        return len(self.sent.get("TransactItems", [None]))

    @property
    def actions(self) -> set[str]:
        """What IAM must allow for it, with the index where it queries one. A transaction needs leave for its parts."""
        if self.name == "TransactWriteItems":
            return {f"dynamodb:{part}Item" for item in self.sent["TransactItems"] for part in item}
        index = self.sent.get("IndexName")
        return {f"dynamodb:{self.name} {index}" if index else f"dynamodb:{self.name}"}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """The calls of DynamoDB that were made, as a list that grows."""
    made: list[Call] = []
    call = BaseClient._make_api_call

    def call_and_count(client: BaseClient, name: str, sent: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            made.append(Call(name, sent))
        return call(client, name, sent)

    monkeypatch.setattr(BaseClient, "_make_api_call", call_and_count)
    return made


def _actions(calls: list[Call]) -> set[str]:
    """What the calls so far needed; they are then forgotten."""
    needed = {action for call in calls for action in call.actions}
    calls.clear()
    return needed


def _bytes(image: Mapping[str, Any]) -> int:
    """The size of an item as DynamoDB counts it ("DynamoDB item sizes and formats")."""
    return sum(len(name) + _value_bytes(value) for name, value in image.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    [(kind, inner)] = value.items()
    if kind == "L":
        return 3 + sum(1 + _value_bytes(each) for each in inner)
    if kind == "M":
        return 3 + len(inner) + _bytes(inner)
    return len(inner) // 2 + 2 if kind == "N" else len(inner) if kind == "S" else 1
