"""The two entries by which one account ends and another takes it over, of points and of store credit alike."""

from __future__ import annotations

from typing import Final, Protocol

from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind, Posting
from loyalty.ledger.items import Account, Entry
from shared.cause import Cause

OUT: Final = "OUT"
IN: Final = "IN"


class Post(Protocol):
    """Makes the entry of a posting; the account's balances become those after it."""

    def __call__(self, account: Account, posting: Posting, origin: ledger.Origin, *, head: str | None) -> Entry:
        """The entry, not stored yet."""


def carry_over(merged: Account, survivor: Account, post: Post, cause: Cause, *, fills_debt: bool) -> list[Entry]:
    """The last entry of the one account and the one by which the other takes over all that it held and was.

    Each carries the hash that the other's chain had reached, so that neither ledger can be had without the other.
    """
    carried = merged.balances
    close = rules.close(EntryKind.MERGED_OUT, carried)
    out = post(
        merged, close, _origin(OUT, merged, survivor, cause), head=survivor.head.hex() if survivor.head else None
    )
    ledger.seal(merged, out)
    take_over = rules.take_over(survivor.balances, carried, fills_debt=fills_debt)
    into = post(survivor, take_over, _origin(IN, merged, merged, cause), head=out.hash.hex())
    ledger.seal(survivor, into)
    return [out, into]


def _origin(step: str, merged: Account, named: Account, cause: Cause) -> ledger.Origin:
    # A customer is merged away once, and each of their accounts with them.
    which = merged.name.removeprefix(merged.customer_id)
    return ledger.Origin(f"MERGE#{merged.customer_id}", f"{step}{which}", named.customer_id, cause)
