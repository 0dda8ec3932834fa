"""Checks of what is known of people, once everything has settled: all services are of one mind, and forget."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends

from shared.services import SERVICES
from tests.simulation.carriage import is_planted
from tests.simulation.checks import about, email_pk
from tests.simulation.model import shop
from tests.simulation.plan import CANARIES
from tests.simulation.scene import Outcome, Scene, customer_of
from tests.simulation.tables import Row, Tables, waiting_text

# A segment's rules look back 91 days at most.
_HORIZON: Final = 95
_CUSTOMER: Final = re.compile(r"cus_[0-9A-Z]{26}")
_TOLD_ONCE: Final[Mapping[str, str]] = {
    "CardIssued": "customer_id",
    "PointsEarned": "order_id",
    "MessageSent": "message_id",
    "RequestCompleted": "request_id",
}


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
    due = shop.segments_of(stats, registered_at, today)
    if (held := {part["segment_id"] for part in row.get("held") or ()}) != due:
        yield f"{who} is in {sorted(held)} and belongs to {sorted(due)}"
    ahead = (today + timedelta(days=days) for days in range(1, _HORIZON))
    flip = next((day for day in ahead if shop.segments_of(stats, registered_at, day) != due), None)
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


def contacts_agree(scene: Scene, tables: Tables) -> Iterator[str]:
    """A contact is the profile as it is, with the consents that the log says stand."""
    log: dict[str, list[Row]] = {}
    for entry in tables.of_kind("privacy", "consent"):
        log.setdefault(customer_of(entry), []).append(entry)
    for profile in tables.of_kind("customers", "profile"):
        who = customer_of(profile)
        contact = tables.own("notifications", who, "CONTACT") or {}
        if "registered_at" in profile:
            names = ("email", "first_name", "last_name", "locale", "status")
            if contact.get("profile_version") != profile["version"]:
                yield f"the contact of {who} is of {contact.get('profile_version')}, the profile {profile['version']}"
            elif wrong := [name for name in names if contact.get(name) != profile.get(name)]:
                yield f"the contact of {who} has other {wrong} than the profile"
        held = {
            one["channel"]: (shop.moment(one["decided_at"]), one["granted"]) for one in contact.get("consents") or ()
        }
        if held != shop.standing(log.get(who, [])):
            yield f"notifications holds consents {held} of {who}, the log says {shop.standing(log.get(who, []))}"


def consents_were_logged(scene: Scene, tables: Tables) -> Iterator[str]:
    """Every word that was answered as logged is in the log, once; so is every registration's."""
    logged: Counter[str] = Counter()
    causes: Counter[tuple[str, str, str]] = Counter()
    for entry in tables.of_kind("privacy", "consent"):
        if entry["how"] in {"staff", "storefront", "account"}:
            logged[customer_of(entry)] += 1
        causes[(customer_of(entry), entry["caused_by"], entry["channel"])] += 1
    for who in sorted({who for who, _ in scene.promises.consents}):
        done = scene.promises.consents.count((who, Outcome.DONE))
        unknown = scene.promises.consents.count((who, Outcome.UNKNOWN))
        if not done <= logged[who] <= done + unknown:
            yield f"{logged[who]} consents of {who} are logged, {done} were answered and {unknown} not"
    for cause, times in causes.items():
        if times > 1:
            yield f"consent {cause} is logged {times} times"


def erasures_are_complete(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each approved request is completed by all, and nothing of its person is left to do."""
    for who, request_id in scene.promises.erasures.items():
        request = tables.at("privacy", f"REQUEST#{request_id}", "REQUEST") or {}
        if request.get("status") != "completed" or set(request.get("answers") or ()) != set(SERVICES):
            yield f"{request_id} of {who} is {request.get('status')} with {sorted(request.get('answers') or ())}"
        profile = tables.own("customers", who, "PROFILE") or {}
        if profile.get("kind") != "erased_profile":
            yield f"{who} is erased and still {profile.get('kind')}"
        owner = scene.books.ledgers.owner(who)
        account = tables.own("loyalty", owner, "ACCOUNT") or {}
        left = [name for name in ("lots", "pending", "holds", "owed", "unfinished") if account.get(name)]
        if "erased_at" not in account or left:
            yield f"the points account of {who} is {account}"
        for row in tables.of_kind("loyalty", "credit"):
            if customer_of(row) == owner and "erased_at" not in row:
                yield f"the credit of {who} is {row}"
    for row in tables.of_kind("customers", "erased_stats"):
        if row["orders_left"]:
            yield f"{row['orders_left']} orders of {customer_of(row)} were never anonymised"


def canaries_sing_of_the_living(scene: Scene, tables: Tables) -> Iterator[str]:
    """Whatever is personal, anywhere, is about somebody who is there."""
    alive = {customer_of(row) for row in tables.of_kind("customers", "profile")}
    for service, rows in tables.rows.items():
        for row in rows:
            if about(row) not in alive and CANARIES.search(json.dumps(row)):
                yield f"{service} keeps something personal in {row['kind']} {row['pk']}, and nobody is there"
    for where, text in waiting_text(scene.world):
        if '"poison-' not in text and CANARIES.search(text):
            yield f"{where} hold something personal"


def buckets_name_the_living(scene: Scene, tables: Tables) -> Iterator[str]:
    """No object in any bucket is about somebody who was erased, or personal and about nobody who is there."""
    alive = {customer_of(row) for row in tables.of_kind("customers", "profile")}
    for name, text in _stored_objects():
        named = set(_CUSTOMER.findall(name + text))
        if named & set(scene.promises.erasures) or (CANARIES.search(name + text) and not named & alive):
            yield f"{name} holds somebody who is not there"


def _stored_objects() -> Iterator[tuple[str, str]]:
    """What all buckets hold: names and texts."""
    for bucket in s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.values():
        for key in bucket.keys.values():
            yield f"{bucket.name}/{key.name}", key.value.decode(errors="replace")


def planted_letters_were_swept(scene: Scene, tables: Tables) -> Iterator[str]:
    """A dead letter that lay there when its person's erasure was asked for is gone."""
    for (service, letter_id), who in scene.promises.dead_before.items():
        if who in scene.promises.erasures and letter_id in {letter.id for letter in scene.world.queues[service].dead}:
            yield f"a dead letter of {service} still names {who}, who is erased"


def nothing_is_lost(scene: Scene, tables: Tables) -> Iterator[str]:
    """Every event that an item carried is on the bus, and every fact is told under one id."""
    if missing := scene.world.promised - set(scene.world.said):
        yield f"{len(missing)} events were stored and never told: {sorted(missing)[:3]}"
    facts: dict[tuple[str, str], set[str]] = {}
    for envelope in scene.world.told:
        detail = envelope["detail"]
        # A bonus is no order's.
        if (key := _TOLD_ONCE.get(envelope["detail-type"])) and detail["data"][key]:
            fact = (envelope["detail-type"], detail["data"][key])
            facts.setdefault(fact, set()).add(detail["metadata"]["event_id"])
    for fact, event_ids in facts.items():
        if len(event_ids) > 1:
            yield f"{fact} was told {len(event_ids)} times"
    yield from _untold_entries(scene, tables)


def _untold_entries(scene: Scene, tables: Tables) -> Iterator[str]:
    """Whatever moves a balance is told of, but the end of an account, once and as it is."""
    told: dict[tuple[str, int], set[Any]] = {}
    for envelope in scene.world.told:
        data = envelope["detail"].get("data") or {}
        if "entry" in data:
            is_credit = "amount" in data
            name = f"{data['customer_id']}#{data['currency']}" if is_credit else data["customer_id"]
            amount = data["amount" if is_credit else "points"]
            told.setdefault((name, data["entry"]), set()).add((amount, data["balance"]))
    for entry in tables.of_kind("loyalty", "entry"):
        if entry["amount"] and entry["entry_kind"] not in {"voided", "merged_in", "merged_out"}:
            pending, available, held, owed = entry["after"][:4]
            said = told.get((entry["account"], entry["seq"]))
            if said != {(entry["amount"], pending + available + held - owed)}:
                yield f"entry {entry['seq']} of {entry['account']} ({entry['entry_kind']}) was told as {said}"


def only_planted_letters_are_dead(scene: Scene, tables: Tables) -> Iterator[str]:
    """What lies among the dead letters was put into the queues so that nobody can read it."""
    for service, queue in scene.world.queues.items():
        if letters := [letter for letter in queue.dead if not is_planted(letter)]:
            yield f"{len(letters)} dead letters of {service} are not ours"


def tombstones_stand(scene: Scene, tables: Tables) -> Iterator[str]:
    """The address of everyone erased is buried, unless the person came back with it since."""
    for who in scene.promises.erasures:
        pk = email_pk(scene.seen.addresses[who]) if who in scene.seen.addresses else None
        if pk is not None and pk not in scene.seen.buried | scene.seen.lifted:
            yield f"the address of {who} is not buried"
