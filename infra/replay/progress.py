"""The progress of the replay: the orders that each service has settled, read from its table.

Only the replay's own orders and people count. So somebody may try calls by hand meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from infra.replay.sample import ID_PREFIX
from infra.replay.tables import Tables
from shared.items.keys import customer_in, customer_partition

# Each look reads whole tables. Looks take at most a quarter of the time, so that they do not slow the services.
_SHARE: Final = 3
_SHORTEST_PAUSE: Final = 1.0
# After so many seconds without progress something is stuck, and waiting longer would not help. On a busy machine a
# function may time out, and its messages come again after three minutes.
_PATIENCE: Final = 300.0

# The keys of the replay's orders begin with this, in customers and in loyalty.
_ORDERS: Final = f"ORDER#{ID_PREFIX}"

SEGMENTS_MONEY: Final = "segments, in minor units"


class StuckError(Exception):
    """A service did not settle. The message names the service and its progress."""


@dataclass(frozen=True)
class Goal:
    """What each service must have settled. `registered` holds the ids of the people who registered."""

    orders: int
    # The orders' sum in minor units: segments know an order's money only once it is paid.
    money: int
    # Orders that cost more than 0: a free order leaves no entry in the ledger.
    earning_orders: int
    registered: frozenset[str]

    @property
    def of(self) -> dict[str, int]:
        """The goal of each service."""
        return {
            "customers": self.orders,
            "loyalty": self.earning_orders,
            "segments": self.orders,
            SEGMENTS_MONEY: self.money,
            "notifications": len(self.registered),
            "privacy": len(self.registered),
        }


def settled(tables: Tables, registered: frozenset[str]) -> dict[str, int]:
    """The numbers that each service has reached so far."""
    paid = "kind = :kind AND attribute_exists(paid_at) AND begins_with(pk, :ours)"
    buyers = tables.values("customers", "customer_id", paid, kind="order", ours=_ORDERS)
    rows = {customer_partition(buyer) for buyer in buyers}
    stats = [
        part for row in tables.items("segments", "features") if row["pk"] in rows for part in row.get("stats") or []
    ]
    earned = "kind = :kind AND sk = :earn AND begins_with(pk, :ours)"
    welcomes = "kind = :kind AND template = :template AND #status <> :sending"
    # Only welcome mails count: other mails, such as warnings of expiring points, depend on the day of the run.
    welcomed = tables.values("notifications", "pk", welcomes, kind="message", template="welcome", sending="sending")
    consents = tables.values("privacy", "customer_id", "kind = :kind", kind="consent")
    return {
        "customers": len(buyers),
        "loyalty": tables.count("loyalty", earned, kind="entry", earn="EARN", ours=_ORDERS),
        "segments": sum(int(part["orders"]) for part in stats),
        SEGMENTS_MONEY: sum(int(part["spent"]) for part in stats),
        "notifications": sum(customer_in(pk) in registered for pk in welcomed),
        "privacy": sum(customer_id in registered for customer_id in consents),
    }


def await_members(tables: Tables, registered: frozenset[str], sign_up: int) -> None:
    """Wait until loyalty knows everyone who registered. Raises StuckError after five minutes without progress."""
    goal = {"cards": len(registered), "bonuses": len(registered) if sign_up else 0}
    last, moved = {"cards": -1}, time.monotonic()
    while (now := _members(tables, registered)) != goal:
        if now != last:
            last, moved = now, time.monotonic()
        if time.monotonic() - moved > _PATIENCE:
            raise StuckError(f"loyalty: {now} of {goal}")
        time.sleep(_SHORTEST_PAUSE)


def _members(tables: Tables, registered: frozenset[str]) -> dict[str, int]:
    cards = tables.values("loyalty", "customer_id", "kind = :kind", kind="card")
    bonuses = tables.values("loyalty", "account", "kind = :kind AND sk = :sk", kind="entry", sk="SIGN_UP")
    return {
        "cards": len(registered.intersection(cards)),
        "bonuses": len(registered.intersection(bonuses)),
    }


def await_settled(tables: Tables, goal: Goal, show: Callable[[dict[str, int]], None]) -> None:
    """Wait until every service has settled everything. Raises StuckError after five minutes without progress."""
    last: dict[str, int] = {}
    moved = time.monotonic()
    while True:
        began = time.monotonic()
        now = settled(tables, goal.registered)
        show(now)
        if now == goal.of:
            return
        if now != last:
            last, moved = now, began
        if time.monotonic() - moved > _PATIENCE:
            raise StuckError(", ".join(f"{service} {now[service]} of {wanted}" for service, wanted in goal.of.items()))
        time.sleep(max(_SHORTEST_PAUSE, _SHARE * (time.monotonic() - began)))
