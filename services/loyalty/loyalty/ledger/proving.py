"""Reading a whole account and verifying it, while it may be in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from loyalty.ledger import store
from loyalty.ledger.items import Account
from loyalty.ledger.verification import Verification, verify
from shared.table import LostRaceError, retry_lost_races

A = TypeVar("A", bound=Account)


def prove(read: Callable[[], A]) -> tuple[A, Verification]:
    """The account that `read` gives, with its whole chain and all its sums computed again from its first entry.

    It reads every entry. Raises what `read` does, and LostRaceError while the account keeps changing.
    """
    try:
        return retry_lost_races(lambda: _proved(read, is_settled=False))
    except LostRaceError:
        # The index is a moment behind at most: what it has not shown in all these tries is not there.
        return _proved(read, is_settled=True)


def _proved(read: Callable[[], A], *, is_settled: bool) -> tuple[A, Verification]:
    account = read()
    entries = list(store.entries_from_first(account.name))
    # The index is behind, or something was posted since the account was read; a lost entry shows as a gap.
    if len(entries) != account.entries and not (is_settled and read().version == account.version):
        raise LostRaceError
    return account, verify(account, entries)
