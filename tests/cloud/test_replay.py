"""The main job of `make run`, small, on a local cloud of its own: its figures are those of the whole stage."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.stage import local_stage
from infra.replay.main import replay
from infra.replay.sample import Currency
from infra.replay.storefront import Storefront
from infra.tokens import token


@pytest.mark.parametrize(("code", "customers"), [("USD", 12), ("KWD", 4)])
def test_real_purchases_flow_through_and_every_figure_is_the_files(tmp_path: Path, code: str, customers: int) -> None:
    with local_stage(home=tmp_path, settings={"Currency": code}) as stage:
        # Raises when one figure differs, something does not settle, or a dead letter is left.
        storefront = Storefront(stage.base_url, lambda role: token(stage.deployment, role))
        replay(stage, storefront, customers, currency=Currency.of(code))
