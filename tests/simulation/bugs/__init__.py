"""Planted bugs, by name in `BUGS`."""

from __future__ import annotations

from tests.simulation.bugs import (
    erasure,
    exactly_once,
    friends,
    messages,
    ordering,
    points,
    spending,
    strangers,
)  # registers them
from tests.simulation.bugs.planting import BUGS, Bug

__all__ = [
    "BUGS",
    "Bug",
    "erasure",
    "exactly_once",
    "friends",
    "messages",
    "ordering",
    "points",
    "spending",
    "strangers",
]
