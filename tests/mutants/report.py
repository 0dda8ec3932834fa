"""The report, docs/proof/mutants.md, and the explanations of mutants that no test can notice."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.mutants.targets import ROOT

_REPORT: Final = ROOT / "docs" / "proof" / "mutants.md"
_EXPLAINED: Final = Path(__file__).with_name("explained.toml")
_HEAD: Final = """\
# Mutants

Made by `make mutants`; do not edit. It changes one operator, constant, argument or statement at a time, in every module
that decides and in the spine of `shared`. Then it runs the tests of the module's package that cover the place. A mutant
is killed when a test fails. [Decision 0015](../decisions/0015-mutants-by-hand.md) says why the tool is part of this
project.

| module | mutants | killed | survived |
|---|---:|---:|---:|
"""

Survived = Mapping[str, Mapping[str, bool]]


def write(survived: Survived, *, whole: bool) -> int:
    """Write the report of a whole run, and name what is not explained: 1 where there is any, else 0."""
    reasons = _reasons()
    if whole:
        _REPORT.write_text(_HEAD + _table(survived) + _explanations(survived, reasons))
    found = {(module, key) for module, outcomes in survived.items() for key, survives in outcomes.items() if survives}
    asked = {(module, key) for module, key in reasons if module in survived}
    for module, key in sorted(found - asked):
        print(f"survives, and nobody says why: {module}: {key}")  # noqa: T201
    for module, key in sorted(asked - found):
        print(f"explained, and survives no more: {module}: {key}")  # noqa: T201
    return int(found != asked)


def _reasons() -> dict[tuple[str, str], str]:
    """Why each survivor that is explained changes nothing that a test could see, by module and key."""
    read = tomllib.loads(_EXPLAINED.read_text())
    return {
        (module, key): group["why"] for module, groups in read.items() for group in groups for key in group["mutants"]
    }


def _table(survived: Survived) -> str:
    rows = [_row(module, [*outcomes.values()]) for module, outcomes in survived.items()]
    everything = [survives for outcomes in survived.values() for survives in outcomes.values()]
    share = 100 * everything.count(False) / len(everything)
    return "\n".join([*rows, _row("**all**", everything), "", f"{share:.1f} % are killed.", ""])


def _row(name: str, outcomes: list[bool]) -> str:
    return f"| {name} | {len(outcomes):,} | {outcomes.count(False):,} | {outcomes.count(True):,} |"


def _explanations(survived: Survived, reasons: Mapping[tuple[str, str], str]) -> str:
    lines = ["", "## Survivors", "", "From `tests/mutants/explained.toml`.", ""]
    for module, outcomes in survived.items():
        by_reason: dict[str, list[str]] = {}
        for key in (key for key, survives in outcomes.items() if survives):
            by_reason.setdefault(reasons.get((module, key), "Nobody says why."), []).append(key)
        lines += [f"### {module}", ""] if by_reason else []
        for reason, keys in by_reason.items():
            lines += [reason.strip(), "", *(f"- {_code(key)}" for key in keys), ""]
    return "\n".join(lines)


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"
