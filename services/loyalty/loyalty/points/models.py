"""What the routes of points take and answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, ConfigDict, Field

from loyalty.days import NEVER
from loyalty.ledger.balances import EntryKind, Vector
from loyalty.ledger.due_dates import last_days
from loyalty.ledger.items import Entry
from loyalty.ledger.terms import Terms
from loyalty.points.items import PointsAccount
from loyalty.points.spending_blocks import SpendingBlock, spending_block
from loyalty.points.tier_rules import next_level, qualifying_on
from loyalty.programme.tiers import BRONZE
from shared.auth import name_of
from shared.events.loyalty import TierId
from shared.http import PageQuery
from shared.ids import CustomerId
from shared.model import ApiModel


class NextExpiry(ApiModel):
    """The points that expire next, and the last day on which they can be used."""

    on: date
    points: int


class NextRipening(ApiModel):
    """The pending points that can be used next, and from which day on."""

    on: date
    points: int


class NextTier(ApiModel):
    """The next tier up, and what is missing to it: points, minor units of money or orders, as the programme says."""

    tier: TierId
    missing: int


class PointsView(ApiModel):
    """The balances of an account. `balance` is pending + available + held - owed."""

    customer_id: CustomerId
    balance: Annotated[int, Field(description="Negative while more is owed than there is.")]
    available: Annotated[int, Field(description="What can be used now.")]
    pending: Annotated[int, Field(description="Earned, and not usable yet.")]
    held: Annotated[int, Field(description="Set aside for checkouts that are not finished.")]
    owed: Annotated[int, Field(description="Spent before the order that had earned them was refunded.")]
    earned: Annotated[int, Field(description="Since the account began, less what refunds took back.")]
    spent: Annotated[int, Field(description="Since the account began, less what came back.")]
    expired: Annotated[int, Field(description="Since the account began.")]
    tier: TierId
    next_expiry: NextExpiry | None
    next_ripening: NextRipening | None
    next_tier: NextTier | None
    spending_block: Annotated[
        SpendingBlock | None, Field(description="Why nothing can be spent; null while the customer can spend.")
    ]
    version: int

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "balance": 793,
                    "available": 593,
                    "pending": 100,
                    "held": 100,
                    "owed": 0,
                    "earned": 1293,
                    "spent": 500,
                    "expired": 0,
                    "tier": "silver",
                    "next_expiry": {"on": "2027-03-31", "points": 293},
                    "next_ripening": {"on": "2026-12-06", "points": 100},
                    "next_tier": {"tier": "gold", "missing": 3707},
                    "spending_block": None,
                    "version": 4,
                }
            ]
        }
    )

    @classmethod
    def of(cls, account: PointsAccount, terms: Terms) -> PointsView:
        balances = account.balances
        lots = last_days(balances.lots, account.active_on, terms.watch)
        day = min(lots, default=NEVER)
        activation = min((where.on for where in balances.pending), default=None)
        return cls(
            customer_id=account.customer_id,
            balance=balances.balance,
            tier=account.tier_in(terms.programme.tiers),
            next_expiry=NextExpiry(on=day, points=lots[day]) if day != NEVER else None,
            next_ripening=_next_activation(account, activation) if activation else None,
            next_tier=_next_tier(account, terms),
            spending_block=spending_block(account),
            version=account.version or 0,
            **balances.vector._asdict(),
        )


def _next_tier(account: PointsAccount, terms: Terms) -> NextTier | None:
    rules = terms.programme.tiers
    level = next_level(account.tiers, rules)
    if level is None:
        return None
    # The threshold may have come down since something last counted.
    return NextTier(tier=level.tier, missing=max(level.threshold - qualifying_on(account.tiers, terms.today, rules), 0))


def _next_activation(account: PointsAccount, on: date) -> NextRipening:
    points = sum(amount for where, amount in account.balances.pending.items() if where.on == on)
    return NextRipening(on=on, points=points)


class VectorView(ApiModel):
    """The balances of an account after an entry."""

    pending: int
    available: int
    held: int
    owed: int
    earned: int
    spent: int
    expired: int

    @classmethod
    def of(cls, vector: Vector) -> VectorView:
        return cls(**vector._asdict())


class PartView(ApiModel):
    """The points that one rule gave: base, tier, birthday, a multiplier's or a bonus's name; `limit` takes."""

    rule: str
    points: int


class EntryView(ApiModel):
    """One entry of the ledger. Entries of an account are numbered from 1 without gaps."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": 12,
                    "kind": "earned",
                    "points": 899,
                    "balance": 1399,
                    "after": {
                        "pending": 0,
                        "available": 1399,
                        "held": 0,
                        "owed": 0,
                        "earned": 1899,
                        "spent": 500,
                        "expired": 0,
                    },
                    "tier": "bronze",
                    "cause": "order-1042",
                    "parts": [{"rule": "base", "points": 899}],
                    "programme": 3,
                    "reason_code": None,
                    "reason": None,
                    "actor": "machine:customers",
                    "proposed_by": None,
                    "expires_on": "2027-11-30",
                    "posted_at": "2026-11-21T10:15:30Z",
                    "previous": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                }
            ]
        }
    )

    number: int
    kind: EntryKind
    points: Annotated[int, Field(description="The signed change of the balance; a hold changes none.")]
    balance: Annotated[int, Field(description="After this entry.")]
    after: Annotated[VectorView, Field(description="After this entry.")]
    tier: Annotated[TierId, Field(description="After this entry.")]
    cause: Annotated[
        str, Field(description="An order's id, an adjustment's, a hold's or a transfer's, or the last day of lots.")
    ]
    parts: Annotated[list[PartView] | None, Field(description="Of earned points: which rules gave them.")]
    programme: Annotated[int, Field(description="The version of the programme it was made under; 0 is the preset.")]
    reason_code: Annotated[str | None, Field(description="Of an adjustment.")]
    reason: str | None
    actor: Annotated[str, Field(description="Who did it; customers are not told the names of staff.")]
    proposed_by: Annotated[str | None, Field(description="Of an adjustment that a second person approved.")]
    expires_on: Annotated[date | None, Field(description="The last day on which the points can be used.")]
    posted_at: AwareDatetime
    previous: Annotated[str, Field(description="The SHA-256 of the account's entry before, in hexadecimal digits.")]

    @classmethod
    def of(cls, entry: Entry, *, names_staff: bool) -> EntryView:
        return cls(
            number=entry.seq,
            kind=entry.entry_kind,
            points=entry.amount,
            balance=entry.after.balance,
            after=VectorView.of(entry.after),
            tier=entry.tier or BRONZE,
            cause=entry.cause,
            parts=_parts(entry.fact("parts")),
            programme=entry.programme or 0,
            reason_code=entry.fact("code"),
            reason=entry.reason,
            actor=name_of(entry.actor, names_staff=names_staff),
            proposed_by=name_of(proposer, names_staff=names_staff) if (proposer := entry.fact("proposed_by")) else None,
            expires_on=entry.last_day_given,
            posted_at=entry.posted_at,
            previous=entry.previous.hex(),
        )


def _parts(told: Any) -> list[PartView] | None:
    return [PartView(rule=rule, points=points) for rule, points in told] if told else None


class EntriesQuery(PageQuery):
    """Which entries to list."""

    kind: EntryKind | None = None
    merged: Annotated[
        CustomerId | None,
        Field(description="Of a customer who turned out to be this one: the ledger that ended when they were merged."),
    ] = None


class VerificationView(ApiModel):
    """What a verification of the whole ledger of one account found."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01KAJ3M5Q6W7X8Y9Z0ABCDEFGH",
                    "holds": True,
                    "entries": 12,
                    "broken_at": None,
                    "what": None,
                    "head": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                }
            ]
        }
    )

    customer_id: CustomerId
    holds: Annotated[bool, Field(description="Whether nothing was changed, lost or put in, as far as hashes tell.")]
    entries: int
    broken_at: Annotated[
        int | None, Field(description="The first entry that does not fit; null: the account does not.")
    ]
    what: Annotated[str | None, Field(description="What does not fit there, or cannot be read.")]
    head: Annotated[str, Field(description="The hash of the newest entry: kept, it proves later that nothing changed.")]
