"""Storefronts put carts, change them and end them. Orders name them; payments and cancellations do the rest."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

from tests.simulation.plan import Step
from tests.simulation.scene import Outcome, Scene
from tests.simulation.steps import others
from tests.simulation.tables import Row, Tables, customer_of

_PATH: Final = "/api/checkouts"
_MOST: Final = 0.8
# The kinds of entries that take what a checkout holds: in time, and late.
_SPENT: Final = frozenset({"captured", "redeemed"})


def check_out(scene: Scene, rng: Random, step: Step) -> None:
    """The cart of an order is put, changed perhaps, and ended now and then; perhaps after the order was paid."""
    planned = scene.orders[step.about]
    profile = scene.profile_of(planned.person)
    if profile is None or planned.checkout_id is None:
        return
    facts = scene.order(planned)
    for _ in range(rng.choice((1, 1, 2, 4))):
        is_first = not (facts.is_paid or facts.cancelled_at)
        if put_cart(scene, rng, planned.checkout_id, customer_of(profile)) is Outcome.DONE and is_first:
            scene.promises.carts.add(planned.id)
    if rng.random() < 0.15:
        scene.call(
            rng, "DELETE", f"{_PATH}/{planned.checkout_id}", by="storefront", meanwhile=others(scene, rng, "loyalty")
        )


def put_cart(scene: Scene, rng: Random, checkout_id: str, customer_id: str) -> Outcome:
    """The storefront puts a cart of some total that uses some points and store credit of the customer's."""
    # An amount that is not there is refused, so most carts take what there is.
    use: dict[str, Any] = {
        "points": "most" if rng.random() < _MOST else rng.choice((0, *scene.programme.sizes)),
        "credit": "most" if rng.random() < _MOST else rng.choice((0, 1, 150)),
    }
    body = {"customer_id": customer_id, "currency": "USD", "total": rng.choice((100, 2_933, 60_000)), "use": use}
    path = f"{_PATH}/{checkout_id}"
    answer = scene.call(rng, "PUT", path, by="storefront", body=body, meanwhile=others(scene, rng, "loyalty"))
    outcome = scene.outcome(answer, 200)
    if outcome is Outcome.DONE and answer is not None:
        view = answer.json
        if view["points"]["value"] + view["credit"]["used"] + view["remaining"] != view["total"]:
            scene.world.violations.append(f"{path} does not sum: {view}")
    return outcome


def payments_spend_their_checkouts(scene: Scene, tables: Tables) -> Iterator[str]:
    """A cart that was put before its order was paid is spent by it, once, if the order stands and is its customer's.

    Of two customers who became one, it may be the other's when the payment was heard.
    """
    owner = scene.books.ledgers.owner
    spent: dict[str, list[Row]] = {}
    carts: dict[str, str] = {}
    for entry in tables.of_kind("loyalty", "entry"):
        if not entry["pk"].startswith("CHECKOUT#") or _is_of_credit(entry):
            continue
        facts = entry.get("facts") or {}
        if entry["sk"].endswith("#HOLD"):
            carts[facts["checkout"]["id"]] = entry["account"]
        if entry["entry_kind"] in _SPENT:
            spent.setdefault(facts["order"], []).append(entry)
    for order_id, entries in spent.items():
        if len(entries) > 1:
            yield f"{order_id} spent its checkout {len(entries)} times"
    for row in tables.of_kind("customers", "order"):
        order_id, who = row["pk"].removeprefix("ORDER#"), row.get("customer_id")
        payer = carts.get(row.get("checkout_id", ""))
        if order_id not in scene.promises.carts or who is None or payer != who:
            continue
        told = scene.promises.orders[order_id]
        account = tables.own("loyalty", owner(who), "ACCOUNT")
        is_due = "paid_at" in row and not told.is_cancelled and account and "erased_at" not in account
        if is_due and order_id not in spent:
            yield f"{order_id} is paid, and its checkout {row['checkout_id']} is not spent"


def credit_is_spent_beside_points(_: Scene, tables: Tables) -> Iterator[str]:
    """A payment that captures the points of a checkout takes the credit that is held with them too."""
    entries = [row for row in tables.of_kind("loyalty", "entry") if row["pk"].startswith("CHECKOUT#")]
    taken = {
        (row["pk"], row["facts"]["order"]) for row in entries if _is_of_credit(row) and row["entry_kind"] in _SPENT
    }
    ended = {row["facts"]["hold"]: row for row in entries if row["entry_kind"] == "released"}
    for row in entries:
        if row["entry_kind"] != "captured" or _is_of_credit(row):
            continue
        name, version, *currency = row["facts"]["hold"].split(".")
        end = ended.get(f"{name}.{version}.credit")
        was_held = currency and not (end and end["posted_at"] < row["posted_at"])
        if was_held and (row["pk"], row["facts"]["order"]) not in taken:
            yield f"{row['facts']['order']} spent the points of its checkout, and not the credit"


def _is_of_credit(entry: Row) -> bool:
    return "#" in entry["account"]
