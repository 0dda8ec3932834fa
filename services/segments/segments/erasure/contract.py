"""Erasure of a person from features and memberships."""

from __future__ import annotations

from typing import Final

from shared.contract import INBOX, Contract, Grant

CONTRACT: Final = Contract(
    hears={"ErasureRequested": "hear_erasure_requested", "CustomersMerged": "hear_customers_merged"},
    tells=("ErasureAnswered",),
    grants=(Grant((INBOX,), table=("dynamodb:BatchWriteItem",)),),
)
