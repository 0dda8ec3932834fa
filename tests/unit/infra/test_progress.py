"""The replay waits for its own orders and people only, and compares only these with the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer
from moto import mock_aws

from infra.replay.checks import Sent, Stored, check
from infra.replay.people import Person
from infra.replay.progress import Goal, await_members, await_settled, settled
from infra.replay.sample import USD, Purchase
from infra.replay.tables import Tables
from shared.services import SERVICES

OWN, GUEST, OTHER = "cus_own", "cus_guest", "cus_other"
# A buyer with an account and a guest bought once each.
SENT = Sent(
    [
        Purchase("cdnow-1-19970101-1", "1", datetime(2026, 11, 1, 12, tzinfo=UTC), 1, 1_000, USD),
        Purchase("cdnow-2-19970101-1", "2", datetime(2026, 11, 1, 12, tzinfo=UTC), 1, 2_000, USD),
    ],
    {"1": Person("1", "buyer-1@example.com", True, OWN), "2": Person("2", "buyer-2@example.com", False)},
    "classic",
    date(2026, 11, 22),
)
GOAL = Goal(2, 3_000, 2, SENT.registered)


@pytest.fixture
def tables() -> Iterator[Tables]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        for service in SERVICES:
            client.create_table(
                TableName=f"regulars-t-{service}",
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
                BillingMode="PAY_PER_REQUEST",
            )
        yield Tables(client, "t")


def put(tables: Tables, service: str, pk: str, sk: str, kind: str, **values: Any) -> None:
    item = {"pk": pk, "sk": sk, "kind": kind, **values}
    written = {name: TypeSerializer().serialize(value) for name, value in item.items()}
    tables.dynamodb.put_item(TableName=f"regulars-t-{service}", Item=written)


def order(tables: Tables, order_id: str, customer_id: str, total: int) -> None:
    """What customers, loyalty and segments store of a customer's only order."""
    earned = {"account": customer_id, "entry_kind": "earned", "amount": total // 10, "seq": 1}
    after = json.dumps([0, total // 10, 0, 0])
    account = {"lots": json.dumps({"2027-11-30": total // 10}), "tier": "bronze"}
    own = f"CUSTOMER#{customer_id}"
    part = {"orders": 1, "spent": total}
    put(tables, "customers", f"ORDER#{order_id}", "ORDER", "order", customer_id=customer_id, paid_at="t", total=total)
    put(tables, "customers", own, "STATS#USD", "stats", **part)
    put(tables, "loyalty", f"ORDER#{order_id}", "EARN", "entry", after=after, **earned)
    put(tables, "loyalty", own, "ACCOUNT", "account", **account)
    put(tables, "segments", own, "FEATURES", "features", stats=[part])


def person(tables: Tables, customer_id: str) -> None:
    """What loyalty, notifications and privacy store of somebody who registered."""
    own = f"CUSTOMER#{customer_id}"
    put(tables, "loyalty", f"CARD#{customer_id}", "CARD", "card", customer_id=customer_id)
    put(tables, "loyalty", own, "SIGN_UP", "entry", account=customer_id, entry_kind="bonus", amount=0, seq=9)
    put(tables, "notifications", own, "MESSAGE#1", "message", template="welcome", status="sent")
    put(tables, "privacy", own, "CONSENT#1", "consent", customer_id=customer_id)


def by_hand(tables: Tables) -> None:
    """Somebody's own calls during the replay."""
    person(tables, OTHER)
    order(tables, "1001", OTHER, 12_000)


def stored(tables: Tables) -> Stored:
    names = (("customers", "order"), ("customers", "stats"), ("loyalty", "account"), ("loyalty", "entry"))
    return Stored(*(list(tables.items(*name)) for name in names), list(tables.items("segments", "features")))


def test_calls_by_hand_do_not_move_the_progress(tables: Tables) -> None:
    by_hand(tables)
    assert set(settled(tables, GOAL.registered).values()) == {0}
    order(tables, "cdnow-1-19970101-1", OWN, 1_000)
    person(tables, OWN)
    half = settled(tables, GOAL.registered)
    assert (half["customers"], half["loyalty"], half["segments"]) == (1, 1, 1)
    assert (half["notifications"], half["privacy"]) == (1, 1)
    order(tables, "cdnow-2-19970101-1", GUEST, 2_000)
    assert settled(tables, GOAL.registered) == GOAL.of


def test_the_wait_ends_beside_calls_by_hand(tables: Tables) -> None:
    by_hand(tables)
    order(tables, "cdnow-1-19970101-1", OWN, 1_000)
    order(tables, "cdnow-2-19970101-1", GUEST, 2_000)
    person(tables, OWN)
    shown: list[dict[str, int]] = []
    await_members(tables, SENT.registered, sign_up=100)
    await_settled(tables, GOAL, shown.append)
    assert shown == [GOAL.of]


def test_an_order_that_is_not_paid_yet_does_not_count(tables: Tables) -> None:
    put(tables, "customers", "ORDER#cdnow-1-19970101-1", "ORDER", "order", customer_id=OWN)
    assert settled(tables, GOAL.registered)["customers"] == 0


def test_calls_by_hand_do_not_spoil_the_comparison_with_the_file(tables: Tables) -> None:
    order(tables, "cdnow-1-19970101-1", OWN, 1_000)
    order(tables, "cdnow-2-19970101-1", GUEST, 2_000)
    before = check(SENT, stored(tables))
    assert [one.what for one in before if not one.holds] == []
    by_hand(tables)
    assert check(SENT, stored(tables)) == before


def test_an_order_that_was_never_sent_still_fails_the_comparison(tables: Tables) -> None:
    order(tables, "cdnow-1-19970101-1", OWN, 1_000)
    order(tables, "cdnow-2-19970101-1", GUEST, 2_000)
    order(tables, "cdnow-3-19970101-1", OTHER, 2_000)
    assert "orders recorded, each once" in {one.what for one in check(SENT, stored(tables)) if not one.holds}
