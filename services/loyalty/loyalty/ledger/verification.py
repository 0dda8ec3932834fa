"""Verifies a ledger: recomputes its hash chain and its sums from the first entry."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from functools import partial
from typing import Final

from loyalty.anchors.items import Anchor
from loyalty.anchors.store import anchors_of
from loyalty.ledger import store
from loyalty.ledger.attributes import write_pending
from loyalty.ledger.balances import EntryKind, Lots, Pending, Vector, plus, write_lots
from loyalty.ledger.chain import GENESIS
from loyalty.ledger.items import CLOSING, A, Account, Entry
from shared import clock
from shared.items.readable import UnreadableItemError
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

# A day is closed within hours of its end.
_CLOSED_AFTER: Final = timedelta(days=2)


@dataclass
class _Sums:
    number: int = 0
    lots: Lots | None = None
    pending: Pending | None = None
    held: int = 0
    owed: int = 0
    after: Vector = _NOTHING
    hashes: list[bytes] = field(default_factory=list)

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
        self.hashes.append(entry.hash)
        return _mismatch(entry, self) or _miscounted(entry, before)

    @property
    def places(self) -> tuple[int, int, int, int]:
        """The sums pending, available, held and owed."""
        return sum((self.pending or {}).values()), sum((self.lots or {}).values()), self.held, self.owed


def prove(read: Callable[[], A]) -> tuple[A | None, Verification]:
    """Verify the account that `read` returns, from its first entry on; None for an account that cannot be read.

    It reads every entry. Raises the errors of `read`, and LostRaceError while the account keeps changing.
    """
    try:
        return retry_lost_races(lambda: _proved(read, is_settled=False))
    except LostRaceError:
        # The index lags a moment at most: an entry still missing after all tries does not exist.
        return _proved(read, is_settled=True)


def prove_all(read: Callable[[str], A], customer_id: str) -> tuple[A | None, Verification]:
    """As `prove`, of the account that `read` returns for a customer and, if it was merged, of its survivor.

    The account is the last one read.
    """
    account, found = prove(partial(read, customer_id))
    seen = {customer_id}
    while account and account.merged_into and found.holds:
        if account.merged_into in seen:
            return account, Verification(found.entries, what="the account is merged into itself")
        seen.add(account.merged_into)
        account, found = prove(partial(read, account.merged_into))
    return account, found


def verify(
    account: Account, entries: Sequence[Entry | UnreadableItemError], anchors: Sequence[Anchor] = ()
) -> Verification:
    """Check the account's entries, from the first on, against each other, the anchors and the account."""
    sums, readable = _Sums(), list[Entry]()
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, UnreadableItemError):
            return Verification(len(entries), number, f"its {entry} cannot be read")
        readable.append(entry)
        if what := _found(partial(sums.add, entry)) or _reworded(entry, account):
            return Verification(len(entries), sums.number, what)
    if len(entries) < account.entries:
        return Verification(len(entries), sums.number + 1, "it is missing")
    if changed := _changed(account, readable, sums.hashes):
        return Verification(len(entries), changed, "it is not what it was when the next one was written")
    for anchor in sorted(anchors):
        if what := _found(partial(_unanchored, anchor, sums)):
            return Verification(len(entries), min(anchor.number, len(entries) + 1), what)
    what = _found(partial(_unlike, account, sums)) or _found(partial(_otherwise, account, readable))
    return Verification(len(entries), sums.number if what else None, what)


def _proved(read: Callable[[], A], *, is_settled: bool) -> tuple[A | None, Verification]:
    try:
        account = read()
        entries = list(store.entries_from_first(account.name))
        # Either the index lags, or an entry was posted after the account was read. A lost entry shows as a gap.
        if len(entries) != account.entries and not (is_settled and read().version == account.version):
            raise LostRaceError
    except UnreadableItemError as error:
        return None, Verification(0, what=f"the account's {error} cannot be read")
    try:
        anchors = anchors_of(account.name, account.pk, _last_closed_day(entries))
    except UnreadableItemError:
        return account, Verification(len(entries), what="an anchor cannot be read")
    return account, verify(account, entries, anchors)


def _last_closed_day(entries: Sequence[Entry | UnreadableItemError]) -> date | None:
    """The day of the newest entry that surely has an anchor. By it, all entries before are proved too."""
    surely = (clock.now().astimezone(UTC) - _CLOSED_AFTER).date()
    days = (entry.posted_at.astimezone(UTC).date() for entry in entries if isinstance(entry, Entry))
    return max((day for day in days if day <= surely), default=None)


def _found(check: Callable[[], str | None]) -> str | None:
    """The mismatch that a check finds. A value of a wrong form inside a readable attribute is one too."""
    try:
        return check()
    except Exception:  # noqa: BLE001  # whatever a wrong form raises where it is summed or written
        return "it cannot be read"


def _changed(account: Account, entries: Sequence[Entry], hashes: Sequence[bytes]) -> int | None:
    """The number of the first entry whose hash differs from the hash that the next entry, or the account, carries.

    If the next entry's own hash differs too, the next entry was changed: in its copy of the previous hash.
    """
    carried = [entry.previous for entry in entries] + [account.head or GENESIS]
    broken = [number for number, pair in enumerate(zip([GENESIS, *hashes], carried, strict=True)) if pair[0] != pair[1]]
    if not broken:
        return None
    return broken[0] + 1 if broken[0] + 1 in broken else max(broken[0], 1)


def _unanchored(anchor: Anchor, sums: _Sums) -> str | None:
    if anchor.number > sums.number:
        return "it is missing, and an anchor of its day names it"
    if sums.hashes[anchor.number - 1] != anchor.hash:
        return "it is not what it was at the end of its day"
    return None


def _reworded(entry: Entry, account: Account) -> str | None:
    # Only an erasure removes words. It reaches the accounts that were merged into the person's, too.
    if entry.is_worded_as_posted(may_be_erased=account.is_closed):
        return None
    return "its reason is not the one that was posted"


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
    held = [balances.vector, write_lots(balances.lots), write_pending(balances.pending)]
    # As text, for which `true` is not 1.
    if json.dumps(held) != json.dumps([sums.after, write_lots(sums.lots or {}), write_pending(sums.pending or {})]):
        return "the account does not hold or count what its entries sum to"
    return None


def _otherwise(account: Account, entries: Sequence[Entry]) -> str | None:
    """Whether the account is otherwise than its newest entry left it."""
    newest = entries[-1] if entries else None
    if newest and account.version is None:
        return "the account's version is missing"
    if newest and not _is_closed_as(newest, account):
        return "the account is closed otherwise than by its newest entry, or is open again"
    is_left = newest and account.is_as_left_by(newest)
    if account.is_closed or (is_left if newest else account.state == type(account)(account.pk, account.sk).state):
        return None
    return "the account's tier, holds or other state are not what the newest entry left"


def _is_closed_as(newest: Entry, account: Account) -> bool:
    if newest.entry_kind is EntryKind.MERGED_OUT:
        return account.merged_into == newest.cause
    return account.merged_into is None and (account.erased_at is not None) == (newest.entry_kind in CLOSING)
