"""People look at what the shop keeps of them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.harness.aws.gateway import Answer
from tests.simulation.plan import Step
from tests.simulation.scene import Scene
from tests.simulation.tables import Row, Tables, customer_of


def look(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody reads their own orders and points; until their e-mail is verified, nothing of before they registered.

    Anybody can register with an e-mail that somebody else has bought with.
    """
    profile = scene.profile_of(rng.choice(scene.people), registered=True)
    if profile is None:
        return
    who = customer_of(profile)
    orders = scene.call(rng, "GET", f"/api/customers/{who}/orders?limit=100", by=who)
    part = rng.choice(("points", "points/entries", "card"))
    points = scene.call(rng, "GET", f"/api/customers/{who}/{part}", by=who)
    scene.world.violations += _wrong_orders(profile, orders)
    scene.world.violations += _wrong_points(profile, points)


def _wrong_orders(profile: Row, answer: Answer | None) -> Iterator[str]:
    if answer is None or answer.status != 200:
        return
    who, stored = customer_of(profile), _orders_of(customer_of(profile))
    shown = {order["id"] for order in answer.json["data"]}
    due = {name for name, row in stored.items() if not _is_hidden(profile, row)}
    if shown != due:
        yield f"{who} is shown the orders {sorted(shown)} and should be {sorted(due)}"


def _wrong_points(profile: Row, answer: Answer | None) -> Iterator[str]:
    """What loyalty has not heard yet it cannot hide; it hides no more than a guest's past."""
    if answer is None or answer.status != 200:
        return
    who = customer_of(profile)
    tables = Tables.of(("loyalty",))
    account = tables.own("loyalty", who, "ACCOUNT") or {}
    if account.get("profile_version") != profile["version"]:
        return
    posted = {
        entry["cause"]
        for entry in tables.of_kind("loyalty", "entry")
        if entry["account"] == who and entry["sk"] == "EARN"
    }
    past = sorted(name for name, row in _orders_of(who).items() if name in posted and _is_hidden(profile, row))
    if past:
        yield f"{who} is shown the points of {past}, bought before anybody registered with the e-mail"


def _is_hidden(profile: Row, order: Row) -> bool:
    is_proven = profile.get("email_verified") and not profile.get("past_of")
    if order.get("waits") or (order.get("by_email") and not is_proven):
        return True
    return not is_proven and str(order["placed_at"]) < str(profile["registered_at"])


def _orders_of(customer_id: str) -> dict[str, Row]:
    orders = Tables.of(("customers",)).of_kind("customers", "order")
    return {row["pk"].removeprefix("ORDER#"): row for row in orders if row.get("customer_id") == customer_id}
