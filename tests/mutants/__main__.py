"""`make mutants`: change the rules and the spine in one place at a time, and see whether a test notices."""

from __future__ import annotations

import argparse
import ast
import gc
import hashlib
import importlib
import json
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType
from typing import Final

import pytest

from tests.mutants import report
from tests.mutants.choosing import Tests
from tests.mutants.mutations import Mutant, mutants_of
from tests.mutants.running import PASSED, PYTEST, Functions, functions_of, start
from tests.mutants.targets import ROOT, targets
from tests.mutants.tracing import KEPT, caches, digest, warm

# What the unchanged module is called among mutants.
_NOTHING: Final = "nothing changed"
_RESULTS: Final = KEPT / "results"


class Mutation:
    """A pytest plugin: instead of running the collected tests once, it runs those that cover each mutant."""

    def __init__(self, modules: dict[str, Path], jobs: int) -> None:
        self._modules = modules
        self._jobs = jobs
        self.survived: dict[str, dict[str, bool]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Test every mutant of every module."""
        for module in self._modules:
            importlib.import_module(module)
        warm(session.items)
        caches()  # looked for once, before there are children
        tests = {package: Tests(items) for package, items in _by_package(session.items).items()}
        functions = functions_of([*self._modules.values()])
        gc.freeze()
        for module, path in self._modules.items():
            started = time.monotonic()
            run = ModuleRun(module, path, tests[module.partition(".")[0]], functions[str(path)], self._jobs)
            self.survived[module] = run.results()
            lost = sum(self.survived[module].values())
            seconds = time.monotonic() - started
            print(f"{module}: {len(self.survived[module])} mutants, {lost} survive, {seconds:.0f} s", flush=True)  # noqa: T201
        return True


def _by_package(items: Sequence[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """The tests of each service and of `shared`: a module's own package tests it."""
    found: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        found[item.path.relative_to(ROOT).parts[2]].append(item)
    return found


@dataclass(frozen=True)
class Trial:
    """A mutant that is tried: what its outcome is kept under, what is run, and the tests."""

    key: str
    identity: str
    code: CodeType
    functions: Functions | None
    items: Sequence[pytest.Item]
    is_second: bool = False


class ModuleRun:
    """The run of one module's mutants, but of those whose outcome is known from a run before."""

    def __init__(self, module: str, path: Path, tests: Tests, functions: Functions, jobs: int) -> None:
        self._module, self._path, self._source = module, path, path.read_text()
        self._tests, self._functions, self._jobs = tests, functions, jobs
        self._kept = _RESULTS / f"{module}.json"
        self._known: dict[str, list[str | bool]] = json.loads(self._kept.read_text()) if self._kept.exists() else {}
        self._running: dict[int, Trial] = {}
        self._results: dict[str, list[str | bool]] = {}

    def results(self) -> dict[str, bool]:
        """Whether each mutant survives, by its key."""
        self._check_that_nothing_survives()
        for mutant in mutants_of(self._module, self._source):
            self._begin(mutant)
        self._end_all()
        self._keep(self._results)
        return {key: bool(survives) for key, (_, survives) in self._results.items() if not key.startswith(_NOTHING)}

    def _check_that_nothing_survives(self) -> None:
        """Tests that fail on the module as it is, run like this, would kill every mutant."""
        tree, lines = ast.parse(self._source), range(1, self._source.count("\n") + 1)
        for called in (True, False):
            self._begin(Mutant(self._module, _NOTHING, str(called), lines, frozenset(), called, tree))
        self._end_all()
        if not all(survives for _, survives in self._results.values()):
            pytest.exit(f"{self._module}: its tests fail, alone and in this order, without any change", 3)

    def _begin(self, mutant: Mutant) -> None:
        items = self._tests.of_lines(mutant, self._path) if mutant.called else []
        functions = self._functions if items else None
        items = items or self._tests.of_names(mutant, self._path)
        identity = self._identity(items)
        known, survives = self._known.get(mutant.key, ("", True))
        if known == identity or not items:
            self._results[mutant.key] = [identity, survives]
            return
        while len(self._running) >= self._jobs:
            self._end_one()
        code: CodeType = compile(mutant.tree, str(self._path), "exec")
        self._start(Trial(mutant.key, identity, code, functions, items))

    def _start(self, trial: Trial) -> None:
        seconds = self._tests.seconds(trial.items)
        self._running[start(self._module, trial.code, trial.functions, trial.items, seconds)] = trial

    def _end_all(self) -> None:
        while self._running:
            self._end_one()

    def _end_one(self) -> None:
        child, status = os.wait()
        trial = self._running.pop(child)
        ended = os.waitstatus_to_exitcode(status)
        if ended == -signal.SIGALRM and not trial.is_second:
            self._start(replace(trial, is_second=True))  # the machine may have slept, and not the mutant
            return
        self._results[trial.key] = [trial.identity, ended == PASSED]
        self._keep(self._known | self._results)  # so that a run that is broken off is not lost

    def _keep(self, results: dict[str, list[str | bool]]) -> None:
        self._kept.parent.mkdir(parents=True, exist_ok=True)
        self._kept.write_text(json.dumps(results, indent=1, ensure_ascii=False))

    def _identity(self, items: Sequence[pytest.Item]) -> str:
        """What an outcome depends on: the module and the tests."""
        files = sorted({str(item.path.relative_to(ROOT)) for item in items})
        text = json.dumps([self._source, sorted(item.nodeid for item in items), [digest(file) for file in files]])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def main() -> int:
    """Run the modules that are asked for; 1 when a survivor is not explained."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("--only", default="", help="a module, or a package: shared.money, customers")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    modules = targets(options.only)
    packages = sorted({module.partition(".")[0] for module in modules})
    folders = [f"tests/{kind}/{package}" for kind in ("unit", "integration") for package in packages]
    mutation = Mutation(modules, options.jobs)
    ended = pytest.main([*folders, *PYTEST], plugins=[mutation])
    if ended != pytest.ExitCode.OK:
        return int(ended)
    return report.write(mutation.survived, whole=not options.only)


if __name__ == "__main__":
    sys.exit(main())
