"""A merged customer is forgotten, and late events do not bring them back."""

from __future__ import annotations

from typing import Any

from segments.features.store import find_row
from shared.events.customers import CustomersMerged
from shared.items.keys import customer_partition
from tests.harness.aws.ground import items
from tests.harness.heard import house_event
from tests.harness.interruptions import crash_at
from tests.harness.orders import NOON
from tests.integration.segments.stage import ADA, BEN, hear, memberships, ordered, registered, stage, told


def merged() -> dict[str, Any]:
    """Ada was a guest, and is Ben."""
    return house_event(CustomersMerged(customer_id=BEN, merged_id=ADA, merged_at=NOON))


def test_the_merged_customer_is_in_no_segment_any_more_and_the_survivor_stays() -> None:
    hear(ordered(spent=100_001), registered(BEN))
    assert ADA in memberships()
    before = items("segments")
    for write in range(1, 10):
        stage.empty(before)
        if not crash_at(write, lambda: stage.deliver(merged())):
            break
        hear(merged(), merged(), ordered(version=2, spent=200_000))
        assert (list(memberships()), "ErasureAnswered" in [name for name, _, _ in told()]) == ([BEN], False)
        row = find_row(ADA)
        assert row
        assert (row.stats, row.held, row.erased_at) == (None, None, NOON)
    assert write > 1


def test_a_merge_heard_first_keeps_the_guest_away() -> None:
    hear(merged(), ordered(spent=100_001))
    assert memberships() == {}
    assert [item["kind"]["S"] for item in items("segments") if item["pk"]["S"] == customer_partition(ADA)] == [
        "features"
    ]
