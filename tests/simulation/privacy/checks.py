"""Checks of consents and erasures: what is known of whom, and where it has to be gone."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from moto.core import DEFAULT_ACCOUNT_ID  # type: ignore[attr-defined]
from moto.s3.models import s3_backends

from shared.services import SERVICES
from tests.simulation.customers.checks import email_pk
from tests.simulation.customers.model import moment
from tests.simulation.plan import CANARIES
from tests.simulation.privacy.model import standing
from tests.simulation.scene import Outcome, Scene
from tests.simulation.tables import Row, Tables, about, customer_of, waiting_text

# What may stay of an erased person, by service, wherever the id stands in a row.
_MAY_STAY: Final = {
    ("customers", "erased_profile"),
    ("customers", "merged_profile"),
    ("customers", "erased_stats"),
    ("loyalty", "account"),
    ("loyalty", "anchors"),
    ("loyalty", "entry"),
    ("loyalty", "credit"),
    ("loyalty", "spent"),
    ("segments", "features"),
    ("notifications", "contact"),
    ("privacy", "consent"),
    ("privacy", "consents"),
    ("privacy", "merged_customer"),
    ("privacy", "request"),
}
_CUSTOMER: Final = re.compile(r"cus_[0-9A-Z]{26}")


def consents_follow_the_log(scene: Scene, tables: Tables) -> Iterator[str]:
    """What stands is the latest word of each channel, and the log is as long as it says."""
    log: dict[str, list[Row]] = {}
    for entry in tables.of_kind("privacy", "consent"):
        log.setdefault(customer_of(entry), []).append(entry)
    for state in tables.of_kind("privacy", "consents"):
        entries = log.pop(customer_of(state), [])
        if state["entries"] != len(entries) and customer_of(state) not in scene.promises.nobodies:
            yield f"log of {customer_of(state)} has {len(entries)} entries and says {state['entries']}"
        stands = {one["channel"]: (moment(one["decided_at"]), one["granted"]) for one in state.get("standing") or ()}
        if "erased_at" not in state and stands != standing(entries):
            yield f"consents of {customer_of(state)}: {stands} stands, the log says {standing(entries)}"
    # The log of nobody is dropped, and its state goes first.
    for customer_id in log.keys() - scene.promises.nobodies:
        yield f"log of {customer_id} has entries and no state"


def nobody_has_consents(scene: Scene, tables: Tables) -> Iterator[str]:
    """Of an id that nobody has, neither log nor decision is left; at most a mark, which goes by itself."""
    for kind in ("consent", "consents"):
        for row in tables.of_kind("privacy", kind):
            if customer_of(row) in scene.promises.nobodies:
                yield f"privacy keeps {kind} of {customer_of(row)}, whom nobody is"
    for row in tables.of_kind("notifications", "contact"):
        if customer_of(row) in scene.promises.nobodies and (row.get("consents") or not row.get("expires_at")):
            yield f"notifications keeps consents of {customer_of(row)}, whom nobody is"


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
            seen.addresses.setdefault(customer_of(row), set()).add(row["email"])
    buried = {row["pk"] for row in tables.of_kind("customers", "erased_email")}
    gone = seen.buried - buried
    asked = {email_pk(email) for email in scene.promises.own_acts}
    for pk in sorted(gone - asked):
        yield f"the tombstone {pk} is gone, and nobody registered"
    # An erasure may have come and been lifted within one step.
    seen.lifted |= asked & {row["pk"] for row in tables.of_kind("customers", "email")}
    seen.buried = buried


def consents_were_logged(scene: Scene, tables: Tables) -> Iterator[str]:
    """Every word that was answered as logged is in the log, once; so is every registration's."""
    logged: Counter[str] = Counter()
    causes: Counter[tuple[str, str, str]] = Counter()
    for entry in tables.of_kind("privacy", "consent"):
        if entry["how"] in {"staff", "storefront", "account"}:
            logged[customer_of(entry)] += 1
        causes[(customer_of(entry), entry["caused_by"], entry["channel"])] += 1
    # What a guest said ended when they turned out to be somebody else.
    for who in sorted({who for who, _ in scene.promises.consents} - tables.merged.keys()):
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
        profile = tables.own("customers", tables.survivor(who), "PROFILE") or {}
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
            who = about(row)
            # What loyalty keeps of somebody stays with them when they turn out to be somebody else.
            is_there = who in alive or (service == "loyalty" and who and tables.survivor(who) in alive)
            if not is_there and CANARIES.search(json.dumps(row)):
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


def tombstones_stand(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each address of everyone erased is buried, unless the person came back with it or another account has it."""
    known = scene.seen.buried | scene.seen.lifted | {row["pk"] for row in tables.of_kind("customers", "email")}
    for who in scene.promises.erasures:
        if any(email_pk(each) not in known for each in scene.seen.addresses.get(who, ())):
            yield f"an address of {who} is not buried"
