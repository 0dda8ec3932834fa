"""What runs beside a bundle, as Lambda's bootstrap would: `python -I -S probe.py <what>`, with a task on its input.

On its path are the bundle and what Lambda's Python has, no more. It prints what it found as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

Json = dict[str, Any]


def main() -> None:
    """Puts the paths and variables of the JSON in place and does `what`, with what it prints itself going nowhere."""
    what, task = sys.argv[1], json.load(sys.stdin)
    sys.path[:0] = task["path"]
    os.environ.update(task["environment"])
    out, sys.stdout = sys.stdout, Path(os.devnull).open("w")  # noqa: SIM115  # for as long as the process lives
    found = {"start": _start, "first": _first, "pairs": _pairs}[what](task)
    print(json.dumps(found), file=out)


def _start(task: Json) -> Json:
    """Seconds on the wall and of CPU that `code` takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    exec(task["code"], {})  # noqa: S102  # our own few lines
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def _first(task: Json) -> Json:
    """The same of everything until the first event has been handled."""
    wall, cpu = time.perf_counter(), time.process_time()
    once = _invocation(task, task["whose"], _playback(task))
    once()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def _pairs(task: Json) -> Json:
    """Milliseconds of CPU that one of an operation takes in Regulars and by hand, measured in turns."""
    aws, runs = _playback(task), task["runs"]
    ours, by_hand = _invocation(task, "regulars", aws), _invocation(task, "by hand", aws)
    for once in (ours, by_hand):
        _milliseconds(once, runs)  # warm
    of = task["operation"]["of"]
    turns = [(_milliseconds(ours, runs) / of, _milliseconds(by_hand, runs) / of) for _ in range(task["turns"])]
    return {
        "regulars_ms": median(a for a, _ in turns),
        "by_hand_ms": median(b for _, b in turns),
        "ratio": median(a / b for a, b in turns),
    }


def _milliseconds(once: Callable[[], None], runs: int) -> float:
    before = time.process_time()
    for _ in range(runs):
        once()
    return (time.process_time() - before) / runs * 1000


def _playback(task: Json) -> Any:
    from playback import Playback  # type: ignore[import-not-found]  # noqa: PLC0415  # only now on the path; botocore is part of what is measured

    once = task["operation"].get("once", ()) if task.get("whose", "regulars") == "regulars" else ()
    aws = Playback(task["operation"]["answers"], once)
    aws.install()
    return aws


def _invocation(task: Json, whose: str, aws: Any) -> Callable[[], None]:
    """One invocation, with AWS played back to it. Raises AssertionError when it does not make the recorded calls."""
    operation = task["operation"]
    handler = _handler(operation, whose)
    if operation["function"] == "app":
        _answer_keys(task["keys"])

    def once() -> None:
        aws.rewind()
        answer = handler(operation["event"], Context())
        assert answer == {"batchItemFailures": []} or answer.get("statusCode") == 200, answer
        assert aws.is_over

    return once


def _handler(operation: Json, whose: str) -> Callable[[Json, object], Json]:
    if whose == "by hand":
        import byhand  # type: ignore[import-not-found]  # noqa: PLC0415

        by_hand: Callable[[Json, object], Json] = byhand.OPERATIONS[operation["name"]]
        return by_hand
    import app  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415  # the bundle's

    handler: Callable[[Json, object], Json] = getattr(app, operation["function"])
    return handler


def _answer_keys(keys: Json) -> None:
    """The user pool's keys without its server."""
    import jwt  # noqa: PLC0415

    jwt.PyJWKClient.fetch_data = lambda self: keys  # type: ignore[method-assign]  # noqa: ARG005


class Context:
    """What handlers read of Lambda's."""

    function_name = "benchmark"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:benchmark"
    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


if __name__ == "__main__":
    main()
