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
    """Makes the entry of a posting, to which it turns the account."""

    def __call__(self, account: Account, posting: Posting, origin: ledger.Origin, *, head: str | None) -> Entry:
        """The entry, not stored yet."""


def carry_over(gone: Account, stays: Account, post: Post, cause: Cause, *, fills_debt: bool) -> list[Entry]:
    """The last entry of the one account and the one by which the other takes over all that it held and was.

    Each carries the hash that the other's chain had reached, so that neither ledger can be had without the other.
    """
    carried = gone.standing
    close = rules.close(EntryKind.MERGED_OUT, carried)
    out = post(gone, close, _origin(OUT, gone, stays, cause), head=stays.head.hex() if stays.head else None)
    ledger.seal(gone, out)
    take_over = rules.take_over(stays.standing, carried, fills_debt=fills_debt)
    into = post(stays, take_over, _origin(IN, gone, gone, cause), head=out.hash.hex())
    ledger.seal(stays, into)
    return [out, into]


def _origin(step: str, gone: Account, named: Account, cause: Cause) -> ledger.Origin:
    # A customer is merged away once, and each of their accounts with them.
    which = gone.name.removeprefix(gone.customer_id)
    return ledger.Origin(f"MERGE#{gone.customer_id}", f"{step}{which}", named.customer_id, cause)
