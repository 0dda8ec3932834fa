"""What steps and checks are, and what all steps share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from tests.simulation.aws import carriage
from tests.simulation.plan import Step
from tests.simulation.scene import Scene
from tests.simulation.tables import Tables

Action = Callable[[Scene, Random, Step], None]
Check = Callable[[Scene, Tables], Iterator[str]]


def poison(scene: Scene, rng: Random, step: Step) -> None:
    """An event that no handler can read, about somebody: it ends among the dead letters, planted."""
    told = [event for event in scene.world.told if event["detail-type"] == "CustomerRegistered"]
    if not told:
        return
    event = rng.choice(told)
    broken = {**event, "id": f"poison-{step.number}", "detail": {**event["detail"], "metadata": {}}}
    scene.world.send(broken)


def others(scene: Scene, rng: Random, service: str, about: str | None = None) -> Callable[[], None]:
    """Something else that the same service does meanwhile, about the same customer if there is anything."""
    return lambda: carriage.deliver_to(scene, rng, service, count=1, about=about)


def key(step: Step) -> dict[str, str]:
    return {"Idempotency-Key": f"step-{step.number}"}
