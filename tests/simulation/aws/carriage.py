"""What AWS does between the services: queues, streams, schedules, redrives; with all that it may do badly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any, Final

from shared.services import SERVICES
from tests.harness.aws.carriage import QUEUE_BATCH, RECEIVES, Message, hand_to_inbox, hand_to_relay
from tests.harness.heard import scheduled
from tests.simulation.aws.faults import Trouble
from tests.simulation.aws.instances import Instance
from tests.simulation.aws.world import World
from tests.simulation.plan import Step
from tests.simulation.scene import Scene

_CLOSING: Final = ("loyalty", "close")


_SCHEDULES: Final = (("loyalty", "expire"), _CLOSING, ("segments", "refresh"), ("privacy", "chase"))


# Seconds until what a function did not acknowledge comes again (infra/generate/service.yaml).
VISIBILITY: Final = 180


# How often, while things go wrong, a queue brings a message again that was acknowledged.
_COPIES: Final = 0.05


_MOST_ROUNDS: Final = 60


_CUSTOMER: Final = re.compile(r"cus_[0-9A-Z]{26}")


# A review that is later than 31 days begins a grace that outlives the order that gave the tier.
_LONGEST_OUTAGE: Final = timedelta(days=29)
_DAYS: Final = (1, 1, 2, 7, 29, 31, 61, 90, 100)


class NotSettledError(AssertionError):
    """Work keeps coming back though nothing goes wrong any more."""


def deliver(scene: Scene, rng: Random, step: Step) -> None:
    """A batch of some queue's messages to its inbox."""
    waiting = [service for service in SERVICES if scene.world.queues[service].waiting]
    if waiting:
        deliver_to(scene, rng, rng.choice(waiting), count=rng.choice((1, 1, 2, 3, 5, QUEUE_BATCH)))


def deliver_to(scene: Scene, rng: Random, service: str, *, count: int, about: str | None = None) -> None:
    """Up to `count` messages, any of those that wait; if there are some `about` somebody, of those."""
    queue = scene.world.queues[service]
    numbers = [number for number, message in enumerate(queue.waiting) if about and about in message.body]
    numbers = numbers or list(range(len(queue.waiting)))
    chosen = rng.sample(numbers, min(count, len(numbers)))
    batch = [queue.waiting[number] for number in chosen]
    scene.world.disorder["message before an older one"] += _overtaking(chosen)
    queue.waiting = [message for number, message in enumerate(queue.waiting) if number not in set(chosen)]
    if batch:
        _handle(scene, rng, service, batch)


def relay(scene: Scene, rng: Random, step: Step) -> None:
    """A batch of some stream's records to its relay; now and then one is late, after its successors."""
    ready = [service for service in SERVICES if _has_records(scene.world, service)]
    if not ready:
        return
    service = rng.choice(ready)
    stream = scene.world.streams[service]
    if stream.pending and rng.random() < 0.1:
        stream.late.append(stream.pending.pop(rng.randrange(min(3, len(stream.pending)))))
    if stream.late and (not stream.pending or rng.random() < 0.3):
        scene.world.disorder["stream record after its successors"] += 1
        stream.late = _relay(scene, rng, service, stream.late[:1]) + stream.late[1:]
    else:
        count = rng.randint(1, QUEUE_BATCH)
        stream.pending = _relay(scene, rng, service, stream.pending[:count]) + stream.pending[count:]


def pass_time(scene: Scene, rng: Random, step: Step) -> None:
    """Days pass; then, or not, schedules run, perhaps twice, perhaps out of time."""
    world = scene.world
    let_pass(scene, rng, timedelta(days=rng.choice(_DAYS), hours=rng.randint(0, 23)))
    world.disorder["message delayed for days"] += sum(len(queue.waiting) for queue in world.queues.values())
    world.disorder["stream record delayed for days"] += sum(len(stream.pending) for stream in world.streams.values())
    for service, function in schedules(scene):
        if rng.random() < 0.7:
            run_schedule_badly(scene, rng, service, function)


def let_pass(scene: Scene, rng: Random, time: timedelta) -> None:
    """Time passes, in which tiers are reviewed now and then."""
    while time >= _LONGEST_OUTAGE:
        run_schedule(scene, "loyalty", "expire", Trouble(rng))
        scene.world.universe.advance(_LONGEST_OUTAGE)
        time -= _LONGEST_OUTAGE
    scene.world.universe.advance(time)


def schedules(scene: Scene) -> list[tuple[str, str]]:
    """The schedules of the run, as service and function."""
    return [each for each in _SCHEDULES if scene.closes_days or each != _CLOSING]


def redrive(scene: Scene, rng: Random, step: Step) -> None:
    """Send a service's dead letters back, under new ids."""
    dead = [service for service in SERVICES if scene.world.queues[service].dead]
    if dead:
        sent_back = redrive_all(scene.world, rng.choice(dead), keep=lambda _: False)
        scene.world.disorder["dead letter sent back under a new id"] += sent_back


def replay(scene: Scene, rng: Random, step: Step) -> None:
    """Some events of the past once more, whoever they were for."""
    told = [event for event in scene.world.told if not str(event["id"]).startswith("poison")]
    past = rng.sample(range(len(told)), min(len(told), rng.randint(1, 6)))
    scene.world.disorder["event of the past told again"] += len(past)
    for number in past:
        again = told[number]
        scene.world.send(again)


def run_schedule_badly(scene: Scene, rng: Random, service: str, function: str) -> None:
    """One run of a schedule with all that may go wrong: out of time, something beside it, faults."""
    looks = rng.choice((None, None, None, 0, 1, 2))
    beside = _meanwhile(scene, rng, service, function)
    run_schedule(scene, service, function, scene.trouble(rng), looks=looks, meanwhile=beside)


def run_schedule(
    scene: Scene,
    service: str,
    function: str,
    trouble: Trouble,
    *,
    looks: int | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> None:
    """One run of a schedule; what it answers, or that it failed, is noted."""

    def work(running: Instance) -> Any:
        try:
            return getattr(running.module, function)(scheduled(), scene.world.context(looks))
        except Exception as error:  # noqa: BLE001  # Lambda would try again, and so does the next run
            return type(error).__name__

    result = scene.world.invoke(service, trouble, work, meanwhile)
    scene.world.disorder["schedule out of time"] += looks is not None
    scene.world.notes.append(f"{function} {json.dumps(result)}")


def redrive_all(world: World, service: str, *, keep: Callable[[Message], bool]) -> int:
    """Send dead letters back under new ids, but those to `keep`; how many."""
    queue = world.queues[service]
    back = [letter for letter in queue.dead if not keep(letter)]
    queue.dead = [letter for letter in queue.dead if keep(letter)]
    for letter in back:
        world.enqueue(service, letter.body)
    return len(back)


def settle(scene: Scene, rng: Random) -> int:
    """Carry everything, nothing going wrong, until only planted dead letters are left; how many rounds it took.

    Raises NotSettledError when it takes too many.
    """
    for rounds in range(_MOST_ROUNDS):
        moved = 0
        scene.world.universe.advance(timedelta(seconds=VISIBILITY))
        for service in SERVICES:
            stream = scene.world.streams[service]
            stream.pending, stream.late = sorted([*stream.late, *stream.pending], key=_sequence), []
            while stream.pending:
                stream.pending = (
                    _relay(scene, rng, service, stream.pending[:QUEUE_BATCH]) + stream.pending[QUEUE_BATCH:]
                )
                moved += 1
            moved += len(scene.world.queues[service].waiting)
            for _ in range(-(-len(scene.world.queues[service].waiting) // QUEUE_BATCH)):
                deliver_to(scene, rng, service, count=QUEUE_BATCH)
            moved += redrive_all(scene.world, service, keep=is_planted) if rounds % RECEIVES == 0 else 0
        if not moved and not any(_unfinished(scene.world, service) for service in SERVICES):
            return rounds
    raise NotSettledError({name: len(queue.waiting) for name, queue in scene.world.queues.items() if queue.waiting})


def is_planted(letter: Message) -> bool:
    """Whether a message was made so that nobody can handle it."""
    return '"poison-' in letter.body


def _unfinished(world: World, service: str) -> bool:
    queue = world.queues[service]
    return bool(queue.waiting) or _has_records(world, service) or any(not is_planted(letter) for letter in queue.dead)


def _sequence(record: dict[str, Any]) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def _has_records(world: World, service: str) -> bool:
    return bool(world.streams[service].pending or world.streams[service].late)


def _handle(scene: Scene, rng: Random, service: str, batch: list[Message]) -> None:
    """Let an inbox handle a batch, and take back what failed; a crash takes all back."""
    trouble = scene.trouble(rng)
    world = scene.world

    def work(running: Instance) -> Any:
        return hand_to_inbox(running.module.inbox, batch, world.context())

    def again() -> None:
        """What else may run: the same message, seen by two, or another that waits."""
        one = rng.choice(batch)
        if rng.random() < 0.3:
            _handle(scene, rng, service, [Message(one.id, one.body, RECEIVES)])
        else:
            deliver_to(scene, rng, service, count=rng.randint(1, 3), about=_customer_in(one))

    answer = world.invoke(service, trouble, work, again if world.depth == 0 else None)
    failed = {message.id for message in batch}
    if answer is not None and not trouble.loses_acknowledgement:
        failed = answer
    world.notes.append(f"{service} handled {len(batch)}, {len(failed)} come again")
    world.disorder["batch stopped in the middle"] += answer is None and len(batch) > 1
    for message in batch:
        if message.id in failed:
            _take_back(world, service, message)
        elif rng.random() < scene.chance * _COPIES:
            world.disorder["message again after its acknowledgement"] += 1
            world.queues[service].waiting.append(Message(message.id, message.body, RECEIVES))


def _overtaking(numbers: list[int]) -> int:
    """How many of the messages with these places in the queue come before one that is older."""
    return sum(sum(earlier < number for earlier in numbers[:place]) < number for place, number in enumerate(numbers))


def _customer_in(message: Message) -> str | None:
    found = _CUSTOMER.search(message.body)
    return found.group() if found else None


def _take_back(world: World, service: str, message: Message) -> None:
    """Another receive, or the dead letters. A copy that was only seen by two is somebody else's to bring back."""
    message.receives += 1
    if message.receives > RECEIVES:
        return
    queue = world.queues[service]
    (queue.dead if message.receives == RECEIVES else queue.waiting).append(message)


def _relay(scene: Scene, rng: Random, service: str, batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Hand records over, oldest first; those that are to come again, from the first that failed."""

    def work(running: Instance) -> Any:
        return hand_to_relay(running.module.relay, batch, scene.world.context())

    again: list[dict[str, Any]] | None = scene.world.invoke(service, scene.trouble(rng, relay=True), work)
    if again is None:
        scene.world.disorder["stream record again"] += len(batch)
        return batch
    scene.world.notes.append(f"{service} told of {len(batch)}, {len(again)} come again")
    scene.world.disorder["stream record again"] += len(again)
    return again


def _meanwhile(scene: Scene, rng: Random, service: str, function: str) -> Callable[[], None]:
    """A message that comes while a schedule runs, or the same schedule beside itself."""

    def run() -> None:
        if rng.random() < 0.3:
            run_schedule(scene, service, function, Trouble(rng))
        else:
            deliver_to(scene, rng, service, count=1)

    return run
