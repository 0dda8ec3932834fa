"""Checks that hold at every moment, whatever is under way."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Final

from shared.events.catalogue import EVENTS
from tests.simulation import ledger_checks, thanks_checks
from tests.simulation.between import SentMail
from tests.simulation.model import shop
from tests.simulation.plan import CANARIES
from tests.simulation.scene import Scene, customer_of
from tests.simulation.tables import Row, Tables

Check = Callable[[Scene, Tables], Iterator[str]]

# The key that the tests' ground puts into the secret.
_EMAIL_KEY: Final = b"the key of the e-mail hashes"
# By template: what needs consent, and what is of no use after its day.
MARKETING: Final = frozenset({"welcome"})
WARNINGS: Final = frozenset({"points_expiring", "credit_expiring"})
# What may stay of an erased person, by service, wherever the id stands in a row.
_MAY_STAY: Final = {
    ("customers", "erased_profile"),
    ("customers", "erased_stats"),
    ("loyalty", "account"),
    ("loyalty", "entry"),
    ("loyalty", "credit"),
    ("loyalty", "spent"),
    ("segments", "features"),
    ("notifications", "contact"),
    ("privacy", "consent"),
    ("privacy", "consents"),
    ("privacy", "request"),
}


def email_pk(email: str) -> str:
    """The partition of an address."""
    return f"EMAIL#{hmac.new(_EMAIL_KEY, email.encode(), hashlib.sha256).hexdigest()}"


def orders_counted_once(scene: Scene, tables: Tables) -> Iterator[str]:
    """The stats are what the attached orders come to, in every service's own account of them."""
    expected = shop.spent_by(tables.of_kind("customers", "order"))
    for row in tables.of_kind("customers", "stats"):
        key = (customer_of(row), row["sk"].removeprefix("STATS#"))
        said = shop.Spent(row["orders"], row["spent"], row["first_order_at"], row["last_order_at"])
        if expected.pop(key, None) != said:
            yield f"stats of {key} say {said}, and the orders come to something else"
    closed = {customer_of(row): row for row in tables.of_kind("customers", "erased_stats")}
    for customer_id, currency in expected:
        if customer_id not in closed:
            yield f"orders of {customer_id} in {currency} are in no stats"


def one_account_an_email(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each account's address is its own, and each address leads to its account."""
    holders = {row["pk"]: row["customer_id"] for row in tables.of_kind("customers", "email")}
    for profile in tables.of_kind("customers", "profile"):
        if profile.get("email") and holders.pop(email_pk(profile["email"]), None) != customer_of(profile):
            yield f"{customer_of(profile)} does not hold its own address"
    for pk, customer_id in holders.items():
        yield f"{pk} is held by {customer_id}, who does not have it"


def answers_stand(scene: Scene, tables: Tables) -> Iterator[str]:
    """A profile is what was answered about its version."""
    for row in tables.of_kind("customers", "profile"):
        view = scene.promises.views.get((customer_of(row), row["version"]))
        for name in ("email", "first_name", "last_name", "phone", "locale", "status"):
            if view is not None and view[name] != row.get(name):
                yield f"{name} of {customer_of(row)} is not what was answered about version {row['version']}"


def cards_are_single(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each card in use is its account's, each account's card is there, and one that was replaced leads to another."""
    cards = {row["number"]: row for row in tables.of_kind("loyalty", "card")}
    in_use = {number: row["customer_id"] for number, row in cards.items() if not row.get("replaced_by")}
    for row in tables.of_kind("loyalty", "account"):
        if row.get("card_number") and in_use.pop(row["card_number"], None) != customer_of(row):
            yield f"card of {customer_of(row)} is not there"
    for number, customer_id in in_use.items():
        yield f"card {number} of {customer_id} is nobody's"
    for number, row in cards.items():
        if row.get("replaced_by") and row["replaced_by"] not in cards:
            yield f"card {number} of {row['customer_id']} was replaced by one that is not there"


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


def consents_follow_the_log(scene: Scene, tables: Tables) -> Iterator[str]:
    """What stands is the latest word of each channel, and the log is as long as it says."""
    log: dict[str, list[Row]] = {}
    for entry in tables.of_kind("privacy", "consent"):
        log.setdefault(customer_of(entry), []).append(entry)
    for state in tables.of_kind("privacy", "consents"):
        entries = log.pop(customer_of(state), [])
        if state["entries"] != len(entries):
            yield f"log of {customer_of(state)} has {len(entries)} entries and says {state['entries']}"
        stands = {
            one["channel"]: (shop.moment(one["decided_at"]), one["granted"]) for one in state.get("standing") or ()
        }
        if "erased_at" not in state and stands != shop.standing(entries):
            yield f"consents of {customer_of(state)}: {stands} stands, the log says {shop.standing(entries)}"
    for customer_id in log:
        yield f"log of {customer_id} has entries and no state"


def the_erased_are_gone(scene: Scene, tables: Tables) -> Iterator[str]:
    """Once a request is completed, tombstones and accounting records are all that is left."""
    done = {row["customer_id"] for row in tables.of_kind("privacy", "request") if row["status"] == "completed"}
    if not done:
        return
    ledgers = scene.books.ledgers
    for service, rows in tables.rows.items():
        for row in rows:
            who = about(row)
            # To loyalty, who was merged is whom they turned out to be.
            if who not in done and not (service == "loyalty" and who and ledgers.owner(who) in done):
                continue
            if (service, row["kind"]) not in _MAY_STAY:
                yield f"{service} keeps {row['kind']} of {who}, who is erased"
            if CANARIES.search(json.dumps(row)):
                yield f"{service} keeps something personal in {row['kind']} of {who}, who is erased"


def nobody_comes_back_unasked(scene: Scene, tables: Tables) -> Iterator[str]:
    """The tombstone of an address goes only by the person's own act."""
    seen = scene.seen
    for row in tables.of_kind("customers", "profile"):
        if row.get("email"):
            seen.addresses[customer_of(row)] = row["email"]
    buried = {row["pk"] for row in tables.of_kind("customers", "erased_email")}
    gone = seen.buried - buried
    asked = {email_pk(email) for email in scene.promises.own_acts}
    for pk in sorted(gone - asked):
        yield f"the tombstone {pk} is gone, and nobody registered"
    # An erasure may have come and been lifted within one step.
    seen.lifted |= asked & {row["pk"] for row in tables.of_kind("customers", "email")}
    seen.buried = buried


def events_say_no_more_than_they_may(scene: Scene, tables: Tables) -> Iterator[str]:
    """Personal data travels only in the events that exist to carry it."""
    for envelope in scene.world.told[scene.seen.events :]:
        if not EVENTS[envelope["detail-type"]].personal and CANARIES.search(json.dumps(envelope["detail"])):
            yield f"{envelope['detail-type']} carries personal data"
    scene.seen.events = len(scene.world.told)


def logs_name_nobody(scene: Scene, tables: Tables) -> Iterator[str]:
    """No line of any log holds a name, an address or a number of anybody's."""
    text = scene.world.logs.getvalue()
    scene.world.logs.seek(0)
    scene.world.logs.truncate()
    if found := CANARIES.search(text):
        start = text.rfind("\n", 0, found.start()) + 1
        yield f"a log line names somebody: {text[start:][:300]}"


ALWAYS: Final[tuple[Check, ...]] = (
    orders_counted_once,
    one_account_an_email,
    answers_stand,
    ledger_checks.ledgers_are_right,
    thanks_checks.thanks_are_counted,
    cards_are_single,
    memberships_are_the_rows,
    consents_follow_the_log,
    the_erased_are_gone,
    nobody_comes_back_unasked,
    events_say_no_more_than_they_may,
    logs_name_nobody,
)


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
        if (mail.template in MARKETING) != (mail.link is not None):
            wrong.append("somebody without the way out that is right for it")
        if contact.get("status") != "active":
            wrong.append("somebody who is not active")
        if contact.get("email") != mail.recipient:
            wrong.append("an old address")
        if any(sent.cause == mail.cause for sent in scene.world.mails):
            wrong.append("somebody who has had it")
        if _is_over(scene, mail):
            wrong.append("somebody after its day")
        scene.world.violations += [f"a mail goes to {who}: {mail.customer_id}" for who in wrong]

    scene.world.on_mail = look


def _is_over(scene: Scene, mail: SentMail) -> bool:
    """Whether the day that a warning is about is over in the shop's time zone."""
    if mail.template not in WARNINGS:
        return False
    last_day = mail.occasion.split("/")[1]
    return scene.programme.terms.day_of(scene.world.universe.moment.isoformat()) > last_day


def about(row: Row) -> str | None:
    """Whom a row is about."""
    if row["pk"].startswith("CUSTOMER#"):
        return customer_of(row)
    if row["kind"] == "membership":
        return str(row["sk"])
    who: str | None = row.get("customer_id") or str(row.get("account", "")).partition("#")[0]
    return who or None
