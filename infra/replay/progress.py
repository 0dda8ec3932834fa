"""The progress of the replay: the orders that each service has settled, read from its table."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from infra.replay.tables import Tables

# Each look reads whole tables. Looks take at most a quarter of the time, so that they do not slow the services.
_SHARE: Final = 3
_SHORTEST_PAUSE: Final = 1.0
# After so many seconds without progress something is stuck, and waiting longer would not help.
_PATIENCE: Final = 120.0

SEGMENTS_MONEY: Final = "segments, in minor units"


class StuckError(Exception):
    """A service did not settle. The message names the service and its progress."""


@dataclass(frozen=True)
class Goal:
    """The numbers that each service must reach: of orders, or of people."""

    orders: int
    # The orders' sum in minor units: segments know an order's money only once it is paid.
    money: int
    # Orders that cost more than 0: a free order leaves no entry in the ledger.
    earning_orders: int
    registered: int

    @property
    def of(self) -> dict[str, int]:
        """The goal of each service."""
        return {
            "customers": self.orders,
            "loyalty": self.earning_orders,
            "segments": self.orders,
            SEGMENTS_MONEY: self.money,
            "notifications": self.registered,
            "privacy": self.registered,
        }


def settled(tables: Tables) -> dict[str, int]:
    """The numbers that each service has reached so far."""
    stats = [part for row in tables.items("segments", "features") for part in row.get("stats") or []]
    return {
        "customers": tables.count("customers", "kind = :kind AND attribute_exists(paid_at)", kind="order"),
        "loyalty": tables.count("loyalty", "kind = :kind AND sk = :earn", kind="entry", earn="EARN"),
        "segments": sum(int(part["orders"]) for part in stats),
        SEGMENTS_MONEY: sum(int(part["spent"]) for part in stats),
        # Only welcome mails count: other mails, such as warnings of expiring points, depend on the day of the run.
        "notifications": tables.count(
            "notifications",
            "kind = :kind AND template = :template AND #status <> :sending",
            kind="message",
            template="welcome",
            sending="sending",
        ),
        "privacy": tables.count("privacy", "kind = :kind", kind="consent"),
    }


def await_members(tables: Tables, registered: int, sign_up: int) -> None:
    """Wait until loyalty knows everyone who registered. Raises StuckError after two minutes without progress."""
    goal = {"cards": registered, "bonuses": registered if sign_up else 0}
    last, moved = {"cards": -1}, time.monotonic()
    while (
        now := {
            "cards": tables.count("loyalty", "kind = :kind", kind="card"),
            "bonuses": tables.count("loyalty", "kind = :kind AND sk = :sk", kind="entry", sk="SIGN_UP"),
        }
    ) != goal:
        if now != last:
            last, moved = now, time.monotonic()
        if time.monotonic() - moved > _PATIENCE:
            raise StuckError(f"loyalty: {now} of {goal}")
        time.sleep(_SHORTEST_PAUSE)


def await_settled(tables: Tables, goal: Goal, show: Callable[[dict[str, int]], None]) -> None:
    """Wait until every service has settled everything. Raises StuckError after two minutes without progress."""
    last: dict[str, int] = {}
    moved = time.monotonic()
    while True:
        began = time.monotonic()
        now = settled(tables)
        show(now)
        if now == goal.of:
            return
        if now != last:
            last, moved = now, began
        if time.monotonic() - moved > _PATIENCE:
            raise StuckError(", ".join(f"{service} {now[service]} of {wanted}" for service, wanted in goal.of.items()))
        time.sleep(max(_SHORTEST_PAUSE, _SHARE * (time.monotonic() - began)))
