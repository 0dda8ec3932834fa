"""What people, staff and the shop's systems do, one step at a time."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any, Final

from tests.simulation.aws.faults import Trouble
from tests.simulation.loyalty.programmes import REWARD
from tests.simulation.plan import Step
from tests.simulation.scene import Adjustment, Outcome, Scene
from tests.simulation.steps import key, others
from tests.simulation.tables import Row, customer_of

_ACCEPTED: Final = 202
_AMOUNTS: Final = (1, 500, 2_000, 2_000)


def adjust(scene: Scene, rng: Random, step: Step) -> None:
    """Staff add or take points, with words that name the person; now and then the customer is not to hear of it."""
    profile = scene.profile_of(rng.choice(scene.people))
    if profile is None:
        return
    points = rng.choice((-5_000, -300, -1, 1, 50, 100, 4_000))
    reason = f"For {profile['email']}, at step {step.number}"
    path = f"/api/customers/{customer_of(profile)}/points"
    body = {"points": points, "reason": reason, "notify": step.number % 4 > 0}
    answer = scene.call(
        rng, "POST", path, by="support", body=body, headers=key(step), meanwhile=others(scene, rng, "loyalty")
    )
    asked = scene.promises.adjustments[reason] = Adjustment(customer_of(profile), points, scene.outcome(answer, 201))
    _let_wait(scene, asked, answer, "points", reason)


def open_shop(scene: Scene, rng: Random) -> None:
    """Staff set the programme and the catalogue before anybody comes; nothing goes wrong yet."""
    if scene.programme.document:
        _set_up(scene, rng, "PUT /api/loyalty/programme", {"programme": scene.programme.document})
        # No order of the time before can be told any more: it would earn under the preset.
        scene.world.universe.advance(timedelta(days=32))
    scene.reward_id = _set_up(scene, rng, "POST /api/loyalty/rewards", REWARD)["id"]


def decide(scene: Scene, rng: Random, step: Step) -> None:
    """A second person approves points or credit or rejects them, now and then again and otherwise."""
    if not scene.promises.proposals:
        return
    proposal_id = rng.choice(sorted(scene.promises.proposals))
    path, reason = scene.promises.proposals[proposal_id]
    how = rng.choice(("approve", "approve", "reject"))
    body = {"note": f"Not for {reason}"} if how == "reject" else None
    answer = scene.call(rng, "POST", f"{path}/{how}", by="admin", body=body, meanwhile=others(scene, rng, "loyalty"))
    asked = scene.promises.adjustments[reason]
    outcome = scene.outcome(answer, 201)
    if how == "approve" and outcome is not Outcome.REFUSED and asked.outcome is not Outcome.DONE:
        asked.outcome = outcome


def give_credit(scene: Scene, rng: Random, step: Step) -> None:
    """Staff give store credit, in words that name the person; some of it ends soon."""
    profile = scene.profile_of(rng.choice(scene.people))
    if profile is None:
        return
    body: dict[str, Any] = {"amount": rng.choice(_AMOUNTS), "currency": rng.choice(("USD", "USD", "EUR"))}
    if rng.random() < 0.4:
        body["expires_on"] = (scene.world.universe.moment + timedelta(days=rng.choice((2, 20, 90)))).date().isoformat()
    body["notify"] = step.number % 4 > 0
    _post_credit(scene, rng, step, profile, body)


def take_credit(scene: Scene, rng: Random, step: Step) -> None:
    """Staff take store credit back."""
    profile = scene.profile_of(rng.choice(scene.people))
    if profile is not None:
        _post_credit(scene, rng, step, profile, {"amount": -rng.choice(_AMOUNTS)})


def prove(scene: Scene, rng: Random, step: Step) -> None:
    """Staff have somebody's whole ledger computed again."""
    profile = scene.profile_of(rng.choice(scene.people))
    if profile is None:
        return
    part = rng.choice(("points", "points", "credit/USD"))
    answer = scene.call(rng, "GET", f"/api/customers/{customer_of(profile)}/{part}/verification", by="support")
    if answer is not None and answer.status == 200 and not answer.json["holds"]:
        scene.world.violations.append(f"{part} of {customer_of(profile)} are answered not to verify: {answer.json}")


def _post_credit(scene: Scene, rng: Random, step: Step, profile: Row, body: dict[str, Any]) -> None:
    """Give credit, or (a negative amount) take it."""
    reason, amount = f"Credit for {profile['email']}, at step {step.number}", body["amount"]
    path = f"/api/customers/{customer_of(profile)}/credit" + ("/USD/revoke" if amount < 0 else "")
    answer = scene.call(
        rng,
        "POST",
        path,
        by="support",
        body=body | {"amount": abs(amount), "reason": reason},
        headers=key(step),
        meanwhile=others(scene, rng, "loyalty"),
    )
    asked = scene.promises.adjustments[reason] = Adjustment(customer_of(profile), amount, scene.outcome(answer, 201))
    _let_wait(scene, asked, answer, "credit", reason)


def _let_wait(scene: Scene, asked: Adjustment, answer: Any, of: str, reason: str) -> None:
    """If only a proposal was made of it: nothing is posted before a second person approves."""
    if answer is not None and answer.status == _ACCEPTED:
        asked.outcome = Outcome.REFUSED
        path = f"/api/customers/{asked.customer_id}/{of}/proposals/{answer.json['id']}"
        scene.promises.proposals[answer.json["id"]] = (path, reason)


def _set_up(scene: Scene, rng: Random, route: str, body: Any) -> Any:
    method, path = route.split()
    headers = {"If-Match": '"0"'} if method == "PUT" else {}
    answer = scene.world.call("loyalty", method, path, by="admin", body=body, headers=headers, trouble=Trouble(rng))
    assert answer is not None
    assert answer.status in {200, 201}, answer.text
    return answer.json
