"""Time takes tiers away: a step that goes where it does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tests.simulation.aws import carriage
from tests.simulation.loyalty.model.tiers import qualified_tier
from tests.simulation.plan import Step
from tests.simulation.scene import Scene

# No window is longer, and the month of its end is in it.
_HORIZON = timedelta(days=400)


def let_a_tier_end(scene: Scene, rng: Random, step: Step) -> None:
    """Time passes until somebody's tier is no longer reached, and then until its grace is over, or nearly."""
    ends = sorted(_ends(scene))
    if not ends:
        return
    end = rng.choice(ends[:2])
    _pass(scene, rng, end - _today(scene) + timedelta(days=rng.choice((0, 0, 1, 3))))
    grace = scene.programme.terms.tier_grace
    _pass(scene, rng, timedelta(days=max(grace + rng.choice((-1, 0, 1, 5)), 0)))


def _pass(scene: Scene, rng: Random, time: timedelta) -> None:
    carriage.let_pass(scene, rng, time)
    carriage.run_schedule_badly(scene, rng, "loyalty", "expire")


def _ends(scene: Scene) -> Iterator[date]:
    """The days on which time takes tiers away that are reached today."""
    terms, today = scene.programme.terms, _today(scene)
    for name, account in scene.books.ledgers.accounts.items():
        if "#" in name or account.is_closed or account.tier in {None, terms.lowest}:
            continue
        days = (today + timedelta(days=number) for number in range(_HORIZON.days))
        lost = (
            day
            for day in days
            if terms.rank(qualified_tier(account, day.isoformat(), terms)) < terms.rank(account.tier or "")
        )
        if day := next(lost, None):
            yield day


def _today(scene: Scene) -> date:
    return date.fromisoformat(scene.programme.terms.day_of(scene.world.universe.moment.isoformat()))
