"""Checks of messages once everything has settled: what was due was decided once, and what was decided happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.simulation.checks import MARKETING, WARNINGS
from tests.simulation.scene import Scene, customer_of
from tests.simulation.tables import Row, Tables


def messages_agree(scene: Scene, tables: Tables) -> Iterator[str]:
    """One record for each registration, adjustment and warning; what it says is what SES got."""
    mails = Counter(mail.cause for mail in scene.world.mails)
    messages: dict[str, list[Row]] = {}
    for row in tables.of_kind("notifications", "message"):
        messages.setdefault(customer_of(row), []).append(row)
    notices = _notices_due(scene.world.told)
    for profile in tables.of_kind("customers", "profile"):
        who = customer_of(profile)
        due = notices.get(who, set()) | ({"registration"} if "registered_at" in profile else set())
        decided = sorted(row["occasion"] for row in messages.get(who, []))
        if decided != sorted(due):
            yield f"{who} has messages of {decided}, and due were {sorted(due)}"
        for row in messages.get(who, []):
            yield from _message_agrees(scene, who, row, mails[who, row["occasion"]])


def _notices_due(told: list[dict[str, Any]]) -> dict[str, set[str]]:
    """By customer, what loyalty told that they are to be told in turn."""
    due: dict[str, set[str]] = {}
    for envelope in told:
        data = envelope["detail"].get("data") or {}
        match envelope["detail-type"]:
            case "PointsAdjusted" if data["notify"]:
                occasion = data["cause"]
            case "PointsExpiring":
                occasion = f"points/{data['on']}/{data['days']}"
            case "CreditExpiring":
                occasion = f"credit:{data['currency']}/{data['on']}/{data['days']}"
            case _:
                continue
        due.setdefault(data["customer_id"], set()).add(occasion)
    return due


def _message_agrees(scene: Scene, who: str, message: Row, mails: int) -> Iterator[str]:
    status, reason = message["status"], message.get("reason")
    fits = {"sent": {1}, "skipped": {0}, "interrupted": {0, 1}, "failed": {0}}
    if mails not in fits.get(status, set()):
        yield f"{who} has a {message['template']} that is {status}, and got {mails} of it"
    if status == "interrupted" and not scene.world.faults:
        yield f"a message to {who} was interrupted, and nothing went wrong"
    asked = {"no_consent": MARKETING, "too_late": WARNINGS}
    if message["template"] not in asked.get(str(reason), {message["template"]}):
        yield f"a {message['template']} to {who} was skipped for {reason}"
