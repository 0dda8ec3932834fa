"""Erasure: a person leaves the ledger, and its sums stay right.

What is left of them is a tombstone, which turns away every later event, and entries that name only the random id.
Each step leaves on the tombstone what the next one needs, so a redelivery goes on wherever the last one stopped.
"""

from __future__ import annotations

from typing import Final

from loyalty.cards.items import CARD, Card, key_of
from loyalty.ledger import rules, store
from loyalty.ledger.items import Account, Entry
from loyalty.table import LoyaltyItem
from shared import clock
from shared.cause import Cause
from shared.dead_letters import sweep_dead_letters
from shared.events import ErasureAnswered, ErasureRequested, Kept
from shared.keys import customer_partition
from shared.table import Delete, LostRaceError, Put, commit, delete_all, find, retry_lost_races

WHY_KEPT: Final = (
    "Accounting records of points issued, spent and expired. They hold a random id in place of the person, "
    "and no words that staff wrote."
)


def erase_customer(request: ErasureRequested, cause: Cause) -> None:
    """Erase what loyalty knows of a person, and answer; heard again, finish what was left undone and answer again."""
    retry_lost_races(lambda: _bury(request, cause))
    swept = _sweep(request.customer_id)
    retry_lost_races(lambda: _answer(request, swept, cause))


def kept_of(account: Account) -> list[Kept]:
    """What a tombstone says was kept."""
    if not account.entries:
        return []
    return [Kept(what="ledger entries", count=account.entries, why=WHY_KEPT)]


def _bury(request: ErasureRequested, cause: Cause) -> None:
    """Turn the account into a tombstone, in one transaction with its card's end and the entry that voids its points."""
    account = store.account_of(request.customer_id)
    if account.erased_at:
        return
    reasons = _adjustments_with_reasons(account)
    card = find(Card, key_of(account.card_number), CARD) if account.card_number else None
    account.erased = {
        "accounts": 1 if account.version else 0,
        "cards": 1 if card else 0,
        "reasons": len(reasons),
        "receipts": len(_receipts(request.customer_id)),
        "dead_letters": 0,
    }
    account.unfinished = reasons or None
    entry = _void(account, request, cause)
    _strip(account)
    commit(Put(account), Put(entry) if entry else None, Delete(card) if card else None)


def _adjustments_with_reasons(account: Account) -> list[str]:
    """The partitions of all entries that hold words of staff.

    Entries are numbered without gaps, so it is known whether the index shows them all yet: LostRaceError when not.
    """
    if not account.entries:
        return []
    entries = store.entries_of(account.customer_id, before=None, kind=None, limit=None)
    if len(entries) < account.entries:
        raise LostRaceError
    return [entry.pk for entry in entries if entry.reason]


def _void(account: Account, request: ErasureRequested, cause: Cause) -> Entry | None:
    posting = rules.void(account.standing)
    if posting.points == 0:
        return None
    origin = store.Origin(f"ERASURE#{account.customer_id}", "ENTRY", request.request_id, cause)
    return store.make_entry(account, posting, origin)


def _strip(account: Account) -> None:
    nothing = rules.Standing()
    account.balance, account.earned, account.tier = nothing.balance, nothing.earned, nothing.tier
    account.lots, account.written_off = {}, None
    account.due_on = account.due_shard = None
    account.opened_at = account.email_verified = account.profile_version = None
    account.registered_at = account.card_number = account.card_issued_at = None
    account.erased_at = clock.now()


def _sweep(customer_id: str) -> int:
    """Erase what lies outside the tombstone; how many dead letters there were."""
    account = store.account_of(customer_id)
    for pk in account.unfinished or []:
        retry_lost_races(lambda pk=pk: _remove_reason(pk))  # type: ignore[misc]
    delete_all(_receipts(customer_id))
    return sweep_dead_letters(customer_id)


def _remove_reason(pk: str) -> None:
    entry = find(Entry, pk, store.ADJUSTMENT_ENTRY)
    if entry and entry.reason:
        entry.reason = None
        commit(Put(entry))


def _receipts(customer_id: str) -> list[LoyaltyItem]:
    begins = LoyaltyItem.sk.startswith("RECEIPT#")
    return list(LoyaltyItem.query(customer_partition(customer_id), begins, consistent_read=True))


def _answer(request: ErasureRequested, swept: int, cause: Cause) -> None:
    account = store.account_of(request.customer_id)
    account.unfinished = None
    account.erased = {**account.erased, "dead_letters": account.erased["dead_letters"] + swept}
    account.tell(ErasureAnswered, cause, about=request.request_id)
    commit(Put(account))
