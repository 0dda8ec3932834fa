"""Checks of people and orders as customers keeps them."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from tests.simulation.customers.model import Spent, moment, spent_by
from tests.simulation.scene import Facts, Outcome, Scene
from tests.simulation.tables import Row, Tables, customer_of

# The key that the tests' ground puts into the secret.
_EMAIL_KEY: Final = b"the key of the e-mail hashes"


def email_pk(email: str) -> str:
    """The partition of an address."""
    return f"EMAIL#{hmac.new(_EMAIL_KEY, email.encode(), hashlib.sha256).hexdigest()}"


def orders_counted_once(scene: Scene, tables: Tables) -> Iterator[str]:
    """The stats are what the attached orders come to, in every service's own account of them."""
    expected = spent_by(tables.of_kind("customers", "order"))
    for row in tables.of_kind("customers", "stats"):
        key = (customer_of(row), row["sk"].removeprefix("STATS#"))
        said = Spent(row["orders"], row["spent"], row["first_order_at"], row["last_order_at"])
        if expected.pop(key, None) != said:
            yield f"stats of {key} say {said}, and the orders come to something else"
    closed = {customer_of(row): row for row in tables.of_kind("customers", "erased_stats")}
    for customer_id, currency in expected:
        if customer_id not in closed:
            yield f"orders of {customer_id} in {currency} are in no stats"


def one_account_an_email(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each account's verified address is its own, and each address leads to its account.

    An address that is not verified may have been a guest's, who has it still, has registered since, or is erased.
    """
    holders = {row["pk"]: row["customer_id"] for row in tables.of_kind("customers", "email")}
    profiles = {customer_of(row): row for row in tables.of_kind("customers", "profile") if row.get("email")}
    unowned = dict(holders)
    for who, profile in profiles.items():
        holder = holders.get(email_pk(profile["email"]), "")
        if holder == who:
            del unowned[email_pk(profile["email"])]
        elif profile["email_verified"] or "registered_at" not in profile:
            yield f"{who} does not hold its own address"
    for pk, customer_id in unowned.items():
        yield f"{pk} is held by {customer_id}, who does not have it"


def nothing_waits_in_vain(scene: Scene, tables: Tables) -> Iterator[str]:
    """What waits for an e-mail is led to, and waits no more once that e-mail is verified."""
    waiting = {row["pk"] for row in tables.of_kind("customers", "order") if row.get("waits")}
    for lead in tables.of_kind("customers", "waiting"):
        _, key, order_pk = lead["sk"].split("#", 2)
        profile = tables.own("customers", customer_of(lead), "PROFILE") or {}
        waiting.discard(order_pk)
        if profile.get("email_verified") and email_pk(profile["email"]) == f"EMAIL#{key}":
            yield f"{order_pk} waits for an e-mail that {customer_of(lead)} has verified"
    if waiting:
        yield f"nothing leads to {sorted(waiting)}, which wait"


def answers_stand(scene: Scene, tables: Tables) -> Iterator[str]:
    """A profile is what was answered about its version."""
    for row in tables.of_kind("customers", "profile"):
        view = scene.promises.views.get((customer_of(row), row["version"]))
        for name in ("email", "first_name", "last_name", "phone", "locale", "status"):
            if view is not None and view[name] != row.get(name):
                yield f"{name} of {customer_of(row)} is not what was answered about version {row['version']}"


def orders_are_as_told(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each order is kept once, with all that was said of it, and stands with whoever bought."""
    stored = {row["pk"].removeprefix("ORDER#"): row for row in tables.of_kind("customers", "order")}
    for order_id, facts in scene.promises.orders.items():
        row = stored.pop(order_id, None)
        if row is None:
            if facts.told:
                yield f"{order_id} was told and is not there"
            continue
        yield from _order_is_as_told(scene, tables, order_id, facts, row)
    totals = Counter(int(row["total"]) for row in stored.values())
    for total, outcome in scene.promises.nameless.items():
        times = totals.pop(total, 0)
        fits = {Outcome.DONE: {1}, Outcome.REFUSED: {0}, Outcome.UNKNOWN: {0, 1}}[outcome]
        if times not in fits:
            yield f"an order of {total} without an id ({outcome}) is there {times} times"
    if totals:
        yield f"orders of {sorted(totals)} are there and nobody told of them"


def _order_is_as_told(scene: Scene, tables: Tables, order_id: str, facts: Facts, row: Row) -> Iterator[str]:
    kept = (row["currency"], row["total"], "paid_at" in row, row["refunds"], *_moments(row.get))
    told = (facts.order.currency, facts.now.total, facts.is_paid, facts.refunds)
    if kept != (*told, *_moments(lambda name: (moment := getattr(facts, name)) and moment.isoformat())):
        yield f"{order_id} is kept as {kept}, told was {facts}"
    buyer, who = facts.order.buyer, row.get("customer_id")
    if who is None:
        known = buyer.id is not None or bool(buyer.email)
        erased = facts.person in scene.promises.erased.values()
        if known and not (row.get("anonymised") and erased):
            yield f"{order_id} stands with nobody"
        return
    profile = tables.own("customers", who, "PROFILE")
    if profile is None or profile["kind"] != "profile":
        yield f"{order_id} stands with {who}, who is not there"
    elif profile.get("email") and not facts.person.owns(profile["email"]):
        yield f"{order_id} of person {facts.person.number} stands with {profile['email']}"


def _moments(told: Callable[[str], str | None]) -> list[str | None]:
    names = ("delivered_at", "cancelled_at", "reinstated_at")
    return [(at := told(name)) and moment(at) for name in names]
