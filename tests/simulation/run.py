"""One run: a seed, its history, and what was wrong with it."""

from __future__ import annotations

import contextlib
import traceback
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from random import Random
from typing import Final

from tests.simulation.aws import carriage
from tests.simulation.aws.carriage import VISIBILITY
from tests.simulation.aws.faults import Trouble
from tests.simulation.aws.world import World, open_world
from tests.simulation.bugs import Bug
from tests.simulation.checks import ALWAYS, AT_REST
from tests.simulation.customers import actions, looks, orders
from tests.simulation.loyalty import checkouts, friends, spending, staffwork, stops, tiers, transfers
from tests.simulation.loyalty.greedy import acts as greedy
from tests.simulation.loyalty.staffwork import open_shop
from tests.simulation.notifications.actions import unsubscribe
from tests.simulation.notifications.checks import watch_mails
from tests.simulation.plan import Step, deck
from tests.simulation.privacy.actions import consent, erase
from tests.simulation.scene import CHANCE, Scene
from tests.simulation.steps import Action, Check, poison
from tests.simulation.tables import Row, Tables

# Settling takes up to three hours, and the day must not change between its schedules and the look at them.
_LAST_HOURS: Final = 20


@dataclass
class Run:
    """What came of a run. `failures` are of the first step after which something was wrong; the run ends there."""

    seed: int
    orders: int
    history: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    failed_at: int | None = None
    steps: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    disorder: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    mails: int = 0
    # How often something was checked.
    checks: int = 0
    # What the shop goes by, and what was posted under that: entries by kind.
    programme: str = ""
    entries: Counter[str] = field(default_factory=Counter)
    # Steps by kind.
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def is_good(self) -> bool:
        return not self.failures


def simulate(seed: int, orders: int, *, only: Collection[int] | None = None, bug: Bug | None = None) -> Run:
    """Run a seed: all of its steps, or `only` those with these numbers; with one planted bug, or none."""
    _warm_up()
    return _simulate(seed, orders, only, bug)


@cache
def _warm_up() -> None:
    """Run a little: what a process imports and fetches once would use some of the chance of the first run."""
    _simulate(0, 3)


def _simulate(seed: int, orders: int, only: Collection[int] | None = None, bug: Bug | None = None) -> Run:
    run = Run(seed, orders)
    with bug.planted() if bug else contextlib.nullcontext(), open_world(str(seed)) as world:
        scene = Scene(world, orders)
        watch_mails(scene)
        open_shop(scene, world.universe.chance("shop"))
        for step in deck(world.universe.chance("deck"), orders):
            if (only is None or step.number in only) and not _take(scene, step, run):
                break
        run.calls, run.faults, run.disorder = world.calls, world.faults, world.disorder
        run.checks, run.programme = scene.checked, scene.programme.name
        run.entries = Counter(_kind_of(row) for row in scene.books.entries.values())
        run.events, run.mails = Counter(event["detail-type"] for event in world.told), len(world.mails)
    return run


def _kind_of(entry: Row) -> str:
    ledger = "credit" if "#" in entry["account"] else "points"
    for_a_friend = " for a friend" if entry["pk"].startswith("REFERRAL#") else ""
    return f"{ledger} {entry['entry_kind'].replace('_', ' ')}{for_a_friend}"


def _take(scene: Scene, step: Step, run: Run) -> bool:
    """Take one step and look at everything; whether all is well."""
    world, label = scene.world, f"step {step.number}"
    world.universe.reseed(label)
    rng = world.universe.chance(label)
    world.universe.advance(timedelta(seconds=rng.randint(VISIBILITY, 1_800)))
    world.notes, scene.promises.own_acts = [], set()
    began = world.universe.moment
    run.failures = list(_failures(scene, step, rng))
    run.steps += 1
    run.kinds[step.kind] += 1
    run.history.append(f"{step} at {began:%Y-%m-%d %H:%M:%S} | " + "; ".join(world.notes))
    if run.failures:
        run.failed_at = step.number
        run.history += [f"     WRONG: {failure}" for failure in run.failures]
    return not run.failures


def _failures(scene: Scene, step: Step, rng: Random) -> Iterator[str]:
    made = scene.world.calls.total()
    try:
        STEPS[step.kind](scene, rng, step)
        if step.kind == "rest":
            yield from _wrong(scene, (*ALWAYS, *AT_REST))
            scene.world.notes.append(f"tables {Tables.of().digest()}")
        elif scene.world.calls.total() > made:
            yield from _wrong(scene, ALWAYS)
    except Exception as error:  # noqa: BLE001  # whatever breaks is a finding, with its place
        place = traceback.extract_tb(error.__traceback__)[-1]
        yield f"{type(error).__name__}: {error} ({place.filename.rpartition('/')[2]}:{place.lineno})"
    yield from scene.world.violations


def _wrong(scene: Scene, checks: Sequence[Check]) -> Iterator[str]:
    tables = Tables.of()
    scene.checked += len(checks)
    for check in checks:
        yield from check(scene, tables)


def rest(scene: Scene, rng: Random, step: Step) -> None:
    """Faults stop; everything settles, the day's schedules run, and what follows from them settles too."""
    scene.chance = 0
    world = scene.world
    if world.universe.moment.hour >= _LAST_HOURS:
        world.universe.advance(timedelta(hours=24 - _LAST_HOURS))
    _settle(scene, rng)
    scene.expired_at = world.universe.moment
    for service, function in carriage.schedules(scene):
        carriage.run_schedule(scene, service, function, Trouble(rng))
    _settle(scene, rng)
    scene.chance = CHANCE


def _settle(scene: Scene, rng: Random) -> None:
    world: World = scene.world
    rounds = carriage.settle(scene, rng)
    world.notes.append(f"settled in {rounds} rounds")


STEPS: Final[dict[str, Action]] = {
    "place": orders.place,
    "pay": orders.pay,
    "refund": orders.refund,
    "add order": orders.add_order,
    "add nameless order": orders.add_nameless_order,
    "register": actions.register,
    "create": actions.create,
    "change": actions.change,
    "change oneself": actions.change_oneself,
    "look": looks.look,
    "ban": stops.ban,
    "freeze": stops.freeze,
    "adjust": staffwork.adjust,
    "consent": consent,
    "unsubscribe": unsubscribe,
    "erase": erase,
    "poison": poison,
    "edit": orders.edit,
    "cancel": orders.cancel,
    "reinstate": orders.reinstate,
    "tell of delivery": orders.tell_of_delivery,
    "review": orders.review,
    "name a friend": friends.name_a_friend,
    "return everything": friends.return_everything,
    "move birthday": actions.move_birthday,
    "be greedy": greedy.be_greedy,
    "hold": spending.hold,
    "end hold": spending.end_hold,
    "redeem": spending.redeem,
    "claim": spending.claim,
    "end claim": spending.end_claim,
    "decide": staffwork.decide,
    "give credit": staffwork.give_credit,
    "take credit": staffwork.take_credit,
    "hold credit": spending.hold_credit,
    "check out": checkouts.check_out,
    "send points": transfers.send,
    "end transfer": transfers.end,
    "merge": actions.merge,
    "prove": staffwork.prove,
    "pass time": carriage.pass_time,
    "let a tier end": tiers.let_a_tier_end,
    "relay": carriage.relay,
    "deliver": carriage.deliver,
    "redrive": carriage.redrive,
    "replay": carriage.replay,
    "rest": rest,
}
