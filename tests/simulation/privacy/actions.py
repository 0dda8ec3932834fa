"""Consents are given and withdrawn, and erasures asked for."""

from __future__ import annotations

from random import Random
from typing import Final

from tests.simulation.aws import carriage
from tests.simulation.plan import Step
from tests.simulation.scene import Outcome, Scene
from tests.simulation.steps import key, others
from tests.simulation.tables import Tables, customer_of

_OF_SOMEBODY: Final = 0.7


def consent(scene: Scene, rng: Random, step: Step) -> None:
    """Staff, the storefront or the customer say yes or no to marketing by a channel; now and then, of nobody."""
    profile = scene.profile_of(rng.choice(scene.people)) if rng.random() < _OF_SOMEBODY else None
    customer_id = customer_of(profile) if profile else _nobody(scene, rng)
    body = {"channel": rng.choice(("email", "email", "sms")), "granted": rng.random() < 0.5}
    path = f"/api/customers/{customer_id}/consents"
    by = rng.choice(("support", "storefront", customer_id))
    answer = scene.call(rng, "POST", path, by=by, body=body, headers=key(step), meanwhile=others(scene, rng, "privacy"))
    if profile:
        scene.promises.consents.append((customer_id, scene.outcome(answer, 201)))


def erase(scene: Scene, rng: Random, step: Step) -> None:
    """Compliance enters an erasure and approves it, most of the time."""
    profile = scene.profile_of(rng.choice(scene.people))
    if profile is None:
        return
    customer_id = customer_of(profile)
    request_id = _enter_request(scene, rng, customer_id, step)
    if request_id is None:
        return
    if rng.random() < 0.15:
        scene.call(rng, "POST", f"/api/privacy/requests/{request_id}/cancel", by="compliance")
        return
    scene.promises.erased[customer_id] = next(one for one in scene.people if one.owns(profile["email"]))
    _note_letters(scene, customer_id, request_id)
    path = f"/api/privacy/requests/{request_id}/approve"
    answer = scene.call(rng, "POST", path, by="compliance", meanwhile=others(scene, rng, "privacy"))
    if scene.outcome(answer, 200) is Outcome.DONE:
        scene.promises.erasures[customer_id] = request_id


def _nobody(scene: Scene, rng: Random) -> str:
    """An id that nobody has: a new one, or one that was made up before."""
    known = sorted(scene.promises.nobodies)
    made_up = "cus_0" + "".join(rng.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=25))
    chosen = rng.choice(known) if known and rng.random() < 0.5 else made_up
    scene.promises.nobodies.add(chosen)
    return chosen


def _note_letters(scene: Scene, customer_id: str, request_id: str) -> None:
    """Keep which planted dead letters name the person: the erasure that begins now has to find them."""
    request = Tables.of(("privacy",)).at("privacy", f"REQUEST#{request_id}", "REQUEST")
    if request is None or request["status"] != "received":
        return  # it began before, and a sweep may be over
    for service, queue in scene.world.queues.items():
        for letter in queue.dead:
            if carriage.is_planted(letter) and customer_id in letter.body:
                scene.promises.dead_before[(service, letter.id)] = customer_id


def _enter_request(scene: Scene, rng: Random, customer_id: str, step: Step) -> str | None:
    body = {"kind": "erase", "customer_id": customer_id}
    answer = scene.call(
        rng,
        "POST",
        "/api/privacy/requests",
        by="compliance",
        body=body,
        headers=key(step),
        meanwhile=others(scene, rng, "privacy"),
    )
    if answer is None:
        return None
    if answer.status == 409:
        already: str | None = answer.json.get("open_request_id")
        return already
    return str(answer.json["id"]) if answer.status == 201 else None
