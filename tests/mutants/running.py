"""Runs the tests that cover a mutant, in a child of a process that has imported and collected everything."""

from __future__ import annotations

import gc
import importlib
import os
import resource
import signal
import sys
from collections import defaultdict
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Final
from unittest import mock

import pytest

from tests.mutants.tracing import OURS, caches, passes, quiet

# Examples drawn alike each time and never made smaller; nothing caught; no random order.
PYTEST: Final = ["-x", "-q", "-s", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "tests.mutants.profile"]
PASSED, FAILED = 0, 1


Functions = dict[tuple[str, int], list[FunctionType]]


def functions_of(paths: Sequence[Path]) -> dict[str, Functions]:
    """Every function there is that was made from these files, by its qualified name and first line."""
    found: dict[str, Functions] = {str(path): defaultdict(list) for path in paths}
    gc.unfreeze()  # frozen by what makes cold starts short, and else not to be seen
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename in found:
            code = thing.__code__
            found[code.co_filename][code.co_qualname, code.co_firstlineno].append(thing)
    return found


def start(
    module: str, code: CodeType, functions: Functions | None, items: Sequence[pytest.Item], seconds: float
) -> int:
    """The process that runs these tests on a module's mutated code; it ends with 0 when all of them pass.

    With `functions`, their code is exchanged where they are. Without, everything of ours is imported again, the mutant
    among it: what a module does when it is imported cannot be done again otherwise. The same holds for a function whose
    mutant uses fewer names from outside, such as `super()`.
    """
    child = os.fork()
    if child:
        return child
    quiet()
    # A mutant may loop for ever, or sleep. Processor time is the same on a busy machine.
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (int(10 + 4 * seconds), resource.RLIM_INFINITY))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(int(60 + 20 * seconds))
    status = FAILED
    try:
        if functions is None or not _exchange(code, functions):
            status = _passes_afresh(module, code, items)
        else:
            for cached in caches():
                cached.cache_clear()
            status = PASSED if passes(items) else FAILED
    finally:
        os._exit(status)


def _exchange(code: CodeType, functions: Functions) -> bool:
    """Give functions their mutated code; whether that is possible."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            for function in functions.get((constant.co_qualname, constant.co_firstlineno), ()):
                if function.__code__.co_freevars != constant.co_freevars:
                    return False
                function.__code__ = constant
            if not _exchange(constant, functions):
                return False
    return True


def _passes_afresh(module: str, code: CodeType, items: Sequence[pytest.Item]) -> int:
    for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
        del sys.modules[name]
    read = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return code if self.path == code.co_filename else read(self, fullname)

    with mock.patch.object(SourceFileLoader, "get_code", get_code):
        try:
            importlib.import_module(module)
        except Exception:  # noqa: BLE001  # nobody can import it: every test notices
            return FAILED
        # Without their parameters, which a mutant may change the names of.
        ended = pytest.main([*dict.fromkeys(item.nodeid.split("[")[0] for item in items), *PYTEST])
    return PASSED if ended == pytest.ExitCode.OK else FAILED
