"""Erasure removes a person from the ledger, and the ledger's sums stay right.

A tombstone remains, which turns away every later event, with entries that name only the random id. Each step finds
what is left to erase, on the tombstone or in the ledger, so a redelivered event resumes where the last run stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from loyalty.credit.items import CREDIT, CreditAccount
from loyalty.kinds import AnyItem
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import Balances, EntryKind
from loyalty.ledger.items import ACCOUNT, Account, Entry
from loyalty.members.items import Card
from loyalty.members.numbers.store import remember
from loyalty.members.store import card_of
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.tier_rules import fresh
from loyalty.transfers.store import forget_recipient
from shared import clock
from shared.erasure import write_answer
from shared.events.privacy import ErasureRequested, Kept
from shared.items.batches import delete_all, put_all
from shared.items.keys import customer_partition
from shared.items.table import Delete, LostRaceError, Put, commit, find, retry_lost_races
from shared.items.tombstones import remains_of, strip
from shared.messages.cause import Cause
from shared.messages.dead_letters import sweep_dead_letters

WHY_KEPT: Final = (
    "Accounting records of points and credit issued, spent and expired. They hold a random id in place of the person, "
    "and no words that staff wrote."
)
# The name of the count of kept entries, beside the counts of erased items.
_ENTRIES_KEPT: Final = "entries_kept"


def erase_customer(request: ErasureRequested, cause: Cause) -> None:
    """Erase a person's data and answer the request. A repeated event finishes the erasure and answers again."""
    retry_lost_races(lambda: _suppress(request, cause))
    people = _erase_rest(request, cause)
    swept = sweep_dead_letters(*people)
    retry_lost_races(lambda: _answer(request, swept, cause))


def erase_late(customer_id: str, erased_id: str, cause: Cause) -> None:
    """Erase the rest of a customer who was merged into a person whose erasure is already answered."""
    # The entry that voids the points is then named after that person, not after a request.
    request = ErasureRequested.model_construct(request_id=erased_id, customer_id=customer_id)
    retry_lost_races(lambda: _suppress(request, cause))
    sweep_dead_letters(*_erase_rest(request, cause))
    retry_lost_races(lambda: _finish(customer_id))


def kept_of(tombstone: PointsAccount) -> list[Kept]:
    """The kept data, as a tombstone lists it."""
    kept = (tombstone.erased or {}).get(_ENTRIES_KEPT, tombstone.entries)
    return [Kept(what="ledger entries", count=kept, why=WHY_KEPT)] if kept else []


def erased_of(tombstone: PointsAccount) -> dict[str, int]:
    """The number of erased items by kind, as a tombstone lists it."""
    return {what: count for what, count in tombstone.erased.items() if what != _ENTRIES_KEPT}


@dataclass(frozen=True)
class _Found:
    """All stored items of a person, under each of the person's ids."""

    account: PointsAccount
    people: list[str]
    merged: list[PointsAccount]
    credits: list[CreditAccount]
    card: Card | None

    @property
    def accounts(self) -> list[Account]:
        return [self.account, *self.merged, *self.credits]

    @property
    def cards(self) -> list[str]:
        return [self.card.number, *self.former_cards] if self.card else []

    @property
    def former_cards(self) -> list[str]:
        return list(self.card.former or ()) if self.card else []


def _suppress(request: ErasureRequested, cause: Cause) -> None:
    """Replace the account by a tombstone; the same transaction ends the card and voids the points."""
    account = store.account_of(request.customer_id)
    if account.erased_at:
        return
    found = _find_all(account)
    remember(found.cards)
    erased = _count(found, sum(len(_with_reasons(each)) for each in found.accounts))
    entry = _void(account, request, cause)
    tombstone = remains_of(account)
    tombstone.set_tier(fresh(store.terms_now().programme.tiers))
    tombstone.erased_at = clock.now()
    # Also counts the entry that will void each account of credit.
    open_credits = sum(not each.is_closed for each in found.credits)
    tombstone.erased = erased | {_ENTRIES_KEPT: sum(each.entries for each in found.accounts) + open_credits}
    tombstone.unfinished = {"people": found.people, "cards": found.former_cards}
    commit(Put(tombstone), Put(entry) if entry else None, Delete(found.card) if found.card else None)


def _find_all(account: PointsAccount) -> _Found:
    people = [account.customer_id, *(account.merged_from or ())]
    merged = [found for person in people[1:] if (found := find(PointsAccount, customer_partition(person), ACCOUNT))]
    return _Found(
        account, people, merged, [credit for person in people for credit in _credit_of(person)], card_of(account)
    )


def _count(found: _Found, reasons: int) -> dict[str, int]:
    """The number of items to erase, by kind."""
    others = [item.sk.partition("#")[0] for person in found.people for item in _others_of(person)]
    return {
        "accounts": (1 if found.account.version else 0) + len(found.merged) + len(found.credits),
        "cards": 1 + len(found.former_cards) if found.card else 0,
        "reasons": reasons,
        "receipts": others.count("RECEIPT"),
        "claims": others.count("CLAIM"),
        "proposals": others.count("PROPOSAL"),
        "freezes": others.count("FREEZE"),
        "reviews": others.count("REVIEWED"),
        "transfers": others.count("TRANSFER"),
        "dead_letters": 0,
    }


def _with_reasons(account: Account) -> list[Entry]:
    """An account's entries that hold words of staff. A ledger may have any number of them, so no item lists them.

    Entries are numbered without gaps, so their number shows whether the index is complete. Raises LostRaceError while
    it is not.
    """
    if not account.entries:
        return []
    entries = ledger.entries_of(account.name, before=None, kind=None, limit=None)
    if len(entries) < account.entries:
        raise LostRaceError
    return [entry for entry in entries if entry.reason]


def _void(account: PointsAccount, request: ErasureRequested, cause: Cause) -> Entry | None:
    if account.balances.vector == Balances(earned=account.earned or 0).vector and not account.entries:
        return None
    origin = ledger.Origin(f"ERASURE#{account.customer_id}", "ENTRY", request.request_id, cause)
    entry = store.post_points(account, rules.close(EntryKind.VOIDED, account.balances), origin, store.terms_now())
    ledger.seal(entry, account)
    return entry


def _erase_rest(request: ErasureRequested, cause: Cause) -> list[str]:
    """Erase the person's items beside the tombstone; return every id that was the person's."""
    account = store.account_of(request.customer_id)
    unfinished = account.unfinished or {"people": [], "cards": []}
    for person in unfinished["people"]:
        retry_lost_races(lambda person=person: _remove_reasons(PointsAccount(customer_partition(person), ACCOUNT)))  # type: ignore[misc]
    delete_all([Card(f"CARD#{number}", "CARD") for number in unfinished["cards"]])
    # The request may name a customer merged into this person, after everything else of theirs was erased.
    people = list(dict.fromkeys([account.customer_id, *unfinished["people"], request.customer_id]))
    for person in people:
        for credit in _credit_of(person):
            retry_lost_races(lambda credit=credit: _void_credit(credit, request, cause))  # type: ignore[misc]
            # The account is closed now, so this also covers credit that staff gave while the erasure began.
            retry_lost_races(lambda credit=credit: _remove_reasons(credit))  # type: ignore[misc]
        others = _others_of(person)
        forget_recipient(others)
        delete_all(others)
    return people


def _void_credit(found: CreditAccount, request: ErasureRequested, cause: Cause) -> None:
    account = find(CreditAccount, found.pk, found.sk)
    if account is None or account.is_closed:
        return  # what went to another account is voided there
    terms = store.terms_now()
    origin = ledger.Origin(f"ERASURE#{account.name}", "ENTRY", request.request_id, cause)
    entry = ledger.post_entry(account, rules.close(EntryKind.VOIDED, account.balances), origin, terms)
    tombstone = remains_of(account)
    tombstone.erased_at = clock.now()
    ledger.write(entry, tombstone)


def _remove_reasons(found: Account) -> None:
    """Remove the words of staff from the entries of an account that is closed. A run that died left some or all."""
    account = find(type(found), found.pk, found.sk)
    entries = _with_reasons(account) if account else []
    for entry in entries:
        strip(entry)
    # The index may be behind another run of this erasure, and nobody else changes an entry.
    put_all(entries)


def _credit_of(customer_id: str) -> list[CreditAccount]:
    begins = CreditAccount.sk.startswith(CREDIT)
    return list(CreditAccount.query(customer_partition(customer_id), begins, consistent_read=True))


def _others_of(customer_id: str) -> list[AnyItem]:
    """The other items in the person's own partition: receipts, claims, proposals, and acts of staff."""
    found = AnyItem.query(customer_partition(customer_id), consistent_read=True)
    return [item for item in found if not isinstance(item, Account)]


def _finish(customer_id: str) -> None:
    account = store.account_of(customer_id)
    if account.unfinished:
        account.unfinished = None
        commit(Put(account))


def _answer(request: ErasureRequested, swept: int, cause: Cause) -> None:
    tombstone = store.account_of(request.customer_id)
    tombstone.unfinished = None
    write_answer(tombstone, request, swept, cause)
