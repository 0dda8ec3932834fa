"""Checks of mails, messages and contacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from tests.simulation.aws.between import SentMail
from tests.simulation.customers.model import moment
from tests.simulation.privacy.model import standing
from tests.simulation.scene import Scene
from tests.simulation.tables import Row, Tables, customer_of

# By template: what needs consent, and what is of no use after its day.
MARKETING: Final = frozenset({"welcome"})
WARNINGS: Final = frozenset({"points_expiring", "credit_expiring"})
# What is of use for a time of its own.
NEWS: Final = frozenset({"tier_reached", "credit_issued", "points_transferred", "transfer_code"})
# What only a verified address may read.
SECRET: Final = frozenset({"transfer_code"})
_TOLD_FOR: Final = timedelta(days=180)


def watch_mails(scene: Scene) -> None:
    """Look at each mail as it is handed over: to whom it may go, and that it is the only one of its cause."""

    def look(mail: SentMail) -> None:
        contact = Tables.of(("notifications",)).own("notifications", mail.customer_id, "CONTACT") or {}
        consents = {part["channel"]: part["granted"] for part in contact.get("consents") or ()}
        wrong = []
        if "erased_at" in contact:
            wrong.append("an erased person")
        if mail.template in MARKETING and not consents.get("email"):
            wrong.append("somebody who did not agree")
        if mail.template in MARKETING | SECRET and not contact.get("email_verified"):
            wrong.append("an address that nobody verified")
        if (mail.template in MARKETING) != (mail.link is not None):
            wrong.append("somebody without the way out that is right for it")
        if contact.get("status") != "active":
            wrong.append("somebody who is not active")
        if contact.get("email") != mail.recipient:
            wrong.append("an old address")
        if any(sent.cause == mail.cause for sent in scene.world.mails):
            wrong.append("somebody who has had it")
        wrong += _wrong_times(scene, mail)
        scene.world.violations += [f"a mail goes to {who}: {mail.customer_id}" for who in wrong]

    scene.world.on_mail = look


def _wrong_times(scene: Scene, mail: SentMail) -> Iterator[str]:
    """Whom the mail reaches too late or too soon."""
    if _is_over(scene, mail):
        yield "somebody after its day"
    if any(_is_told_again(mail, sent) for sent in scene.world.mails):
        yield "somebody who was told of this tier in the last half year"


def _is_over(scene: Scene, mail: SentMail) -> bool:
    """Whether the day that a warning is about is over in the shop's time zone."""
    if mail.template not in WARNINGS:
        return False
    last_day = mail.occasion.split("/")[1]
    return scene.programme.terms.day_of(scene.world.universe.moment.isoformat()) > last_day


def _is_told_again(mail: SentMail, sent: SentMail) -> bool:
    """Whether both mails tell one customer of one tier, within the time in which one mail does."""
    if mail.template != "tier_reached" or (sent.customer_id, sent.template) != (mail.customer_id, mail.template):
        return False
    (tier, day), (sent_tier, sent_day) = (each.occasion.split("/") for each in (mail, sent))
    return tier == sent_tier and date.fromisoformat(day) - date.fromisoformat(sent_day) < _TOLD_FOR


def messages_agree(scene: Scene, tables: Tables) -> Iterator[str]:
    """One record for each registration, notice and warning; what it says is what SES got."""
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
            if row["status"] == "waiting" and profile.get("email_verified"):
                yield f"a {row['template']} to {who} waits, and the address is verified"


def _notices_due(told: list[dict[str, Any]]) -> dict[str, set[str]]:
    """By customer, what loyalty told that they are to be told in turn."""
    due: dict[str, set[str]] = {}
    for envelope in told:
        data = envelope["detail"].get("data") or {}
        match envelope["detail-type"]:
            case "PointsAdjusted" if data["notify"]:
                occasion = data["cause"]
            case "TierChanged" if data["notify"]:
                occasion = f"tier:{data['new']}/{envelope['detail']['metadata']['occurred_at'][:10]}"
            case "CreditIssued" if data["notify"]:
                occasion = data["cause"]
            case "PointsTransferred":
                occasion = f"{data['cause']}/{data['move']}"
            case "TransferRequested" if data["code"]:
                occasion = data["transfer_id"]
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
    fits = {"sent": {1}, "skipped": {0}, "interrupted": {0, 1}, "failed": {0}, "waiting": {0}}
    if mails not in fits.get(status, set()):
        yield f"{who} has a {message['template']} that is {status}, and got {mails} of it"
    if status == "interrupted" and not scene.world.faults:
        yield f"a message to {who} was interrupted, and nothing went wrong"
    asked = {"no_consent": MARKETING, "not_verified": MARKETING | SECRET, "too_late": WARNINGS | NEWS}
    if message["template"] not in asked.get(str(reason), {message["template"]}):
        yield f"a {message['template']} to {who} was skipped for {reason}"


def contacts_agree(scene: Scene, tables: Tables) -> Iterator[str]:
    """A contact is the profile as it is, with the consents that the log says stand."""
    log: dict[str, list[Row]] = {}
    for entry in tables.of_kind("privacy", "consent"):
        log.setdefault(customer_of(entry), []).append(entry)
    for profile in tables.of_kind("customers", "profile"):
        who = customer_of(profile)
        contact = tables.own("notifications", who, "CONTACT") or {}
        # Of an address that is somebody else's nothing is kept, and nobody is mailed there.
        known = {**profile, "email": None} if profile.get("email_claimed") else profile
        if "registered_at" in profile:
            names = ("email", "email_verified", "first_name", "last_name", "locale", "status")
            if contact.get("profile_version") != profile["version"]:
                yield f"the contact of {who} is of {contact.get('profile_version')}, the profile {profile['version']}"
            if wrong := [name for name in names if contact.get(name) != known.get(name)]:
                yield f"the contact of {who} has other {wrong} than the profile"
        held = {one["channel"]: (moment(one["decided_at"]), one["granted"]) for one in contact.get("consents") or ()}
        if held != standing(log.get(who, [])):
            yield f"notifications holds consents {held} of {who}, the log says {standing(log.get(who, []))}"
