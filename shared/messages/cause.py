"""Who or what caused a write, and the chain of calls and events that led to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """The cause of a write.

    `actor` is `staff:<user>`, `customer:<id>`, `machine:<client>`, `service:<name>` or `schedule:<function>`.
    `correlation_id` is the same along a whole chain of calls and events; `causation_id` is the id of the
    event that led here, and None at the start of the chain.
    """

    actor: str
    correlation_id: str
    causation_id: str | None = None
