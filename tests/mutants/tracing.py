"""Which tests run which lines, and how long each takes: traced once, and again only for test files that changed."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from tests.mutants.targets import ROOT

KEPT: Final = ROOT / ".local" / "mutants"
OURS: Final = {"shared", "customers", "loyalty", "notifications", "privacy", "segments", "infra", "tests"}
_CACHE: Final = type(cache(len))
_TRACES: Final = KEPT / "traces"


@dataclass(frozen=True)
class Traced:
    """A test, the seconds that it takes, and the lines that it runs, by file."""

    id: str
    seconds: float
    lines: dict[str, frozenset[int]]


def traced(items: Sequence[pytest.Item]) -> dict[str, Traced]:
    """What each of these tests runs, by its id."""
    found: dict[str, Traced] = {}
    for path, group in groupby(items, lambda item: item.path):
        kept = _TRACES / f"{path.relative_to(ROOT)}.json"
        if not _is_fresh(kept):
            _trace_apart(path, list(group), kept)
        for test_id, (seconds, lines) in json.loads(kept.read_text())["tests"].items():
            by_file = {name: frozenset(numbers) for name, numbers in lines.items()}
            found[test_id] = Traced(test_id, seconds, by_file)
    return found


def warm(items: Sequence[pytest.Item]) -> None:
    """Run the first test of each file here, so that no child must import or load what tests need when they begin."""
    if not passes([next(group) for _, group in groupby(items, lambda item: item.path)]):
        pytest.exit("a test fails without any change", 3)


@cache
def digest(path: str) -> str:
    """What a file's content is known by; empty without the file."""
    file = ROOT / path
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""


def passes(items: Sequence[pytest.Item]) -> bool:
    """Run tests until one fails; whether none did."""
    pairs = zip_longest(items, items[1:])
    return all(not any(report.failed for report in runtestprotocol(item, False, after)) for item, after in pairs)


@cache
def caches() -> list[Any]:
    """The caches of our own functions: what they hold hides a function from a trace, and a mutant from the tests."""
    gc.unfreeze()  # frozen by what makes cold starts short, and else not to be seen
    cached = [thing for thing in gc.get_objects() if isinstance(thing, _CACHE)]
    return [one for one in cached if one.__module__.partition(".")[0] in OURS - {"tests"}]


def _is_fresh(kept: Path) -> bool:
    """Whether the test file, and the files whose lines it ran, are as they were."""
    return kept.exists() and all(digest(path) == was for path, was in json.loads(kept.read_text())["files"].items())


def _trace_apart(path: Path, items: list[pytest.Item], kept: Path) -> None:
    """Trace in a child, which leaves this process as it is."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    child = os.fork()
    if not child:
        quiet()
        kept.write_text(json.dumps(_trace(path, items)))
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        pytest.exit(f"the tests of {path} could not be traced: do they pass?", 3)


def _trace(path: Path, items: list[pytest.Item]) -> dict[str, object]:
    coverage = Coverage(data_file=None, include=[f"{ROOT}/shared/*", f"{ROOT}/services/*"])
    seconds: dict[str, float] = {}
    cached = caches()
    coverage.start()
    for item, following in zip_longest(items, items[1:]):
        coverage.switch_context(item.nodeid)
        for one in cached:
            one.cache_clear()
        started = time.process_time()
        if any(report.failed for report in runtestprotocol(item, False, following)):
            os._exit(1)
        seconds[item.nodeid] = time.process_time() - started
    coverage.stop()
    data = coverage.get_data()
    tests: dict[str, tuple[float, dict[str, list[int]]]] = {name: (taken, {}) for name, taken in seconds.items()}
    for file in data.measured_files():
        _share_out(tests, str(Path(file).relative_to(ROOT)), data.contexts_by_lineno(file))
    files = {str(path.relative_to(ROOT)), *(name for _, lines in tests.values() for name in lines)}
    return {"files": {name: digest(name) for name in sorted(files)}, "tests": tests}


def _share_out(
    tests: dict[str, tuple[float, dict[str, list[int]]]], file: str, contexts: Mapping[int, Iterable[str]]
) -> None:
    for line, names in contexts.items():
        for name in names:
            if name in tests:
                tests[name][1].setdefault(file, []).append(line)


def quiet() -> None:
    """Send what this process prints nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
