"""Reads accounts of points and their tier changes, and makes entries with their events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from pynamodb.expressions.operand import Path

from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind, Posting
from loyalty.ledger.due_dates import Watch, overdue_lots
from loyalty.ledger.items import ACCOUNT, Entry
from loyalty.ledger.overdue import by_time, expire, next_in_the_way, warn_at_once
from loyalty.ledger.store import Origin
from loyalty.ledger.terms import Terms
from loyalty.points.items import PointsAccount
from loyalty.points.rules import TierMove, move_of, recently_told, return_policy
from loyalty.points.tier_rules import TierState
from loyalty.programme.tiers import Tiers
from loyalty.programme.usecases import current_programme, programme_then
from shared import clock
from shared.errors import NotFoundError
from shared.events.base import EventData
from shared.events.loyalty import (
    PointsAdjusted,
    PointsEarned,
    PointsExpired,
    PointsExpiring,
    PointsRedeemed,
    PointsReinstated,
    PointsRestored,
    PointsReversed,
    PointsRipened,
    PointsTransferred,
    TierChanged,
    TierId,
)
from shared.items.keys import customer_partition
from shared.items.table import Check, LostRaceError, find
from shared.messages.cause import Cause

# Holds and releases cause no event.
_TELLS: Final[dict[EntryKind, type[EventData]]] = {
    EntryKind.EARNED: PointsEarned,
    EntryKind.RIPENED: PointsRipened,
    EntryKind.REVERSED: PointsReversed,
    EntryKind.REINSTATED: PointsReinstated,
    EntryKind.CAPTURED: PointsRedeemed,
    EntryKind.REDEEMED: PointsRedeemed,
    EntryKind.RESTORED: PointsRestored,
    EntryKind.ADJUSTED: PointsAdjusted,
    EntryKind.SENT: PointsTransferred,
    EntryKind.RECEIVED: PointsTransferred,
    EntryKind.WITHDRAWN: PointsTransferred,
    EntryKind.RETURNED: PointsTransferred,
    EntryKind.EXPIRED: PointsExpired,
}
NO_ACCOUNT: Final = "This customer has no points account."
_SILENT: Final = frozenset({EntryKind.VOIDED, EntryKind.MERGED_OUT})


def terms_now() -> Terms:
    """The terms of an operation made now."""
    now = clock.now()
    in_force = current_programme(now)
    watch = Watch.of(in_force.programme, now, in_force.programme.expiry.idle_months)
    return Terms(in_force.version, watch, in_force.programme, now)


def terms_then(moment: datetime, terms: Terms) -> Terms:
    """The terms of an operation made at an earlier moment than `terms`."""
    in_force = programme_then(moment, terms.now)
    watch = Watch.of(in_force.programme, moment, in_force.programme.expiry.idle_months)
    return Terms(in_force.version, watch, in_force.programme, moment)


def account_of(customer_id: str) -> PointsAccount:
    """The account, read consistently, or a new one that is not stored yet.

    Of an erased person it is the tombstone; of a merged customer, the surviving account.
    """
    account = find(PointsAccount, customer_partition(customer_id), ACCOUNT)
    while account and account.merged_into:
        account = find(PointsAccount, customer_partition(account.merged_into), ACCOUNT)
    return account or PointsAccount.fresh(customer_id, clock.now())


def find_account(customer_id: str) -> PointsAccount | None:
    """As `account_of`, but None for an account that is not stored yet."""
    account = account_of(customer_id)
    return account if account.version is not None else None


def own_account(customer_id: str) -> PointsAccount:
    """The account under this very id, even if it is closed, or a new one that is not stored yet."""
    found = find(PointsAccount, customer_partition(customer_id), ACCOUNT)
    return found or PointsAccount.fresh(customer_id, clock.now())


def existing_account(customer_id: str) -> PointsAccount:
    """The account. Raises NotFoundError when there is none, or only a tombstone."""
    account = find_account(customer_id)
    if account is None or account.erased_at:
        raise NotFoundError(NO_ACCOUNT)
    return account


def guard(pk: str) -> Check:
    """A check that the customer of this partition is neither erased nor merged; else the commit raises LostRaceError.

    So no new item appears beside an account while an erasure or a merge is under way.
    """
    is_a_customer = (
        PointsAccount.pk.exists()
        & PointsAccount.erased_at.does_not_exist()
        & PointsAccount.merged_into.does_not_exist()
    )
    return Check(PointsAccount, pk, ACCOUNT, is_a_customer)


def post_points(
    account: PointsAccount,
    posting: Posting,
    origin: Origin,
    terms: Terms,
    *,
    tiers: TierState | None = None,
    tier_before: TierId | None = None,
    acted_at: datetime | None = None,
    **facts: Any,
) -> Entry:
    """Make the entry of a posting with its event, and set the account's balances. `ledger.write` stores both.

    `facts` are the facts of the entry's kind, and the `reason` that staff gave. `tier_before` is the earlier tier of an
    account whose tier is already changed. `acted_at` is the moment of what may move the tier, if customers are told.
    """
    tier_before = tier_before or account.tier_before(terms.programme.tiers)
    after = tiers or replace(account.tiers, tier=account.tier_in(terms.programme.tiers))
    if after.tier != account.tier and account.entries and after.since == account.tier_since:
        after = replace(after, since=terms.today)  # another one took the place of a tier that the programme dropped
    account.set_tier(after)
    account.tiers_told = recently_told(account.tiers_told or {}, terms.today) or None
    entry = ledger.post_entry(account, posting, origin, terms, **facts)
    warn_at_once(account, posting, terms, PointsExpiring, origin.cause)
    entry.tier_before, entry.tier = tier_before, account.tier
    event = _TELLS.get(posting.kind)
    if event and posting.is_news:
        entry.tell(event, origin.cause)
    if entry.tier != tier_before and posting.kind not in _SILENT:
        move = _move(account, tier_before, acted_at, terms)
        if move is TierMove.ANNOUNCED:
            entry.facts = {**(entry.facts or {}), "tier_name": terms.programme.tiers.level_of(account.tier).label}
        entry.tell(TierChanged, origin.cause, about=move)
    return entry


def _move(account: PointsAccount, before: TierId, acted_at: datetime | None, terms: Terms) -> TierMove:
    """How the tier moved. The account keeps the day on which its customer is told, in the entry's own transaction."""
    told = account.tiers_told or {}
    move = move_of(before, account.tier, acted_at, told, terms)
    if move is TierMove.ANNOUNCED:
        account.tiers_told = {**told, account.tier: terms.today}
    return move


def expired_points(account: PointsAccount, day: date, since: tuple[datetime, int]) -> tuple[int, int]:
    """The points of the lot of `day` that expired unspent: all of them, and those since the entry at `since`.

    Points of merged customers count, and so do points in a grace lot. The entries are read consistently.
    """
    people = (account.customer_id, *(account.merged_from or ()))
    expired = [(entry, -entry.amount) for person in people for entry in _expiries(person, day)]
    return sum(points for _, points in expired), sum(points for entry, points in expired if entry.place > since)


def load_for_posting(
    customer_id: str,
    terms: Terms,
    cause: Cause,
    load: Callable[[str], PointsAccount] | None = None,
    *,
    needs: int = 0,
) -> PointsAccount:
    """The account for posting; read with `account_of` or `load`. Its overdue lots expire first.

    Otherwise a new order could revive points that were idle too long, if it came before the job. If the posting `needs`
    more points than are available, what is due by time is also done, as far as it gives more. Raises the errors of
    `load`, and LostRaceError when another run is faster.
    """
    load = load or account_of
    account = load(customer_id)
    while entry := _due_first(account, terms, cause, needs):
        ledger.write(entry, account, error=LostRaceError())
        account = load(customer_id)
    return account


def _due_first(account: PointsAccount, terms: Terms, cause: Cause, needs: int) -> Entry | None:
    post = partial(post_points, terms=terms)
    if overdue := overdue_lots(account.lots, account.active_on, terms.watch):
        return expire(account, overdue, by_time(cause), post)
    if account.available >= needs:
        return None
    return next_in_the_way(account, terms, cause, return_policy(terms.programme, terms.today), post)


# Few entries change a tier, so each call reads many entries, whatever the limit.
_PAGE: Final = 500
_FOLLOWS_ORDERS: Final = frozenset({EntryKind.REVERSED, EntryKind.REINSTATED})
_CHANGES_TIER: Final = Path("tier") != Path("tier_before")


def changes_of(account: str, *, before: int | None, limit: int) -> list[Entry]:
    """At most `limit` entries below `before` that changed the account's tier, newest first."""
    numbered = Entry.seq < before if before is not None else None
    found = Entry.by_account.query(
        account, numbered, _CHANGES_TIER, scan_index_forward=False, limit=limit, page_size=_PAGE
    )
    return list(found)


def tier_on(account: PointsAccount, terms: Terms) -> TierId:
    """The tier on the day of the terms, as the account's ledger tells it. It reads only if the tier changed since.

    A tier that a refund took since is not given for that day either: the order that gave it did not stay.
    """
    tier, day = account.tiers.tier, terms.today
    if account.tier_since is None or account.tier_since <= day:
        return _named_then(tier, terms.programme.tiers)
    for entry in Entry.by_account.query(account.name, None, _CHANGES_TIER, scan_index_forward=False, page_size=_PAGE):
        if entry.entry_kind in _FOLLOWS_ORDERS:
            continue
        if (entry.fact("reached") or terms.programme.day_of(entry.posted_at).isoformat()) <= day.isoformat():
            break
        tier = entry.tier_before or tier
    return _named_then(tier, terms.programme.tiers)


def _named_then(tier: TierId, then: Tiers) -> TierId:
    """The tier under an earlier programme, which may not know the one that took its place since."""
    former = current_programme(clock.now()).programme.tiers.former
    ids = [level.tier for level in then.rungs]
    return tier if tier in ids else next((each for each in reversed(ids) if former.get(each) == tier), tier)


def _expiries(customer_id: str, day: date) -> Iterable[Entry]:
    return Entry.query(f"EXPIRY#{customer_id}", Entry.sk.startswith(f"{day}#"), consistent_read=True)
