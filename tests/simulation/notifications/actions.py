"""The way out of a mail."""

from __future__ import annotations

from random import Random
from typing import Final

from tests.simulation.plan import Step
from tests.simulation.scene import Scene
from tests.simulation.steps import others

_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def unsubscribe(scene: Scene, rng: Random, step: Step) -> None:
    """Somebody uses the link of a mail; a scanner opened it before."""
    links = [mail.link for mail in scene.world.mails if mail.link]
    if not links:
        return
    path = "/unsubscribe/" + rng.choice(links).rpartition("/")[2]
    scene.call(rng, "GET", path, by=None)
    scene.call(
        rng,
        "POST",
        path,
        by=None,
        body=b"List-Unsubscribe=One-Click",
        headers=_FORM,
        meanwhile=others(scene, rng, "notifications"),
    )
