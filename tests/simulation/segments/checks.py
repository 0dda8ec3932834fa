"""Checks of segments, their members and the moves that were told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from tests.simulation.scene import Scene
from tests.simulation.segments.model import segments_of
from tests.simulation.tables import Row, Tables, customer_of

# A segment's rules look back 91 days at most.
_HORIZON: Final = 95


def memberships_are_the_rows(scene: Scene, tables: Tables) -> Iterator[str]:
    """Who is in a segment is who the rows say, except for tombstones that are being cleared."""
    members = {(row["pk"].split("#")[1], row["sk"]) for row in tables.of_kind("segments", "membership")}
    held = {
        (part["segment_id"], customer_of(row))
        for row in tables.of_kind("segments", "features")
        for part in row.get("held") or ()
    }
    clearing = {customer_of(row) for row in tables.of_kind("segments", "features") if row.get("clearing")}
    for segment_id, customer_id in sorted(members ^ held):
        if customer_id not in clearing:
            yield f"{customer_id} in {segment_id}: row and membership disagree"


def segments_agree(scene: Scene, tables: Tables) -> Iterator[str]:
    """Features are what customers says, and membership is what the rules give today."""
    today = scene.world.universe.moment.date()
    for profile in tables.of_kind("customers", "profile"):
        who = customer_of(profile)
        stats = {
            row["sk"].removeprefix("STATS#"): row
            for row in tables.of_kind("customers", "stats")
            if customer_of(row) == who
        }
        row = tables.own("segments", who, "FEATURES")
        if row is None:
            if stats or "registered_at" in profile:
                yield f"segments knows nothing of {who}"
            continue
        yield from _features_agree(who, row, profile, stats)
        yield from _members_agree(who, row, today)


def _features_agree(who: str, row: Row, profile: Row, stats: Mapping[str, Row]) -> Iterator[str]:
    names = ("version", "orders", "spent", "first_order_at", "last_order_at")
    said = {part["currency"]: [part[name] for name in names] for part in row.get("stats") or ()}
    if said != {currency: [kept[name] for name in names] for currency, kept in stats.items()}:
        yield f"segments has stats {said} of {who}, customers has {dict(stats)}"
    if "registered_at" in profile:
        theirs = (profile["version"], profile["registered_at"], profile["status"])
        if (row.get("profile_version"), row.get("registered_at"), row.get("status")) != theirs:
            yield f"segments has the profile of {who} as {row}, customers as {theirs}"


def _members_agree(who: str, row: Row, today: date) -> Iterator[str]:
    stats, registered_at = row.get("stats") or (), row.get("registered_at")
    due = segments_of(stats, registered_at, today)
    if (held := {part["segment_id"] for part in row.get("held") or ()}) != due:
        yield f"{who} is in {sorted(held)} and belongs to {sorted(due)}"
    ahead = (today + timedelta(days=days) for days in range(1, _HORIZON))
    flip = next((day for day in ahead if segments_of(stats, registered_at, day) != due), None)
    if flip and (row.get("due_on") is None or row["due_on"] > flip.isoformat()):
        yield f"{who} moves on {flip} and is looked at on {row.get('due_on')}"


def moves_add_up(scene: Scene, tables: Tables) -> Iterator[str]:
    """Who heard every SegmentEntered and SegmentLeft knows who is where."""
    moves: dict[str, dict[tuple[int, str], str]] = {}
    for envelope in scene.world.told:
        if envelope["detail-type"] in {"SegmentEntered", "SegmentLeft"}:
            detail = envelope["detail"]
            key = (detail["metadata"]["version"], detail["data"]["segment_id"])
            moves.setdefault(detail["data"]["customer_id"], {})[key] = envelope["detail-type"]
    for row in tables.of_kind("segments", "features"):
        heard: set[str] = set()
        for (_, segment_id), name in sorted(moves.get(customer_of(row), {}).items()):
            (heard.add if name == "SegmentEntered" else heard.discard)(segment_id)
        held = {part["segment_id"] for part in row.get("held") or ()}
        if "erased_at" not in row and heard != held:
            yield f"{customer_of(row)} is in {sorted(held)}, and was told to be in {sorted(heard)}"
