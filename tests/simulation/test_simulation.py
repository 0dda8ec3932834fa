"""Some seeds of the simulator, and that it still finds what it must: the long run is `make simulate`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import tokens
from tests.harness.aws.ground import ROOT
from tests.simulation import report
from tests.simulation.bugs import BUGS
from tests.simulation.many import explain
from tests.simulation.report import Hunt
from tests.simulation.run import Run, simulate
from tests.simulation.shrink import as_ranges, from_ranges, shrink

SEEDS = range(1, 21)
ORDERS = 18
HERE = Path(__file__).parent
# One bug of each kind, with a seed that found it: this seed is tried first.
QUICK = {
    "effect-before-mark": 1,
    "partial-put-events-ignored": 1,
    "acknowledged-too-early": 2,
    "stats-version-dropped": 1,
    "refund-counted-by-event": 1,
    "erasure-skips-an-index": 1,
    "membership-left-behind": 1,
    "gate-left-open": 1,
    "past-points-shown": 2,
    "hold-not-set-aside": 1,
    "part-ignored": 1,
    "restored-whole": 13,
    "chain-skips-the-previous": 1,
    "freeze-ignored": 2,
    "limit-by-posting": 35,
}


@pytest.fixture(autouse=True)
def issuers(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens.install_issuers(monkeypatch)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_goes_wrong_all_comes_right(seed: int) -> None:
    run = simulate(seed, ORDERS)
    again = f"make simulate SEED={seed} ORDERS={ORDERS}"
    assert run.is_good, "\n".join([*run.history[-3:], again])


@pytest.mark.parametrize(("name", "first"), QUICK.items())
def test_a_planted_bug_is_found(name: str, first: int) -> None:
    assert any(not simulate(seed, ORDERS, bug=BUGS[name]).is_good for seed in (first, *range(1, 9)))


@pytest.mark.parametrize("name", BUGS)
def test_every_bug_can_be_planted(name: str) -> None:
    """A bug whose place has moved would end the long run, or hide for ever."""
    bug = BUGS[name]
    with bug.planted():
        pass  # so that every module is imported
    before = [(owner, place, getattr(owner, place)) for owner, place, _ in bug.replaced()]
    with bug.planted():
        assert not [place for owner, place, was in before if getattr(owner, place) is was]


def test_the_same_seed_gives_the_same_history_in_every_process() -> None:
    histories = [_history(hash_seed) for hash_seed in ("1", "2")]
    assert histories[0] == histories[1]
    assert "tables " in histories[0]


def test_a_failing_history_becomes_short_and_still_fails() -> None:
    bug = BUGS["chain-skips-the-previous"]
    failed = simulate(1, 6, bug=bug)
    short, steps = shrink(failed, only=range((failed.failed_at or 0) + 1), bug=bug)
    assert not failed.is_good
    assert not short.is_good
    assert len(steps) < (failed.failed_at or 0)
    replayed = simulate(1, 6, bug=bug, only=from_ranges(as_ranges(steps)))
    assert replayed.history == short.history


def test_the_report_says_what_was_run_and_what_no_seed_found() -> None:
    run = simulate(1, 6)
    text = report.text_of([run], [Hunt("gate-left-open", 1, None)], "0123abc")
    assert "| seeds | 1 to 1, 6 orders each |" in text
    assert "at commit `0123abc`" in text
    assert "| failing seeds | 0 |" in text
    assert "| `gate-left-open` | Consent is not asked for | **not in 1** |  |  |" in text
    assert f"| faults | {run.faults.total()} |" in text


def test_a_hunt_begins_where_the_last_report_found_its_bug(tmp_path: Path) -> None:
    found = Run(seed=7, orders=60, failures=["what a | pipe"], failed_at=3)
    path = tmp_path / "report.md"
    report.write([Run(seed=1, orders=6)], [Hunt("dual-write", 5, found), Hunt("gate-left-open", 1, None)], "0", path)
    assert report.found_before("dual-write", path) == (7, 60)
    assert report.found_before("gate-left-open", path) is None
    assert report.found_before("part-ignored", path) is None


def test_a_failing_seed_prints_the_command_that_replays_it(capsys: pytest.CaptureFixture[str]) -> None:
    bug = BUGS["chain-skips-the-previous"]
    explain(simulate(1, 6, bug=bug), bug)
    command = capsys.readouterr().out.splitlines()[-1]
    again = re.fullmatch(r"again: make simulate SEED=1 ORDERS=6 BUG=chain-skips-the-previous ONLY=(\S+)", command)
    assert again
    assert not simulate(1, 6, bug=bug, only=from_ranges(again[1])).is_good


def _history(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "tests.simulation", "--seed", "3", "--orders", "8"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout


def test_what_must_come_out_is_worked_out_without_the_services() -> None:
    models = [*HERE.glob("*/model/*.py"), *HERE.glob("*/model.py")]
    used = {line for path in models for line in path.read_text("utf-8").splitlines()}
    imported = {line.split()[1] for line in used if line.startswith(("import ", "from "))}
    assert {name.partition(".")[0] for name in imported} <= {*sys.stdlib_module_names, "tests"}
    ours = {name for name in imported if name.startswith("tests")}
    assert {name for name in ours if not re.match(r"tests\.simulation\.\w+\.model\b", name)} == set()
    assert len(models) > 10
