"""The main job of `make run`, small, on a local cloud of its own: its figures are those of the whole stage."""

from __future__ import annotations

from pathlib import Path

from infra.local.stage import local_stage
from infra.replay.main import replay


def test_real_purchases_flow_through_and_every_figure_is_the_files(tmp_path: Path) -> None:
    with local_stage(home=tmp_path) as stage:
        # Raises when one figure differs, something does not settle, or a dead letter is left.
        replay(stage, 12)
