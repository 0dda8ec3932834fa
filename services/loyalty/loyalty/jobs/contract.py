"""Work that falls due: points and credit that expire, holds that end, tiers that are reviewed."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract, Grant, Schedule

CONTRACT: Final = Contract(
    schedules=(Schedule("expire", "rate(1 hour)", "expire"),),
    grants=(
        Grant(("expire",), table=("dynamodb:Query",)),
        Grant(("expire",), index="due_accounts"),
        Grant(("expire",), index="open_holds"),
    ),
)
