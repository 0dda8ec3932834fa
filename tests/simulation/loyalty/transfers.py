"""Customers send each other points, by a code that they are mailed; staff give some back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Final

from loyalty.settings import LoyaltySettings
from loyalty.transfers.rules import code_of
from shared.runtime.aws import secret
from tests.simulation.customers import actions
from tests.simulation.loyalty.model.posting import Move
from tests.simulation.loyalty.model.transfers import TRANSFER
from tests.simulation.plan import Step
from tests.simulation.scene import Outcome, Scene
from tests.simulation.steps import others
from tests.simulation.tables import Row, Tables, customer_of

_POINTS: Final = (5, 10, 33, 100, 250, 400, 401)
_PROVES: Final = 0.8
_SENSIBLE: Final = 0.85
_STATES: Final = frozenset({"completed", "reversed"})


def send(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody sends points to somebody, perhaps to themselves; who cannot yet proves their e-mail for that."""
    profiles = [profile for person in scene.people if (profile := scene.profile_of(person))]
    if not profiles:
        return
    able = [profile for profile in profiles if _is_able(profile)]
    senders = [profile for profile in able if scene.books.ledgers.available_of(customer_of(profile))]
    sender = rng.choice(senders or profiles)
    recipients = [profile for profile in able if profile is not sender]
    recipient = rng.choice(recipients if recipients and rng.random() < _SENSIBLE else profiles)
    if not senders and rng.random() < _PROVES:
        actions.verify(scene, rng, customer_of(sender), sender["email"])
        return
    for time in range(rng.choice((1, 1, 2, 3))):
        _send(scene, rng, f"step-{step.number}-{time}", sender, recipient)


def _send(scene: Scene, rng: Random, name: str, sender: Row, recipient: Row) -> None:
    """The request of a transfer under this key; mostly its confirmation soon, with a wrong code now and then."""
    who = customer_of(sender)
    points = rng.choice((*_POINTS, min(max(scene.books.ledgers.available_of(who), 10), 400)))
    answer = scene.call(
        rng,
        "POST",
        f"/api/customers/{who}/transfers",
        by=rng.choice(("support", who)),
        body={"points": points, "customer_id": customer_of(recipient)},
        headers={"Idempotency-Key": name},
        meanwhile=others(scene, rng, "loyalty"),
    )
    if answer is None or scene.outcome(answer, 201) is not Outcome.DONE:
        return
    if rng.random() < 0.9:
        scene.world.universe.advance(timedelta(minutes=rng.choice((0, 1, 1, 5, 14, 16))))
        _confirm(scene, rng, who, answer.json["id"], points)


def end(scene: Scene, rng: Random, step: Step) -> None:
    """A transfer is confirmed, perhaps again or too late; or staff give back what is left of it, perhaps again."""
    sides = sorted(Tables.of(("loyalty",)).of_kind("loyalty", "transfer"), key=lambda row: (row["pk"], row["sk"]))
    if not sides:
        return
    side = rng.choice(sides)
    who, transfer_id = customer_of(side), side["sk"].removeprefix(TRANSFER)
    if side["direction"] == "sent" and rng.random() < 0.4:
        _confirm(scene, rng, who, transfer_id, side["points"])
        return
    path = f"/api/customers/{who}/transfers/{transfer_id}/reverse"
    body = {"reason": f"Step {step.number}"}
    scene.call(rng, "POST", path, by="support", body=body, meanwhile=others(scene, rng, "loyalty"))


def _is_able(profile: Row) -> bool:
    """Whether loyalty knows by now that a customer has proved their e-mail, is active, and is not frozen."""
    row = Tables.of(("loyalty",)).own("loyalty", customer_of(profile), "ACCOUNT") or {}
    return bool(row.get("email_verified")) and "status" not in row and not row.get("freezes", 0) % 2


def _confirm(scene: Scene, rng: Random, who: str, transfer_id: str, points: int) -> None:
    right = code_of(secret(LoyaltySettings.read().transfer_secret_id), transfer_id)
    is_right = rng.random() < 0.85
    code = right if is_right else f"{(int(right) + 1) % 10**8:08}"
    path = f"/api/customers/{who}/transfers/{transfer_id}/confirm"
    answer = scene.call(
        rng, "POST", path, by=rng.choice(("support", who)), body={"code": code}, meanwhile=others(scene, rng, "loyalty")
    )
    outcome = scene.outcome(answer, 200)
    if outcome is Outcome.DONE and not is_right:
        scene.world.violations.append(f"{transfer_id} is confirmed by a wrong code")
    if is_right and scene.promises.transfers.get(transfer_id, (0, None))[1] is not Outcome.DONE:
        scene.promises.transfers[transfer_id] = points, outcome


def points_arrive(scene: Scene, tables: Tables) -> Iterator[str]:
    """What leaves one account for another is there, at every moment."""
    ledgers = scene.books.ledgers
    for transfer_id in (*ledgers.moving, *ledgers.returning):
        yield f"the points of {transfer_id} have left, and have not arrived"


def transfers_are_as_answered(scene: Scene, tables: Tables) -> Iterator[str]:
    """What was answered as sent has moved, by as much; and both sides of a transfer say what the ledgers do."""
    moves = scene.books.ledgers.moves
    for transfer_id, (points, outcome) in scene.promises.transfers.items():
        moved = moves.get(transfer_id)
        if outcome is Outcome.DONE and (moved is None or sum(moved.taken.lots.values()) != points):
            yield f"{transfer_id} was answered to send {points}, and the ledgers have {moved}"
    for row in tables.of_kind("loyalty", "transfer"):
        transfer_id = row["sk"].removeprefix(TRANSFER)
        move = moves.get(transfer_id)
        if (row["state"] in _STATES) is not (move is not None):
            yield f"{transfer_id} is {row['state']} to {customer_of(row)}, and the ledgers have {move}"
        elif move and (row["state"] == "reversed", row["points"] - row.get("returned", 0)) != _as_ended(move):
            yield f"{transfer_id} is {_shown(row)} to {customer_of(row)}, and the ledgers have {move}"


def _as_ended(move: Move) -> tuple[bool, int]:
    """Whether a transfer was reversed, and the points that stay."""
    return move.back is not None, move.stays


def _shown(row: Row) -> str:
    return f"{row['state']} with {row['points']} points, {row.get('returned', 0)} back"
