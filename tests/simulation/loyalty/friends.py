"""Customers say who brought them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.simulation.customers import orders
from tests.simulation.plan import Step
from tests.simulation.scene import Outcome, Scene
from tests.simulation.steps import key, others
from tests.simulation.tables import Row, Tables, customer_of

# How often it is one of those who have not bought yet, if there are any: of others nobody can be named.
_NEW = 0.85
# How often they keep a trifle of each order, and give the rest back.
_TRIFLE = 0.4
# How often it is the card of somebody who named them, if there is one: two would bring each other.
_BACK = 0.5


def name_a_friend(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody who has not bought yet, most likely, names the card of who brought them, of anybody's or their own."""
    tables = Tables.of(("loyalty",))
    accounts = sorted(filter(_is_open, tables.of_kind("loyalty", "account")), key=lambda row: str(row["pk"]))
    cards = [row for row in accounts if row.get("card_number")]
    if not cards:
        return
    bought = {entry["account"] for entry in tables.of_kind("loyalty", "entry") if entry["sk"] == "EARN"}
    new = [row for row in accounts if customer_of(row) not in bought]
    who = customer_of(rng.choice(new if new and rng.random() < _NEW else accounts))
    named_them = [row for row in cards if who in scene.promises.named.get(customer_of(row), {})]
    name(scene, rng, step, who, rng.choice(named_them if named_them and rng.random() < _BACK else cards))


def return_everything(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody who was brought gives back all that stands of their orders, or most of it: to keep the reward, maybe."""
    ledgers = scene.books.ledgers
    brought = sorted(who for who in ledgers.friends.referral_rewards if ledgers.standing_orders(who))
    if not brought:
        return
    keeps_a_trifle = rng.random() < _TRIFLE
    numbers = {order.id: order.number for order in scene.orders}
    for number, order_id in enumerate(ledgers.standing_orders(rng.choice(brought))):
        facts = scene.promises.orders.get(order_id)  # none of an order that the service gave its id
        if keeps_a_trifle and facts:
            orders.give_nearly_all_back(scene, rng, facts, f"r-{step.number}-{number}")
        elif not keeps_a_trifle and order_id in numbers and rng.random() < 0.95:
            undo = rng.choice((orders.cancel, orders.cancel, orders.refund_whole))
            undo(scene, rng, replace(step, about=numbers[order_id]))


def name(scene: Scene, rng: Random, step: Step, who: str, friend: Row) -> None:
    """A customer, or staff for them, names the card of a friend."""
    answer = scene.call(
        rng,
        "POST",
        f"/api/customers/{who}/referral",
        by=rng.choice(("storefront", "support", who)),
        body={"card_number": friend["card_number"]},
        headers=key(step) if rng.random() < 0.5 else None,
        meanwhile=others(scene, rng, "loyalty", who),
    )
    outcome = scene.outcome(answer, 201)
    if outcome is Outcome.REFUSED:
        return
    # Who turned out to be another meanwhile is answered as that one.
    is_done = outcome is Outcome.DONE and answer is not None
    named = scene.promises.named.setdefault(answer.json["customer_id"] if is_done and answer else who, {})
    named[customer_of(friend)] = named.get(customer_of(friend), False) or is_done


def _is_open(account: Row) -> bool:
    return not {"erased_at", "merged_into"} & account.keys()
