"""Events that are told again go to the bus in calls that it takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.republish import NotTakenError, _put

# What one call of PutEvents takes at most (EventBridge quotas).
MOST_ENTRIES, MOST_BYTES = 10, 256 * 1024


class Bus:
    """Takes what EventBridge takes, and refuses the entries with these numbers."""

    def __init__(self, *refused: int) -> None:
        self.refused, self.taken = refused, list[Any]()
        self.calls = list[int]()

    def put_events(self, *, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803  # AWS's spelling
        assert len(Entries) <= MOST_ENTRIES
        assert sum(len(json.dumps(entry)) for entry in Entries) <= MOST_BYTES
        self.calls.append(len(Entries))
        self.taken += Entries
        return {"FailedEntryCount": sum(number in self.refused for number in range(len(self.taken)))}


def events(number: int, size: int) -> list[Any]:
    return [{"Detail": f"{n:06}" + "x" * (size - 6), "DetailType": "E", "Source": "s"} for n in range(number)]


@pytest.mark.parametrize(
    ("number", "size", "calls"),
    [(25, 100, [10, 10, 5]), (10, 45_000, [5, 5]), (3, 230_000, [1, 1, 1]), (0, 1, [])],
)
def test_a_call_has_as_many_events_as_the_bus_takes(number: int, size: int, calls: list[int]) -> None:
    bus: Any = Bus()
    wanted = events(number, size)
    assert _put(bus, iter(wanted)) == number
    assert (bus.calls, bus.taken) == (calls, wanted)


def test_what_the_bus_refuses_is_said() -> None:
    bus: Any = Bus(12)
    with pytest.raises(NotTakenError, match="took 10 events, and refused some of the next 5"):
        _put(bus, iter(events(15, 100)))
