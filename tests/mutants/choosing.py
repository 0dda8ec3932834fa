"""Which tests may notice a mutant, the likeliest and quickest first."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.mutants.mutations import Mutant
from tests.mutants.targets import ROOT
from tests.mutants.tracing import Traced, traced

# Seconds that the tests of one mutant may take together: the slowest beyond are left out.
_ENOUGH: Final = 20.0
_SLOW: Final = 0.5
# So many tests that run little else come before those that are quicker.
_NEAREST: Final = 8


class Tests:
    """The tests there are, by the lines that they run."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self._items = {item.nodeid: item for item in items}
        self._traces = traced(items)
        self._by_line: dict[tuple[str, int], set[str]] = defaultdict(set)
        by_file: dict[str, list[Traced]] = defaultdict(list)
        for trace in self._traces.values():
            by_file[trace.id.partition("::")[0]].append(trace)
            for path, lines in trace.lines.items():
                for line in lines:
                    self._by_line[path, line].add(trace.id)
        self._pace = {file: sum(trace.seconds for trace in found) / len(found) for file, found in by_file.items()}
        self._texts = {file: (ROOT / file).read_text() for file in by_file}
        files = [file for top in ("shared", "services") for file in (ROOT / top).rglob("*.py")]
        self._words = {str(file.relative_to(ROOT)): _words_by_line(file.read_text()) for file in files}

    def of_lines(self, mutant: Mutant, path: Path) -> list[pytest.Item]:
        """The tests that run the mutated statement, those that are named after the module first."""
        file = str(path.relative_to(ROOT))
        tests = {test for line in mutant.lines for test in self._by_line[file, line]}
        return self._in_turn(tests & self._named_after(mutant), tests)

    def of_names(self, mutant: Mutant, path: Path) -> list[pytest.Item]:
        """The tests that speak of what the statement defines, or are named after the module; others that may notice.

        These are the tests that run a line with one of the names, and then those that run any of the module.
        """
        wanted = re.compile(rf"\b({'|'.join(mutant.names) or mutant.module.rpartition('.')[2]})\b")
        files = {file for file, text in self._texts.items() if wanted.search(text)}
        speak = {test for test in self._traces if test.partition("::")[0] in files} | self._named_after(mutant)
        use = set[str]()
        for file, words in self._words.items():
            for line in {line for name in mutant.names for line in words.get(name, ())}:
                use |= self._by_line[file, line]
        module = str(path.relative_to(ROOT))
        near = {test.partition("::")[0] for test, trace in self._traces.items() if module in trace.lines}
        rest = {test for test in self._traces if test.partition("::")[0] in near}
        return self._in_turn(speak, use - speak, rest - use - speak)

    def _named_after(self, mutant: Mutant) -> set[str]:
        stem = f"test_{mutant.module.rpartition('.')[2]}"
        return {test for test in self._traces if Path(test.partition("::")[0]).stem == stem}

    def _breadth(self, test: str) -> tuple[int, str]:
        """How many lines a test runs. The fewer, the nearer it is to each of them."""
        return sum(map(len, self._traces[test].lines.values())), test

    def seconds(self, items: Iterable[pytest.Item]) -> float:
        """How long tests take, one after the other."""
        return sum(self._traces[item.nodeid].seconds for item in items)

    def _in_turn(self, *groups: set[str]) -> list[pytest.Item]:
        chosen: list[pytest.Item] = []
        left = _ENOUGH
        nearest_first = (part for group in groups for part in (sorted(group, key=self._breadth)[:_NEAREST], group))
        for test in dict.fromkeys(test for part in nearest_first for test in sorted(part, key=self._turn)):
            if self._traces[test].seconds <= left:
                left -= self._traces[test].seconds
                chosen.append(self._items[test])
        return chosen

    def _turn(self, test: str) -> tuple[bool, bool, float, str, float, str]:
        """Slow ones last, those without AWS first; those of a file together, for what they share."""
        file, seconds = test.partition("::")[0], self._traces[test].seconds
        return seconds > _SLOW, not file.startswith("tests/unit/"), self._pace[file], file, seconds, test


def _words_by_line(text: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(text.splitlines(), 1):
        for word in set(re.findall(r"\w+", line)):
            found[word].append(number)
    return found
