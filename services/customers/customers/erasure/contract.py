"""Erasure of a person from accounts, orders and reviews."""

from __future__ import annotations

from typing import Final

from shared.contract import INBOX, Contract, Grant

CONTRACT: Final = Contract(
    hears={"ErasureRequested": "hear_erasure_requested"},
    tells=("ErasureAnswered",),
    grants=(Grant((INBOX,), table=("dynamodb:BatchGetItem", "dynamodb:Query")),),
)
