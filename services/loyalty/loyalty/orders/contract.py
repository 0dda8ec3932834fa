"""Orders: the points that they earn, take back and give back."""

from __future__ import annotations

from typing import Final

from shared.contract import INBOX, Contract, Grant

CONTRACT: Final = Contract(
    hears={"OrderRecorded": "hear_order_recorded"},
    grants=(Grant((INBOX,), table=("dynamodb:Query",)),),
)
