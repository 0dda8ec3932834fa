"""One person: two accounts merged, or an account erased."""

from __future__ import annotations

from typing import Final

from shared.contract import INBOX, Contract, Grant

CONTRACT: Final = Contract(
    hears={"CustomersMerged": "hear_customers_merged", "ErasureRequested": "hear_erasure_requested"},
    tells=("ErasureAnswered",),
    grants=(Grant((INBOX,), table=("dynamodb:BatchWriteItem",)),),
)
