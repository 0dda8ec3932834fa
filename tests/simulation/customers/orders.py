"""What the shop's order system and storefront say of orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any, Final

from shared.events.base import EventData
from shared.events.foreign import (
    Buyer,
)
from tests.harness import orders
from tests.harness.aws.gateway import Answer
from tests.simulation.plan import PRODUCTS, Person, PlannedOrder, Step
from tests.simulation.scene import Facts, Outcome, Scene, lines_of
from tests.simulation.steps import key, others
from tests.simulation.tables import customer_of

# Above every planned total.
_NAMELESS: Final = 300_000
_LITTLE: Final = 2_00


def place(scene: Scene, rng: Random, step: Step) -> None:
    """The order system tells that an order was placed, now and then twice."""
    facts = _facts(scene, step)
    facts.told = True
    send(scene, rng, orders.placed(facts.order))


def pay(scene: Scene, rng: Random, step: Step) -> None:
    """The order system tells that an order was paid, perhaps before anybody heard of the order."""
    facts = _facts(scene, step)
    facts.told = facts.is_paid = True
    send(scene, rng, orders.paid(facts.order, minutes=0))


def refund(scene: Scene, rng: Random, step: Step) -> None:
    """One of the order's refunds; perhaps one that was told before."""
    planned, facts = scene.orders[step.about], _facts(scene, step)
    if planned.refunds:
        chosen = rng.randrange(len(planned.refunds))
        give_back(scene, rng, facts, f"r-{chosen}", planned.refunds[chosen], **planned.parts_of(chosen))


def refund_whole(scene: Scene, rng: Random, step: Step) -> None:
    """All of an order is given back at once, whatever was before."""
    facts = _facts(scene, step)
    give_back(scene, rng, facts, "r-whole", max(1, facts.order.total))


def give_back(scene: Scene, rng: Random, facts: Facts, refund_id: str, amount: int, **parts: int) -> None:
    """The order system tells of a refund; `parts` are its tax and shipping, if it names them."""
    facts.told = True
    facts.refunds.setdefault(refund_id, amount)
    facts.parts.setdefault(refund_id, (parts.get("tax", 0), parts.get("shipping", 0)))
    moment = scene.world.universe.moment
    send(scene, rng, orders.refunded(facts.order, facts.refunds[refund_id], refund_id, at=moment, **parts))


def give_nearly_all_back(scene: Scene, rng: Random, facts: Facts, refund_id: str) -> None:
    """All of an order is given back but a trifle: less than counts for a referral, and worth a point or two."""
    left = facts.now.total - sum(facts.refunds.values())
    if left > _LITTLE and not facts.is_cancelled:
        give_back(scene, rng, facts, refund_id, left - _LITTLE)


def edit(scene: Scene, rng: Random, step: Step) -> None:
    """The order system tells that an order has other goods and another shipping now, before it was placed perhaps."""
    change(scene, rng, _facts(scene, step))


def change(scene: Scene, rng: Random, facts: Facts) -> None:
    """Goods and shipping of an order change, both up or down, or one by the other."""
    order = facts.now
    goods = order.total - order.tax - order.shipping
    moved = min(goods, rng.choice((goods, goods // 2, 1)))
    goods, shipping = rng.choice(
        (
            (goods - moved, order.shipping),
            (goods + moved, order.shipping),
            (goods - moved, order.shipping + moved),
            (goods - moved, order.shipping + 2 * moved),
            (goods + order.shipping, 0),
        )
    )
    total = goods + shipping + order.tax
    _edit(scene, rng, facts, {"total": total, "shipping": shipping, "lines": lines_of(rng.randrange(3), total)})


def exchange(scene: Scene, rng: Random, facts: Facts) -> None:
    """The goods of an order become others, for the same money."""
    _edit(scene, rng, facts, {"lines": lines_of(rng.randrange(3), facts.now.total)})


def _edit(scene: Scene, rng: Random, facts: Facts, update: Mapping[str, Any]) -> None:
    changed = facts.now.model_copy(update=update)
    facts.told = True
    facts.edits.append(changed)
    send(scene, rng, orders.edited(changed, at=scene.world.universe.moment))


def cancel(scene: Scene, rng: Random, step: Step) -> None:
    """The order system tells that an order is cancelled, again perhaps, or before anybody heard of the order."""
    facts, moment = _facts(scene, step), scene.world.universe.moment
    facts.told, facts.cancelled_at = True, moment
    send(scene, rng, orders.cancelled(facts.order, at=moment))


def reinstate(scene: Scene, rng: Random, step: Step) -> None:
    """The order system tells that a cancelled order stands again."""
    moment = scene.world.universe.moment
    cancelled = [facts for facts in scene.promises.orders.values() if facts.is_cancelled]
    if not cancelled:
        return
    facts = rng.choice(cancelled)
    facts.reinstated_at = moment
    send(scene, rng, orders.reinstated(facts.order, at=moment))


def tell_of_delivery(scene: Scene, rng: Random, step: Step) -> None:
    """The order system tells that an order was delivered, some time ago perhaps."""
    facts = _facts(scene, step)
    moment = scene.world.universe.moment - timedelta(days=rng.choice((0, 0, 1, 5, 10)))
    facts.told, facts.delivered_at = True, min(facts.delivered_at or moment, moment)
    send(scene, rng, orders.delivered(facts.order, at=moment))


def review(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody, known or not, reviews something."""
    review_by(scene, rng, step, rng.choice(scene.people))


def review_by(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """A person reviews something."""
    buyer = Buyer(email=person.email, last_name=f"Kanarie {step.number}")
    about = {"product_id": rng.choice(PRODUCTS), "posted_at": scene.world.universe.moment}
    send(scene, rng, orders.reviewed(f"review-{step.number}", buyer, **about))


def add_order(scene: Scene, rng: Random, step: Step) -> None:
    """The storefront records an order over HTTP, perhaps one that is told of by events too."""
    planned = scene.orders[step.about]
    facts = _facts(scene, step)
    profile = scene.profile_of(planned.person)
    if profile is None or (facts.order.buyer.id is None and facts.order.buyer.email is None):
        return
    order = facts.order
    body: dict[str, Any] = {"id": order.id, "currency": order.currency, "total": order.total}
    body |= {"placed_at": order.placed_at.isoformat(), "tax": order.tax, "shipping": order.shipping}
    body["lines"] = [line.model_dump(mode="json") for line in order.lines]
    path = f"/api/customers/{customer_of(profile)}/orders"
    answer = scene.call(
        rng, "POST", path, by="storefront", body=body, headers=key(step), meanwhile=others(scene, rng, "customers")
    )
    if scene.outcome(answer, 201) is Outcome.DONE:
        facts.told = True
    elif scene.outcome(answer, 201) is Outcome.UNKNOWN:
        facts.maybe = True


def add_nameless_order(scene: Scene, rng: Random, step: Step) -> None:
    """The storefront records an order without an id: its key alone tells a retry from another order."""
    profile = scene.profile_of(rng.choice(scene.people))
    if profile is None:
        return
    total = _NAMELESS + step.number
    body = {"currency": "USD", "total": total}
    path = f"/api/customers/{customer_of(profile)}/orders"
    if rng.random() < 0.3:
        _must_be_refused(scene, scene.call(rng, "POST", path, by="storefront", body=body))
        return
    answer = scene.call(
        rng, "POST", path, by="storefront", body=body, headers=key(step), meanwhile=others(scene, rng, "customers")
    )
    scene.promises.nameless[total] = scene.outcome(answer, 201)


def _must_be_refused(scene: Scene, answer: Answer | None) -> None:
    """Without a key either, nothing tells a retry from another order."""
    if answer is not None and answer.status < 500 and answer.status != 400:
        scene.world.violations.append(f"an order without id and key was answered {answer.status}")


def send(scene: Scene, rng: Random, event: EventData) -> None:
    """The shop's systems tell the bus, now and then twice."""
    times = rng.choice((1, 1, 1, 1, 2))
    scene.world.disorder["event told twice by its source"] += times - 1
    for _ in range(times):
        scene.world.send(
            {
                "version": "0",
                "id": f"eb-{scene.world.next_number()}",
                "detail-type": type(event).__name__,
                "source": event.told_by[0],
                "account": "123456789012",
                "time": scene.world.universe.moment.isoformat(),
                "region": "us-east-1",
                "resources": [],
                "detail": event.model_dump(mode="json"),
            }
        )


def _facts(scene: Scene, step: Step) -> Facts:
    planned: PlannedOrder = scene.orders[step.about]
    return scene.order(planned)
