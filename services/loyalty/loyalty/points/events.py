"""The events of points and tiers, built from the items that carry them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from loyalty.ledger.items import Entry
from loyalty.points.items import PointsAccount
from loyalty.points.rules import TierMove
from shared.events.loyalty import (
    PointsAdjusted,
    PointsEarned,
    PointsExpired,
    PointsExpiring,
    PointsMove,
    PointsRedeemed,
    PointsReinstated,
    PointsRestored,
    PointsReversed,
    PointsRipened,
    PointsTransferred,
    TierChanged,
)
from shared.items.table import Told


def points_adjusted(entry: Entry, _: Told) -> PointsAdjusted:
    return PointsAdjusted(**_posted(entry), reason=entry.reason or "", notify=not entry.fact("quiet"))


def points_earned(entry: Entry, _: Told) -> PointsEarned:
    # Usable from that day on: they wait until the end of the one before.
    activates_on = min((where.on for where in entry.pending or {}), default=None)
    waits_until = activates_on - timedelta(days=1) if activates_on else None
    return PointsEarned(**_posted(entry), order_id=_order_of(entry), pending_until=waits_until)


def points_expired(entry: Entry, _: Told) -> PointsExpired:
    return PointsExpired(**_posted(entry))


def points_expiring(account: PointsAccount, told: Told) -> PointsExpiring:
    on, points, days = (told.about or "").split("/")
    return PointsExpiring(
        customer_id=account.customer_id, on=date.fromisoformat(on), points=int(points), days=int(days)
    )


def points_redeemed(entry: Entry, _: Told) -> PointsRedeemed:
    facts = {name: entry.fact(name) for name in ("reward", "value", "currency")}
    return PointsRedeemed(**_posted(entry), order_id=entry.fact("order"), **facts)


def points_reinstated(entry: Entry, _: Told) -> PointsReinstated:
    return PointsReinstated(**_posted(entry), order_id=_order_of(entry))


def points_restored(entry: Entry, _: Told) -> PointsRestored:
    return PointsRestored(**_posted(entry), order_id=entry.fact("order"), reward=entry.fact("reward"))


def points_reversed(entry: Entry, _: Told) -> PointsReversed:
    return PointsReversed(**_posted(entry), order_id=_order_of(entry))


def points_ripened(entry: Entry, _: Told) -> PointsRipened:
    return PointsRipened(**_posted(entry))


def points_transferred(entry: Entry, _: Told) -> PointsTransferred:
    return PointsTransferred(**_posted(entry), move=PointsMove(entry.entry_kind))


def tier_changed(entry: Entry, told: Told) -> TierChanged:
    # Nothing is known of the move that an entry of an earlier release tells again.
    return TierChanged(
        customer_id=entry.customer_id,
        old=entry.tier_before,
        new=entry.tier,
        rises=told.about != TierMove.FALLS if told.about else None,
        notify=told.about == TierMove.ANNOUNCED,
        name=entry.fact("tier_name"),
    )


def _posted(entry: Entry) -> dict[str, Any]:
    return {
        "customer_id": entry.customer_id,
        "entry": entry.seq,
        "points": entry.amount,
        "balance": entry.after.balance,
        "available": entry.after.available,
        "cause": entry.cause,
    }


def _order_of(entry: Entry) -> str | None:
    """The order whose points they are; a bonus is no order's."""
    return entry.cause if entry.pk.startswith("ORDER#") else None
