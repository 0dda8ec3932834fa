"""Checks of orders and points once everything has settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from tests.simulation import model
from tests.simulation.scene import Facts, Outcome, Scene, customer_of
from tests.simulation.tables import Row, Tables

# A segment's rules look back 91 days at most.
_HORIZON: Final = 95
_TOLD_ONCE: Final[Mapping[str, str]] = {
    "CardIssued": "customer_id",
    "PointsEarned": "order_id",
    "MessageSent": "message_id",
    "RequestCompleted": "request_id",
}


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
    kept = (row["currency"], row["total"], "paid_at" in row, row["refunds"])
    if kept != (facts.order.currency, facts.order.total, facts.is_paid, facts.refunds):
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


def points_follow_the_orders(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each paid order has earned, on its customer's account, and what was given back is taken back."""
    entries: dict[str, list[Row]] = {}
    for entry in tables.of_kind("loyalty", "entry"):
        entries.setdefault(entry["cause"], []).append(entry)
    for order in tables.of_kind("customers", "order"):
        order_id, who = order["pk"].removeprefix("ORDER#"), order.get("customer_id")
        theirs = entries.get(order_id, [])
        if who is None:
            continue
        if not tables.own("loyalty", who, "ACCOUNT"):
            yield f"{who} has orders and no points account"
        if "paid_at" not in order or not order["total"]:
            if theirs:
                yield f"{order_id} has entries before it is paid, or for nothing"
            continue
        earned = [entry for entry in theirs if entry["entry_kind"] == "earned"]
        if [entry["customer_id"] for entry in earned] != [who]:
            yield f"{order_id} of {who} earned {[(entry['customer_id'], entry['points']) for entry in earned]}"
            continue
        back = model.refunded(order["total"], order["refunds"])
        due = model.to_take_back(earned[0]["points"], order["total"], back)
        gone = sum(entry.get("taken_back", 0) for entry in theirs)
        if gone != due:
            yield f"{order_id}: of {earned[0]['points']} points {gone} are taken back, and should be {due}"


def adjustments_happened_once(scene: Scene, tables: Tables) -> Iterator[str]:
    """What was answered as done is in the ledger once, what was refused is not, and nothing is twice."""
    posted: Counter[str] = Counter()
    for entry in tables.of_kind("loyalty", "entry"):
        posted[str(entry.get("reason"))] += 1
    for reason, asked in scene.promises.adjustments.items():
        erased = asked.customer_id in scene.promises.erased
        fewest = 1 if asked.outcome is Outcome.DONE and not erased else 0
        if not fewest <= posted[reason] <= (0 if asked.outcome is Outcome.REFUSED else 1):
            yield f"adjustment ({asked.outcome}) of {asked.customer_id} is in the ledger {posted[reason]} times"


def nothing_has_outlived_its_day(scene: Scene, tables: Tables) -> Iterator[str]:
    """After the schedule ran no lot is over."""
    today = scene.world.universe.moment.date().isoformat()
    for row in tables.of_kind("loyalty", "account"):
        if row["lots"] and min(row["lots"]) < today:
            yield f"points of {row['customer_id']} ended on {min(row['lots'])} and are still there"


def accounts_know_the_profile(scene: Scene, tables: Tables) -> Iterator[str]:
    """Loyalty knows since when somebody is registered and whether the e-mail is verified: by that it hides a past."""
    for profile in tables.of_kind("customers", "profile"):
        if "registered_at" not in profile:
            continue
        account = tables.own("loyalty", customer_of(profile), "ACCOUNT") or {}
        names = ("registered_at", "email_verified")
        if account.get("profile_version") != profile["version"]:
            yield f"loyalty knows {customer_of(profile)} as of {account.get('profile_version')}"
        elif wrong := [name for name in names if account.get(name) != profile.get(name)]:
            yield f"loyalty has other {wrong} of {customer_of(profile)} than customers"


def everyone_registered_has_a_card(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each registration leads to a card."""
    for profile in tables.of_kind("customers", "profile"):
        if "registered_at" in profile:
            account = tables.own("loyalty", customer_of(profile), "ACCOUNT") or {}
            if not account.get("card_number"):
                yield f"{customer_of(profile)} is registered and has no card"
