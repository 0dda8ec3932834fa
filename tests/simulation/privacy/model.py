"""Which consents stand, by the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.simulation.customers.model import moment


def standing(entries: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, bool]]:
    """By channel, when what stands was decided and whether it grants; at one moment a refusal outweighs."""
    found: dict[str, tuple[str, bool]] = {}
    for entry in entries:
        decided = (moment(entry["decided_at"]), not entry["granted"])
        found[entry["channel"]] = max(found.get(entry["channel"], ("", False)), decided)
    return {channel: (at, not refuses) for channel, (at, refuses) in found.items()}
