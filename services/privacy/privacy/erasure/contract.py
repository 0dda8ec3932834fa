"""Erasure of what privacy itself keeps of a person."""

from __future__ import annotations

from typing import Final

from shared.contract import INBOX, Contract, Grant

CONTRACT: Final = Contract(
    # Its own request too: privacy erases like the others, and is waited for like them.
    hears={
        "ErasureRequested": "hear_erasure_requested",
        "ErasureAnswered": "hear_erasure_answered",
        "CustomersMerged": "hear_customers_merged",
    },
    grants=(Grant((INBOX,), table=("dynamodb:BatchWriteItem",)),),
)
