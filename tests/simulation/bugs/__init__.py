"""Planted bugs, by name in `BUGS`: those of one service are in its folder, and those of several here."""

from __future__ import annotations

# Importing them registers them.
from tests.simulation.bugs import erasure, exactly_once, ordering, strangers
from tests.simulation.bugs.planting import BUGS, Bug
from tests.simulation.loyalty.bugs import arrival, checkouts, friends, greed, points, spending, stops, transfers
from tests.simulation.notifications import bugs as messages

__all__ = [
    "BUGS",
    "Bug",
    "arrival",
    "checkouts",
    "erasure",
    "exactly_once",
    "friends",
    "greed",
    "messages",
    "ordering",
    "points",
    "spending",
    "stops",
    "strangers",
    "transfers",
]
