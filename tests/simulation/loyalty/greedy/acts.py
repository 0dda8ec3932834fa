"""Two customers who work together try detours: to keep points for money that does not stay, or to have them twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from shared.events.foreign import Buyer
from tests.harness import orders as told
from tests.harness.aws.carriage import QUEUE_BATCH
from tests.simulation.aws import carriage
from tests.simulation.customers import actions, orders
from tests.simulation.loyalty import checkouts, friends, spending
from tests.simulation.plan import Person, Step
from tests.simulation.scene import Facts, Scene, lines_of
from tests.simulation.steps import others
from tests.simulation.tables import Row, Tables, customer_of

_GREEDY: Final = "greedy-"
# Around the tiers of the programmes, and one that no step divides; in cents.
_TOTALS: Final = (9_99, 33_33, 70_00, 105_00, 500_00, 600_00, 2_100_00)
# How far they wait for the last day of points.
_PATIENCE: Final = timedelta(days=65)
_PAST_MIDNIGHT: Final = timedelta(minutes=20)

Act = Callable[[Scene, Random, Step, Person], None]


def be_greedy(scene: Scene, rng: Random, step: Step) -> None:
    """One of two who work together tries a detour: buys to return, spends on the other's order, moves a birthday."""
    person = rng.choice(_pair(scene))
    rng.choices(list(_ACTS), list(_ACTS.values()))[0](scene, rng, step, person)


def _pair(scene: Scene) -> list[Person]:
    return scene.people[:2]


def _buy(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They buy, for the tier perhaps or for the shipping; some orders are told late, and some are never paid."""
    ago = timedelta(days=rng.choice((0, 0, 0, 3, 20, 30)), minutes=rng.randrange(1_440))
    facts = _order(scene, rng, f"{_GREEDY}{step.number}", person, ago)
    is_paid = rng.random() < 0.85
    if not is_paid or rng.random() < 0.7:
        orders.send(scene, rng, told.placed(facts.order))
    if is_paid:
        _tell_paid(scene, rng, facts)


def _order(
    scene: Scene,
    rng: Random,
    order_id: str,
    person: Person,
    ago: timedelta = timedelta(),
    *,
    known: float = 0.8,
    cart: str | None = None,
) -> Facts:
    """An order of theirs, of which nobody was told yet: placed so long ago, and as likely as that by their id."""
    total = rng.choice(_TOTALS)
    profile = scene.profile_of(person)
    is_known = profile is not None and rng.random() < known
    buyer = Buyer(id=customer_of(profile) if profile and is_known else None, email=None if is_known else person.email)
    order = told.order(
        order_id,
        buyer,
        placed_at=scene.world.universe.moment.replace(microsecond=0) - ago,
        total=total,
        shipping=rng.choice((0, 0, total // 2, total)),
        lines=lines_of(len(scene.promises.orders), total),
        checkout_id=cart,
    )
    facts = scene.promises.orders[order.id] = Facts(order, person, told=True)
    return facts


def _pay(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They pay what they had left unpaid, or say so again at another time."""
    if facts := _one_of(scene, rng, person):
        _tell_paid(scene, rng, facts)


def _return(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They return an order: all of it, the goods, or the shipping by name or without; or they cancel it."""
    facts = _one_of(scene, rng, person)
    if facts is None:
        return
    order, moment = facts.now, scene.world.universe.moment
    goods = max(order.total - order.shipping, 1)
    match rng.choice(("cancel", "whole", "goods", "shipping", "shipping by name")):
        case "cancel":
            facts.cancelled_at = moment
            orders.send(scene, rng, told.cancelled(order, at=moment))
        case "whole":
            orders.give_back(scene, rng, facts, f"r-{step.number}", max(order.total, 1))
        case "goods":
            orders.give_back(scene, rng, facts, f"r-{step.number}", goods)
        case how:
            amount = max(order.shipping, 1)
            parts = {"shipping": amount} if how == "shipping by name" else {}
            orders.give_back(scene, rng, facts, f"r-{step.number}", amount, **parts)


def _return_nearly_all(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They keep a trifle of each order of theirs, so that all still stand and none is worth anything."""
    for number, facts in enumerate(_orders_of(scene, person)):
        orders.give_nearly_all_back(scene, rng, facts, f"r-{step.number}-{number}")


def _reinstate(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They want what they cancelled after all."""
    cancelled = [facts for facts in _orders_of(scene, person) if facts.is_cancelled]
    if cancelled:
        facts = rng.choice(cancelled)
        facts.reinstated_at = scene.world.universe.moment
        orders.send(scene, rng, told.reinstated(facts.now, at=facts.reinstated_at))


def _edit(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They have an order edited, or its goods exchanged."""
    if facts := _one_of(scene, rng, person):
        rng.choice((orders.change, orders.exchange))(scene, rng, facts)


def _spend(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They spend points on an order of either of them, which they may return."""
    payer, facts = scene.profile_of(person), _one_of(scene, rng, *_pair(scene))
    if payer is not None and facts is not None:
        spending.spend_on(scene, rng, step, payer, facts.order.id)


def _hold_past_the_end(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They hold points on the last day of these, and give them back after midnight."""
    if profile := _wait_for_the_end(scene, rng, person):
        held = spending.hold_some(scene, rng, step, profile)
        scene.world.universe.advance(_PAST_MIDNIGHT)
        if held is not None:
            spending.release(scene, rng, held)


def _cancel_past_the_end(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They spend points on the last day of these on an order that they never pay, and cancel it after midnight."""
    if profile := _wait_for_the_end(scene, rng, person):
        facts = _order(scene, rng, f"{_GREEDY}{step.number}", person)
        orders.send(scene, rng, told.placed(facts.order))
        points = rng.choice(scene.programme.sizes)
        body, path = {"points": points, "order_id": facts.order.id}, f"{customer_of(profile)}/redemptions"
        spending.make(scene, rng, step, spending.Wish(path, "redeemed", body, points))
        scene.world.universe.advance(_PAST_MIDNIGHT)
        facts.cancelled_at = scene.world.universe.moment
        orders.send(scene, rng, told.cancelled(facts.order, at=facts.cancelled_at))


def _wait_for_the_end(scene: Scene, rng: Random, person: Person) -> Row | None:
    """Ten minutes before the midnight at which their oldest points end, if that is soon: they, as they are then."""
    profile, moment = scene.profile_of(person), scene.world.universe.moment
    account = profile and scene.books.ledgers.account_of(customer_of(profile))
    if not profile or not account or not account.lots or rng.random() < 0.5:
        return None
    night = datetime.fromisoformat(min(account.lots)).replace(hour=23, minute=50, tzinfo=UTC)
    if not timedelta() < night - moment < _PATIENCE:
        return None
    scene.world.universe.advance(night - moment)
    return profile


def _cancel_while_paying(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """Who has more points pays with a checkout and cancels; loyalty may hear of the recorded payment last."""
    person = max(_pair(scene), key=lambda each: _points_of(scene, each))
    profile = scene.profile_of(person, registered=True)
    if profile is None:
        return
    cart = f"{_GREEDY}cart-{step.number}"
    checkouts.put_cart(scene, rng, cart, customer_of(profile))
    facts = _order(scene, rng, f"{_GREEDY}{step.number}", person, known=1, cart=cart)
    _tell_paid(scene, rng, facts)
    carriage.deliver_to(scene, rng, "customers", count=QUEUE_BATCH, about=facts.order.id)
    facts.cancelled_at = scene.world.universe.moment
    orders.send(scene, rng, told.cancelled(facts.order, at=facts.cancelled_at))


def _claim_and_cancel(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They take a reward and have the claim cancelled."""
    profile = scene.profile_of(person)
    if profile is None:
        return
    path = f"{customer_of(profile)}/claims"
    wish = spending.Wish(path, "claimed", {"reward_id": scene.reward_id}, 1)
    if claim_id := spending.make(scene, rng, step, wish):
        path = f"/api/customers/{path}/{claim_id}/cancel"
        scene.call(rng, "POST", path, by="support", meanwhile=others(scene, rng, "loyalty"))


def _name_each_other(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """Each says that the other brought them."""
    pair = [_account_of(scene, each) for each in _pair(scene)]
    one, other = pair if rng.random() < 0.5 else pair[::-1]
    for who, friend in ((one, other), (other, one)):
        if who is not None and friend is not None and friend.get("card_number") and who is not friend:
            friends.name(scene, rng, step, customer_of(who), friend)


def _move_birthday(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They move their birthday to this month, and buy; mostly they do so again in the next month."""
    for time in range(rng.choice((1, 2, 2))):
        scene.world.universe.advance(timedelta(days=31 * time))
        profile = scene.profile_of(person, registered=True)
        if profile is not None:
            actions.set_birthday(scene, rng, profile, f"1911-{scene.world.universe.moment:%m}-11")
            _tell_paid(scene, rng, _order(scene, rng, f"{_GREEDY}{step.number}-{time}", person, known=1))


def _change_email(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They change to their other address, or back."""
    profile = scene.profile_of(person, registered=True)
    if profile is not None:
        actions.set_email(scene, rng, profile, rng.choice((person.email, person.other_email)))


def _register_again(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They register, also once more after an erasure, for the reward of that."""
    actions.register_as(scene, rng, step, person)


def _review(scene: Scene, rng: Random, step: Step, person: Person) -> None:
    """They review what they bought, or did not."""
    orders.review_by(scene, rng, step, person)


_ACTS: Final[dict[Act, int]] = {
    _buy: 8,
    _pay: 1,
    _return: 5,
    _return_nearly_all: 1,
    _reinstate: 2,
    _edit: 3,
    _spend: 4,
    _hold_past_the_end: 1,
    _cancel_past_the_end: 2,
    _cancel_while_paying: 2,
    _claim_and_cancel: 1,
    _name_each_other: 3,
    _move_birthday: 2,
    _change_email: 1,
    _register_again: 2,
    _review: 1,
}


def _tell_paid(scene: Scene, rng: Random, facts: Facts) -> None:
    """At any time since it was placed, and before: clocks differ."""
    facts.is_paid = True
    since = (scene.world.universe.moment - facts.order.placed_at) // timedelta(minutes=1)
    orders.send(scene, rng, told.paid(facts.order, minutes=rng.choice((-5, 0, since // 2, since))))


def _orders_of(scene: Scene, *people: Person) -> list[Facts]:
    known = scene.promises.orders.items()
    return [facts for name, facts in known if name.startswith(_GREEDY) and facts.person in people]


def _one_of(scene: Scene, rng: Random, *people: Person) -> Facts | None:
    """One of their orders, most likely one that still stands."""
    theirs = _orders_of(scene, *people)
    standing = [facts for facts in theirs if not facts.is_cancelled and not facts.refunds]
    return rng.choice(standing if standing and rng.random() < 0.8 else theirs) if theirs else None


def _points_of(scene: Scene, person: Person) -> int:
    profile = scene.profile_of(person)
    return scene.books.ledgers.available_of(customer_of(profile)) if profile else 0


def _account_of(scene: Scene, person: Person) -> Row | None:
    profile = scene.profile_of(person)
    return Tables.of(("loyalty",)).own("loyalty", customer_of(profile), "ACCOUNT") if profile else None
