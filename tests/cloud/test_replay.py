"""The main job of `make run`, small, on a local cloud of its own: its figures are those of the whole stage."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.stage import local_stage
from infra.replay.main import replay
from infra.replay.sample import Currency


@pytest.mark.parametrize(("code", "customers"), [("USD", 12), ("KWD", 4)])
def test_real_purchases_flow_through_and_every_figure_is_the_files(tmp_path: Path, code: str, customers: int) -> None:
    with local_stage(home=tmp_path, settings={"Currency": code}) as stage:
        # Raises when one figure differs, something does not settle, or a dead letter is left.
        replay(stage, customers, currency=Currency.of(code))
