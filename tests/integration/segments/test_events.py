"""What events do to rows and memberships: once, twice, late, in any order, in between, and after a crash."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice, permutations
from typing import Any

import pytest

from segments.features.items import FeatureRow
from segments.features.store import features_in, find_row
from segments.membership import feature_updates
from shared.events.customers import CustomerStatus
from shared.ids import new_customer_id
from shared.items import table
from shared.runtime.settings import _READ
from tests.harness.aws.context import LambdaContext
from tests.harness.aws.ground import items
from tests.harness.heard import sqs_batch
from tests.harness.interruptions import calls_of
from tests.harness.orders import NOON
from tests.harness.time import Time
from tests.integration.segments.stage import (
    ADA,
    BEN,
    hear,
    memberships,
    ordered,
    registered,
    segments_of,
    stage,
    stored_size,
    told,
)

RICH = 100_001


def test_somebody_who_registers_is_new() -> None:
    hear(registered())
    assert segments_of() == ["new"]
    assert memberships() == {ADA: ["new"]}
    assert told() == [("SegmentEntered", ADA, "new")]


def test_a_guest_has_a_row_from_the_first_order_on() -> None:
    hear(ordered(spent=RICH))
    assert segments_of() == ["high_value"]


def test_entering_and_leaving_are_told_and_stored_with_one_write() -> None:
    hear(registered(), ordered(version=1, orders=1, spent=RICH, days_ago=120))
    assert segments_of() == ["at_risk", "new", "one_time"]
    made = calls_of(lambda: hear(ordered(version=2, orders=3, spent=2 * RICH)))
    assert made == ["GetItem", "TransactWriteItems"]
    assert segments_of() == ["high_value"]
    assert memberships() == {ADA: ["high_value"]}
    assert told()[-4:] == [
        ("SegmentLeft", ADA, "at_risk"),
        ("SegmentLeft", ADA, "new"),
        ("SegmentLeft", ADA, "one_time"),
        ("SegmentEntered", ADA, "high_value"),
    ]


def test_a_membership_keeps_the_time_since_when_it_lasts(time: Time) -> None:
    hear(ordered(version=1, spent=RICH))
    time.later(days=1)
    hear(ordered(version=2, orders=2, spent=2 * RICH))
    row = find_row(ADA)
    assert row
    assert row.held
    assert [held.entered_at for held in row.held] == [NOON]


def test_a_customer_can_come_back_to_a_segment() -> None:
    hear(ordered(version=1, spent=RICH), ordered(version=2, spent=0), ordered(version=3, spent=RICH))
    assert memberships() == {ADA: ["high_value"]}
    assert told() == [
        ("SegmentEntered", ADA, "high_value"),
        ("SegmentLeft", ADA, "high_value"),
        ("SegmentEntered", ADA, "high_value"),
    ]


def test_an_order_that_moves_nobody_is_one_read_and_one_plain_write() -> None:
    hear(registered(), ordered(version=1, orders=7))
    before = find_row(ADA)
    made = calls_of(lambda: hear(ordered(version=2, orders=8)))
    assert made == ["GetItem", "PutItem"]
    after = find_row(ADA)
    assert before
    assert after
    assert (before.due_shard, before.due_on) == (after.due_shard, after.due_on)  # so no index is written


def test_the_row_of_a_customer_whom_nothing_moves_is_one_write_unit() -> None:
    hear(registered(), ordered(version=1233, orders=320, spent=12_345_678, days_ago=1))
    hear(ordered(version=1234, orders=321, spent=12_355_678))
    [row] = [item for item in items("segments") if item["kind"]["S"] == "features"]
    assert stored_size(row) <= 1024


def test_an_order_that_changes_nothing_is_one_read() -> None:
    hear(ordered(version=2))
    assert calls_of(lambda: hear(ordered(version=2))) == ["GetItem"]
    assert calls_of(lambda: hear(ordered(version=1))) == ["GetItem"]


def test_an_order_without_a_person_is_no_call_at_all() -> None:
    assert calls_of(lambda: hear(ordered(None))) == []
    assert items("segments") == []


def test_a_batch_delivered_twice_changes_nothing() -> None:
    batch = [registered(), ordered(version=1, spent=RICH), ordered(version=2, orders=6, spent=RICH)]
    hear(*batch)
    stored, heard = items("segments"), told()
    hear(*batch)
    hear(*reversed(batch))
    assert (items("segments"), told()) == (stored, heard)


def test_events_in_many_orders_end_the_same() -> None:
    ends = []
    for order in islice(permutations(range(4)), None, None, 3):
        somebody = new_customer_id()
        batch = [
            registered(somebody, version=1, status=CustomerStatus.ACTIVE),
            registered(somebody, version=2, status=CustomerStatus.BANNED, as_update=True),
            ordered(somebody, version=1, orders=1, spent=RICH, days_ago=100),
            ordered(somebody, version=2, orders=2, spent=RICH, days_ago=1),
        ]
        hear(*(batch[number] for number in order))
        row = find_row(somebody)
        assert row
        ends.append((features_in(row), segments_of(somebody)))
    assert all(end == ends[0] for end in ends)
    assert ends[0][1] == ["high_value", "new"]
    assert list(memberships().values()) == [["high_value", "new"]] * 8


def test_a_refund_heard_before_the_payment_stands() -> None:
    hear(ordered(version=3, spent=0), ordered(version=2, spent=RICH))
    assert segments_of() == []


def test_orders_in_another_currency_count_and_their_money_does_not() -> None:
    hear(ordered(version=9, spent=RICH, currency="EUR"), ordered(version=1, orders=5, spent=1000))
    assert segments_of() == ["frequent"]


def test_the_shops_currency_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURRENCY", "EUR")
    _READ.clear()
    hear(ordered(ADA, spent=RICH, currency="EUR"), ordered(BEN, spent=RICH, currency="USD"))
    assert memberships() == {ADA: ["high_value"]}


def _interleave(monkeypatch: pytest.MonkeyPatch, other: Any) -> None:
    """Let another writer in between the next read of a row and the write that follows it."""
    read = find_row
    waiting = [other]

    def read_then_lose(customer_id: str) -> FeatureRow | None:
        row = read(customer_id)
        if waiting:
            hear(waiting.pop())
        return row

    monkeypatch.setattr(feature_updates, "find_row", read_then_lose)
    monkeypatch.setattr(table, "_FIRST_PAUSE", 0.0)


def test_two_writers_of_one_fresh_row_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _interleave(monkeypatch, ordered(spent=RICH))
    hear(registered())
    assert segments_of() == ["high_value", "new"]
    assert memberships() == {ADA: ["high_value", "new"]}
    assert sorted(told()) == [("SegmentEntered", ADA, "high_value"), ("SegmentEntered", ADA, "new")]


def test_two_writers_who_both_move_a_customer_move_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registered())
    _interleave(monkeypatch, ordered(version=2, spent=RICH))
    hear(ordered(version=3, spent=RICH + 1))
    assert memberships() == {ADA: ["high_value", "new"]}
    assert told().count(("SegmentEntered", ADA, "high_value")) == 1


def test_the_newer_of_two_writers_wins_whoever_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registered())
    _interleave(monkeypatch, ordered(version=3, spent=0))
    hear(ordered(version=2, spent=RICH))
    assert segments_of() == ["new"]


def test_an_event_whose_write_crashed_is_done_when_it_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(feature_updates, "commit", crash)
        batch = sqs_batch(registered(), ordered(None))
        failures = stage.app.inbox(batch, LambdaContext())["batchItemFailures"]
        assert failures == [{"itemIdentifier": batch["Records"][0]["messageId"]}]
    hear(registered())
    assert memberships() == {ADA: ["new"]}


def test_a_customers_due_day_is_the_first_that_could_move_them() -> None:
    hear(registered())
    row = find_row(ADA)
    assert row
    assert row.due_on == (NOON + timedelta(days=31)).date().isoformat()


def test_nothing_of_the_profile_but_what_segments_need_is_stored() -> None:
    hear(registered(), ordered())
    stored = str(items("segments"))
    assert "ada" not in stored.lower().replace(ADA.lower(), "")
    assert "example.com" not in stored
