"""Verifies a ledger: recomputes its hash chain and its sums from the first entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from loyalty.ledger import store
from loyalty.ledger.balances import EntryKind, Lots, Pending, Vector, plus
from loyalty.ledger.chain import GENESIS
from loyalty.ledger.items import A, Account, Entry
from shared.items.table import LostRaceError, retry_lost_races


@dataclass(frozen=True)
class Verification:
    """The result of a verification; `broken_at` is the number of the first wrong entry, `what` describes it."""

    entries: int
    broken_at: int | None = None
    what: str | None = None

    @property
    def holds(self) -> bool:
        """Whether the chain is whole and every sum is right."""
        return self.what is None


_NOTHING: Final = Vector(0, 0, 0, 0)
# Only these kinds change the sum spent.
_SPENDING: Final = frozenset({EntryKind.CAPTURED, EntryKind.REDEEMED, EntryKind.RESTORED})
# These kinds count more as earned than they move: points taken back may have expired, or be owed or forgiven.
_SETTLING: Final = frozenset({EntryKind.REVERSED, EntryKind.REINSTATED})
# These kinds take over the sums of another account, or give sums away.
_MOVING: Final = frozenset({EntryKind.MERGED_IN, EntryKind.MERGED_OUT, EntryKind.VOIDED})


@dataclass
class _Sums:
    number: int = 0
    lots: Lots | None = None
    pending: Pending | None = None
    held: int = 0
    owed: int = 0
    after: Vector = _NOTHING

    def add(self, entry: Entry) -> str | None:
        """Count one more entry; return the first mismatch, or None."""
        self.number += 1
        if entry.seq != self.number:
            return "it is missing"
        self.lots = plus(self.lots or {}, entry.lots or {})
        self.pending = plus(self.pending or {}, entry.pending or {})
        self.held += entry.held or 0
        self.owed += entry.owed or 0
        before, self.after = self.after, entry.after
        return _mismatch(entry, self) or _miscounted(entry, before)

    @property
    def places(self) -> tuple[int, int, int, int]:
        """The sums pending, available, held and owed."""
        return sum((self.pending or {}).values()), sum((self.lots or {}).values()), self.held, self.owed


def prove(read: Callable[[], A]) -> tuple[A, Verification]:
    """Verify the account that `read` returns, from its first entry on.

    It reads every entry. Raises the errors of `read`, and LostRaceError while the account keeps changing.
    """
    try:
        return retry_lost_races(lambda: _proved(read, is_settled=False))
    except LostRaceError:
        # The index lags a moment at most: an entry still missing after all tries does not exist.
        return _proved(read, is_settled=True)


def verify(account: Account, entries: Sequence[Entry]) -> Verification:
    """Check the account's entries, from the first on, against each other and against the account."""
    sums = _Sums()
    for entry in entries:
        if what := sums.add(entry):
            return Verification(len(entries), sums.number, what)
    if len(entries) < account.entries:
        return Verification(len(entries), sums.number + 1, "it is missing")
    if changed := _changed(account, entries):
        return Verification(len(entries), changed, "it is not what it was when the next one was written")
    what = _unlike(account, sums)
    return Verification(len(entries), sums.number if what else None, what)


def _proved(read: Callable[[], A], *, is_settled: bool) -> tuple[A, Verification]:
    account = read()
    entries = list(store.entries_from_first(account.name))
    # Either the index lags, or an entry was posted after the account was read. A lost entry shows as a gap.
    if len(entries) != account.entries and not (is_settled and read().version == account.version):
        raise LostRaceError
    return account, verify(account, entries)


def _changed(account: Account, entries: Sequence[Entry]) -> int | None:
    """The number of the first entry whose hash differs from the hash that the next entry, or the account, carries.

    If the next entry's own hash differs too, the next entry was changed: in its copy of the previous hash.
    """
    carried = [entry.previous for entry in entries] + [account.head or GENESIS]
    hashes = [GENESIS] + [entry.hash for entry in entries]
    broken = [number for number, pair in enumerate(zip(hashes, carried, strict=True)) if pair[0] != pair[1]]
    if not broken:
        return None
    return broken[0] + 1 if broken[0] + 1 in broken else max(broken[0], 1)


def _mismatch(entry: Entry, sums: _Sums) -> str | None:
    lots, pending = sums.lots or {}, sums.pending or {}
    if sums.places != entry.after[:4]:
        return "what it says the account held is not the sum of the entries"
    moved = sum((entry.lots or {}).values()) + sum((entry.pending or {}).values())
    if entry.amount != moved + (entry.held or 0) - (entry.owed or 0):
        return "its amount is not the sum of what it changed"
    if min([*lots.values(), *pending.values(), sums.held, sums.owed], default=0) < 0:
        return "it takes more than there was"
    return None


def _miscounted(entry: Entry, before: Vector) -> str | None:
    kind, after = entry.entry_kind, entry.after
    if kind in _MOVING:
        return None
    spent, expired = after.spent - before.spent, after.expired - before.expired
    earned = 0 if kind in _SETTLING else after.earned - before.earned
    counted = (
        entry.amount if kind is EntryKind.EARNED else 0,
        -entry.amount if kind in _SPENDING else 0,
        -entry.amount if kind is EntryKind.EXPIRED else 0,
    )
    return None if (earned, spent, expired) == counted else "it counts as earned, spent or expired what it did not move"


def _unlike(account: Account, sums: _Sums) -> str | None:
    if account.entries != sums.number:
        return "the account counts other entries"
    balances = account.balances
    if balances.vector != sums.after or balances.lots != (sums.lots or {}) or balances.pending != (sums.pending or {}):
        return "the account does not hold or count what its entries sum to"
    return None
