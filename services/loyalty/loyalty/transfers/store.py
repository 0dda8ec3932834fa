"""Reads the transfers of a customer, which include those of customers merged into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from heapq import merge
from itertools import groupby, islice

from loyalty.days import start_of
from loyalty.ledger.items import Entry
from loyalty.ledger.terms import Terms
from loyalty.points.items import PointsAccount
from loyalty.transfers.items import TRANSFER, Transfer, TransferRequests, requests_key
from loyalty.transfers.rules import CODE_LIVES, Direction, Moved
from shared import ids
from shared.errors import NotFoundError, ProblemError
from shared.items.keys import customer_partition
from shared.items.table import LostRaceError, Put, commit, find, retry_lost_races


def existing_transfer(account: PointsAccount, transfer_id: str) -> Transfer:
    """One side of a transfer, of the account's customer, read consistently; of both sides, the sender's.

    Raises NotFoundError.
    """
    found = [side for person in _people(account) if (side := find_side(person, transfer_id))]
    if not found:
        raise NotFoundError("There is no such transfer.")
    return next((side for side in found if side.direction is Direction.SENT), found[0])


def find_side(customer_id: str, transfer_id: str) -> Transfer | None:
    """The side of the customer who then had this very id, read consistently."""
    return find(Transfer, customer_partition(customer_id), f"{TRANSFER}{transfer_id}")


@contextmanager
def unless_changed(side: Transfer) -> Iterator[None]:
    """Turn a refusal into LostRaceError if somebody else has moved the transfer meanwhile: that may be the reason.

    A limit that is reached by the first of two confirmations at once, say, must not answer the second.
    """
    try:
        yield
    except ProblemError:
        stored = find_side(side.customer_id, side.id)
        if stored is None or stored.version != side.version:
            raise LostRaceError from None
        raise


def newest_first(account: PointsAccount, *, before: str | None, limit: int) -> list[Transfer]:
    """At most `limit` transfers of the account's customer with ids below `before`.

    Of a transfer between two customers who are one by now, the sender's side alone.
    """
    found = [_of_person(person, before, limit) for person in _people(account)]
    sides = merge(*found, key=lambda side: (side.id, side.direction is Direction.SENT), reverse=True)
    return list(islice((next(both) for _, both in groupby(sides, key=lambda side: side.id)), limit))


def moved_in_month(account: PointsAccount, direction: Direction, terms: Terms) -> list[Moved]:
    """What the customer sent or received since the first of the month, read consistently.

    Each transfer writes both accounts. So whoever read the account before, and writes it afterwards, has seen all.
    """
    since = start_of(terms.today.replace(day=1), terms.watch.zone) - CODE_LIVES
    sides = (side for person in _people(account) for side in _completed_since(person, since))
    return [
        Moved(terms.programme.day_of(side.completed_at), side.kept)
        for side in sides
        if side.direction is direction and side.completed_at
    ]


def requests_today(account: PointsAccount, terms: Terms) -> TransferRequests:
    """How often the customer asked today; a new count, not stored yet, before the first time."""
    key = requests_key(account.customer_id, terms.today)
    return find(TransferRequests, *key) or TransferRequests.fresh(account.customer_id, terms.today, terms.now)


def forget_recipient(items: Iterable[object]) -> None:
    """Remove what senders typed of a recipient, by the recipient's own items, before these are deleted."""
    for side in items:
        if isinstance(side, Transfer) and side.direction is Direction.RECEIVED:
            retry_lost_races(lambda side=side: _forget_hint(side))  # type: ignore[misc]


def commit_move(entries: Iterable[Entry], *changed: PointsAccount | Transfer) -> None:
    """Write both entries of a move with the accounts and the sides, all or nothing.

    Raises LostRaceError if any of them has changed meanwhile.
    """
    commit(*(Put(entry, error=LostRaceError()) for entry in entries), *map(Put, changed))


def _forget_hint(received: Transfer) -> None:
    sent = find_side(received.other, received.id)
    if sent and sent.hint is not None:
        sent.hint = None
        commit(Put(sent))


def _of_person(customer_id: str, before: str | None, limit: int) -> list[Transfer]:
    below = Transfer.sk.between(TRANSFER, TRANSFER + before) if before else Transfer.sk.startswith(TRANSFER)
    # A range includes both ends: one more item, for the transfer before which the page begins.
    found = Transfer.query(
        customer_partition(customer_id), below, consistent_read=True, scan_index_forward=False, limit=limit + 1
    )
    return [side for side in found if side.id != before][:limit]


def _completed_since(customer_id: str, since: datetime) -> list[Transfer]:
    later = Transfer.sk.between(f"{TRANSFER}{ids.beginning_at(since, 'trf')}", f"{TRANSFER}~")
    found = Transfer.query(customer_partition(customer_id), later, Transfer.completed_at.exists(), consistent_read=True)
    return list(found)


def _people(account: PointsAccount) -> tuple[str, ...]:
    return account.customer_id, *(account.merged_from or ())
