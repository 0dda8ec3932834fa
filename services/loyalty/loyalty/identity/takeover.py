"""The two entries of a merge, for points and store credit alike: one account ends, another takes it over."""

from __future__ import annotations

from typing import Final, Protocol

from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind, Posting
from loyalty.ledger.items import Account, Entry
from shared.messages.cause import Cause

OUT: Final = "OUT"
IN: Final = "IN"


class Post(Protocol):
    """Makes the entry of a posting, and sets the account's balances."""

    def __call__(self, account: Account, posting: Posting, origin: ledger.Origin, *, head: str | None) -> Entry:
        """The entry, not stored yet."""


def carry_over(merged: Account, survivor: Account, post: Post, cause: Cause, *, fills_debt: bool) -> list[Entry]:
    """The last entry of the merged account, and the entry by which the survivor takes over its balances.

    Each entry carries the hash that the other chain had reached, so neither ledger is complete without the other.
    """
    carried = merged.balances
    close = rules.close(EntryKind.MERGED_OUT, carried)
    out = post(
        merged, close, _origin(OUT, merged, survivor, cause), head=survivor.head.hex() if survivor.head else None
    )
    ledger.seal(out, merged)
    take_over = rules.take_over(survivor.balances, carried, fills_debt=fills_debt)
    into = post(survivor, take_over, _origin(IN, merged, merged, cause), head=out.hash.hex())
    ledger.seal(into, survivor)
    return [out, into]


def _origin(step: str, merged: Account, named: Account, cause: Cause) -> ledger.Origin:
    # A customer is merged once, and so is each of the customer's accounts.
    which = merged.name.removeprefix(merged.customer_id)
    return ledger.Origin(f"MERGE#{merged.customer_id}", f"{step}{which}", named.customer_id, cause)
