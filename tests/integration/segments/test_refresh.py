"""What time alone changes is changed on its day, by looking at what is due and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from segments.features.store import find_row
from segments.membership import refresh as refreshing
from shared.ids import new_customer_id
from shared.items import table
from shared.jobs import RowsFailedError
from tests.harness.aws.context import ShortContext
from tests.harness.aws.ground import items
from tests.harness.interruptions import calls_of
from tests.harness.orders import NOON
from tests.harness.time import Time
from tests.integration.segments.stage import (
    ADA,
    BEN,
    hear,
    memberships,
    ordered,
    refresh,
    registered,
    segments_of,
    told,
)


def test_a_customer_is_new_for_thirty_days(time: Time) -> None:
    hear(registered())
    time.later(days=30)
    assert refresh() == {"evaluated": 0, "failed": 0, "finished": True}
    assert segments_of() == ["new"]
    time.later(days=1)
    assert refresh()["evaluated"] == 1
    assert memberships() == {}
    assert told() == [("SegmentEntered", ADA, "new"), ("SegmentLeft", ADA, "new")]


def test_a_good_customer_who_stays_away_is_at_risk_after_ninety_days(time: Time) -> None:
    hear(ordered(spent=100_001))
    for away in (1, 29, 30, 31, 32, 89, 90, 91, 92):
        time.now = NOON + timedelta(days=away)
        refresh()
        expected = [
            *(["at_risk"] if away > 90 else []),
            *(["high_value"] if away <= 90 else []),
            *(["one_time"] if away > 30 else []),
        ]
        assert segments_of() == expected
        assert memberships() == {ADA: expected}


def test_days_that_were_missed_are_made_up_for(time: Time) -> None:
    hear(ordered(spent=100_001))
    time.later(days=200)
    refresh()
    assert segments_of() == ["at_risk", "one_time"]
    row = find_row(ADA)
    assert row
    assert not row.due_on
    assert not row.due_shard


def test_a_second_run_finds_nothing_to_do(time: Time) -> None:
    hear(registered(), registered(BEN))
    time.later(days=40)
    refresh()
    stored, heard = items("segments"), told()
    assert calls_of(refresh) == ["Query"] * 4
    assert (items("segments"), told()) == (stored, heard)


def test_a_row_due_with_nothing_to_change_is_moved_on(time: Time) -> None:
    hear(ordered(version=1, orders=6, spent=100_001))
    time.now = NOON.replace(day=20)
    hear(ordered(version=2, orders=7, spent=100_001, days_ago=-19))
    row = find_row(ADA)
    assert row
    assert row.due_on == "2026-08-31"
    time.later(days=80)
    refresh()
    row = find_row(ADA)
    assert row
    assert row.due_on == "2026-09-19"
    assert told() == [("SegmentEntered", ADA, "frequent"), ("SegmentEntered", ADA, "high_value")]


def test_a_run_out_of_time_is_gone_on_with_by_the_next(time: Time) -> None:
    customers = sorted(new_customer_id() for _ in range(9))
    hear(*(registered(customer_id) for customer_id in customers))
    time.later(days=31)
    assert refresh(ShortContext(rows=4)) == {"evaluated": 4, "failed": 0, "finished": False}
    assert len(memberships()) == 5
    assert refresh() == {"evaluated": 5, "failed": 0, "finished": True}
    assert memberships() == {}


def test_the_longest_due_comes_first(time: Time) -> None:
    hear(registered(BEN), registered(ADA, at=NOON.replace(month=5, day=20)))
    time.later(days=60)
    refresh(ShortContext(rows=1))
    assert memberships() == {BEN: ["new"]}


def test_a_row_that_fails_stops_no_other_and_is_heard_of(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registered(), registered(BEN))
    time.later(days=31)
    read = find_row

    def fail_for_ada(customer_id: str) -> Any:
        if customer_id == ADA:
            raise ConnectionError
        return read(customer_id)

    with monkeypatch.context() as broken:
        broken.setattr(refreshing, "find_row", fail_for_ada)
        with pytest.raises(RowsFailedError):
            refresh()
    assert memberships() == {ADA: ["new"]}
    refresh()
    assert memberships() == {}


def test_an_order_in_between_is_not_lost(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registered())
    time.later(days=31)
    monkeypatch.setattr(table, "_FIRST_PAUSE", 0.0)
    read = find_row
    waiting = [ordered(orders=6)]

    def read_then_lose(customer_id: str) -> Any:
        row = read(customer_id)
        if waiting:
            hear(waiting.pop())
        return row

    monkeypatch.setattr(refreshing, "find_row", read_then_lose)
    refresh()
    assert memberships() == {ADA: ["frequent"]}
    assert told().count(("SegmentLeft", ADA, "new")) == 1


def test_two_runs_at_once_move_a_customer_once(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registered())
    time.later(days=31)
    monkeypatch.setattr(table, "_FIRST_PAUSE", 0.0)
    read = find_row
    nested = [True]

    def run_inside(customer_id: str) -> Any:
        row = read(customer_id)
        if nested:
            nested.pop()
            refresh()
        return row

    monkeypatch.setattr(refreshing, "find_row", run_inside)
    assert refresh()["evaluated"] == 0
    assert told() == [("SegmentEntered", ADA, "new"), ("SegmentLeft", ADA, "new")]
