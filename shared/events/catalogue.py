"""The whole catalogue: every event that Regulars tells or hears, by name."""

from __future__ import annotations

from shared.events import customers, foreign, loyalty, notifications, privacy, segments  # noqa: F401  # each joins EVENTS
from shared.events.base import EVENTS

__all__ = ["EVENTS"]
