"""Customers spend points and store credit: set aside, taken, given back, spent at once, or given for a reward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

from tests.harness.aws.gateway import Answer
from tests.simulation.plan import Step
from tests.simulation.scene import Ending, Made, Outcome, Scene
from tests.simulation.steps import key, others
from tests.simulation.tables import Row, Tables, customer_of


def hold(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody sets points aside for a checkout, perhaps of an order that is known already."""
    profile = _somebody(scene, rng)
    if profile is not None:
        body: dict[str, Any] = {"points": rng.choice(scene.programme.sizes)} | _perhaps_for_an_order(scene, rng)
        path = f"{customer_of(profile)}/holds"
        _check_out(scene, rng, path, make(scene, rng, step, Wish(path, "held", body, body["points"])), body)


def spend_on(scene: Scene, rng: Random, step: Step, payer: Row, order_id: str) -> None:
    """Somebody spends points on an order, of whomever it is: at once, or by a hold that is captured or not."""
    body: dict[str, Any] = {"points": rng.choice(scene.programme.sizes), "order_id": order_id}
    if rng.random() < 0.5:
        make(scene, rng, step, Wish(f"{customer_of(payer)}/redemptions", "redeemed", body, body["points"]))
    else:
        path = f"{customer_of(payer)}/holds"
        _check_out(scene, rng, path, make(scene, rng, step, Wish(path, "held", body, body["points"])), body)


def hold_some(scene: Scene, rng: Random, step: Step, profile: Row) -> OpenHold | None:
    """Somebody sets points aside, for no order; the hold, if it was answered."""
    body, path = {"points": rng.choice(scene.programme.sizes)}, f"{customer_of(profile)}/holds"
    hold_id = make(scene, rng, step, Wish(path, "held", body, body["points"]))
    return OpenHold(path, hold_id, body["points"], is_for_order=False) if hold_id else None


def hold_credit(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody, who has store credit most likely, sets some of it aside for a checkout."""
    owners = [row for row in Tables.of(("loyalty",)).of_kind("loyalty", "credit") if row["lots"]]
    profile = rng.choice(sorted(owners, key=lambda row: str(row["pk"]))) if owners else _somebody(scene, rng)
    if profile is not None:
        amount = rng.choice((1, 150, 700, 2_000))
        body = {"amount": amount, "currency": "USD"} | _perhaps_for_an_order(scene, rng)
        path = f"{customer_of(profile)}/credit/holds"
        _check_out(scene, rng, path, make(scene, rng, step, Wish(path, "held", body, amount)), body)


def redeem(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody spends points at once."""
    profile = _somebody(scene, rng)
    if profile is not None:
        body: dict[str, Any] = {"points": rng.choice(scene.programme.sizes)} | _perhaps_for_an_order(scene, rng)
        make(scene, rng, step, Wish(f"{customer_of(profile)}/redemptions", "redeemed", body, body["points"]))


def claim(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody takes a reward for points; there are few of it, and a customer can have two."""
    profile = _somebody(scene, rng)
    if profile is not None:
        body = {"reward_id": scene.reward_id} | _perhaps_for_an_order(scene, rng)
        make(scene, rng, step, Wish(f"{customer_of(profile)}/claims", "claimed", body, 1))


def end_claim(scene: Scene, rng: Random, step: Step) -> None:
    """Staff fulfil a claim or cancel it, now and then one that is settled."""
    claims = Tables.of(("loyalty",)).of_kind("loyalty", "claim")
    if claims:
        chosen = rng.choice(sorted(claims, key=lambda row: str(row["sk"])))
        path = f"{customer_of(chosen)}/claims/{chosen['sk'].removeprefix('CLAIM#')}"
        how = rng.choice(("cancel", "cancel", "fulfil"))
        scene.call(rng, "POST", f"/api/customers/{path}/{how}", by="support", meanwhile=others(scene, rng, "loyalty"))


def end_hold(scene: Scene, rng: Random, step: Step) -> None:
    """A hold is taken, whole or in part, or given back; a checkout that fails says so up to three times."""
    holds = sorted(_open_holds(Tables.of(("loyalty",))))
    if holds:
        _end_somehow(scene, rng, rng.choice(holds))


class OpenHold(NamedTuple):
    """A hold that nobody has ended: the path and the id of it, how much it is, and whether it is for an order."""

    path: str
    id: str
    amount: int
    is_for_order: bool

    @property
    def is_credit(self) -> bool:
        return "credit" in self.path


def _check_out(scene: Scene, rng: Random, path: str, hold_id: str | None, asked: Mapping[str, Any]) -> None:
    """Most checkouts end within minutes; what others hold lies there until somebody ends it, or its time is over."""
    if hold_id and rng.random() < 0.6:
        scene.world.universe.advance(timedelta(minutes=rng.randint(0, 10)))
        amount = asked.get("points") or asked["amount"]
        _end_somehow(scene, rng, OpenHold(path, hold_id, amount, "order_id" in asked))


def _end_somehow(scene: Scene, rng: Random, hold: OpenHold) -> None:
    body: dict[str, Any] = {} if hold.is_for_order else _perhaps_for_an_order(scene, rng)
    part = _part(scene, rng, hold)
    match rng.choice(("capture", "capture", "capture part", "release")):
        case "capture":
            _capture(scene, rng, hold, body, hold.amount)
        case "capture part":
            _capture(scene, rng, hold, body | {"amount" if hold.is_credit else "points": part}, part)
        case _:
            for _ in range(rng.choice((1, 1, 3))):
                release(scene, rng, hold)
    if rng.random() < 0.2:
        release(scene, rng, hold)


def _part(scene: Scene, rng: Random, hold: OpenHold) -> int:
    """Part of a hold that can be had by itself: by a ladder, one of its steps."""
    if hold.is_credit:
        return rng.randint(1, hold.amount)
    sizes = [size for size in scene.programme.sizes if size <= hold.amount]
    return rng.choice(sizes) if sizes else hold.amount


def _capture(scene: Scene, rng: Random, hold: OpenHold, body: Mapping[str, Any], amount: int) -> None:
    path = f"/api/customers/{hold.path}/{hold.id}/capture"
    _note_end(
        scene,
        hold,
        scene.call(rng, "POST", path, by="storefront", body=body, meanwhile=others(scene, rng, "loyalty")),
        amount,
    )


def release(scene: Scene, rng: Random, hold: OpenHold) -> None:
    """A hold is given back."""
    path = f"/api/customers/{hold.path}/{hold.id}/release"
    _note_end(scene, hold, scene.call(rng, "POST", path, by="storefront", meanwhile=others(scene, rng, "loyalty")), 0)


def _note_end(scene: Scene, hold: OpenHold, answer: Answer | None, captured: int) -> None:
    if answer is not None and answer.status == 200:
        scene.promises.endings.setdefault(hold.id, []).append(Ending(captured))


@dataclass(frozen=True)
class Wish:
    """Something to be made: by a POST to `path`, under a customer; `what` it is called once it is made."""

    path: str
    what: str
    body: Mapping[str, Any]
    amount: int


def make(scene: Scene, rng: Random, step: Step, wish: Wish) -> str | None:
    """Ask for something; its id, when it was answered."""
    answer = scene.call(
        rng,
        "POST",
        f"/api/customers/{wish.path}",
        by="storefront",
        body=wish.body,
        headers=key(step),
        meanwhile=others(scene, rng, "loyalty"),
    )
    made = scene.promises.made.setdefault(wish.what, Made())
    outcome = scene.outcome(answer, 201)
    made.unknown += outcome is Outcome.UNKNOWN
    if outcome is not Outcome.DONE or answer is None:
        return None
    made.done[answer.json["id"]] = wish.amount
    return str(answer.json["id"])


def _somebody(scene: Scene, rng: Random) -> Row | None:
    return scene.profile_of(rng.choice(scene.people))


def _perhaps_for_an_order(scene: Scene, rng: Random) -> dict[str, str]:
    """Half the time an order that was told of, so that what paid for it may have to come back."""
    known = sorted(scene.promises.orders)
    return {"order_id": rng.choice(known)} if known and rng.random() < 0.6 else {}


def _open_holds(tables: Tables) -> Iterator[OpenHold]:
    for kind, part in (("account", "holds"), ("credit", "credit/holds")):
        for row in tables.of_kind("loyalty", kind):
            for hold_id, (_, lots, *about) in (row.get("holds") or {}).items():
                if not hold_id.startswith("hld_"):
                    continue  # of a checkout
                is_for_order = bool(about and about[0])
                yield OpenHold(f"{customer_of(row)}/{part}", hold_id, sum(lots.values()), is_for_order)
