"""What the ledger's routes take and answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from loyalty.ledger.items import Account, Entry
from loyalty.ledger.rules import EntryKind
from loyalty.tiers.rules import next_rung
from shared.events import Tier
from shared.http import PageQuery
from shared.ids import CustomerId
from shared.model import ApiModel


class NextExpiry(ApiModel):
    """The points that expire next, and the last day on which they can be used."""

    on: date
    points: int


class NextTier(ApiModel):
    """The next tier up, and the points that are missing to it."""

    tier: Tier
    missing: int


class PointsView(ApiModel):
    """How an account stands. `earned` is what orders earned less what refunds took back, and decides the tier."""

    customer_id: CustomerId
    balance: Annotated[int, Field(description="Negative while points are owed that were spent before a refund.")]
    tier: Tier
    earned: int
    next_expiry: NextExpiry | None
    next_tier: NextTier | None
    version: int

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "balance": 693,
                    "tier": "bronze",
                    "earned": 693,
                    "next_expiry": {"on": "2026-03-14", "points": 293},
                    "next_tier": {"tier": "silver", "missing": 307},
                    "version": 4,
                }
            ]
        }
    )

    @classmethod
    def of(cls, account: Account) -> PointsView:
        day = min(account.lots, default=None)
        rung = next_rung(account.earned)
        return cls(
            customer_id=account.customer_id,
            balance=account.balance,
            tier=account.tier,
            earned=account.earned,
            next_expiry=NextExpiry(on=day, points=account.lots[day]) if day else None,
            next_tier=NextTier(tier=rung.tier, missing=rung.points - account.earned) if rung else None,
            version=account.version or 0,
        )


class EntryView(ApiModel):
    """One entry of the ledger. Entries of an account are numbered from 1 without gaps."""

    number: int
    kind: EntryKind
    points: Annotated[int, Field(description="Signed.")]
    balance: Annotated[int, Field(description="After this entry.")]
    tier: Annotated[Tier, Field(description="After this entry.")]
    cause: Annotated[str, Field(description="An order's id, an adjustment's, or the last day of lots that expired.")]
    reason: str | None
    actor: Annotated[str, Field(description="Who did it; customers are not told the names of staff.")]
    expires_on: Annotated[date | None, Field(description="The last day on which the points can be used.")]
    posted_at: AwareDatetime

    @classmethod
    def of(cls, entry: Entry, *, names_staff: bool) -> EntryView:
        return cls(
            number=entry.seq,
            kind=entry.entry_kind,
            points=entry.points,
            balance=entry.balance,
            tier=entry.tier,
            cause=entry.cause,
            reason=entry.reason,
            actor=entry.actor if names_staff else entry.actor.partition(":")[0],
            expires_on=entry.expires_on if entry.points > 0 else None,
            posted_at=entry.posted_at,
        )


class EntriesQuery(PageQuery):
    """Which entries to list."""

    kind: EntryKind | None = None


class NewAdjustment(ApiModel):
    """Points that staff add, or (negative) take."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"points": 100, "reason": "A late delivery"}]}
    )

    points: Annotated[int, Field(strict=True, ge=-(10**9), le=10**9, description="Not 0; the shop sets a limit.")]
    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
        Field(description="The customer can read it."),
    ]
