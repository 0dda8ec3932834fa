"""The clock that can be set exists on the local cloud and nowhere else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from infra.bundle import ROOT
from infra.generate.core import core_template
from infra.generate.front import front_template
from infra.local import clock, state
from shared.clock import OFFSET_FILE_VARIABLE
from tests.contract.packaging.packaged import SERVICES, template


@pytest.mark.parametrize("service", SERVICES)
def test_no_packaged_template_sets_the_variable_that_it_is_read_from(service: str) -> None:
    assert OFFSET_FILE_VARIABLE not in json.dumps(template(service))


def test_neither_does_what_the_services_share() -> None:
    assert OFFSET_FILE_VARIABLE not in json.dumps([core_template(ROOT), front_template(ROOT)])


def test_the_command_finds_no_stage_but_the_running_local_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(state.running, "__defaults__", (tmp_path / "running.json",))
    monkeypatch.setattr(sys, "argv", ["clock", "1"])
    with pytest.raises(SystemExit, match="1"):
        clock.main()
    assert "The local cloud is not running" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["1", "--stage", "prod"], ["prod"], ["0"], ["99999"], []])
def test_it_takes_a_number_of_days_and_nothing_else(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["clock", *arguments])
    with pytest.raises(SystemExit, match="2"):
        clock.main()
