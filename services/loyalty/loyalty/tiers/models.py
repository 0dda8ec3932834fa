"""What the routes of tiers answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import Entry
from loyalty.ledger.terms import Terms
from loyalty.points.items import PointsAccount
from loyalty.points.tier_rules import GivenTier, foreseen, next_level, projected, qualifying_on
from loyalty.points.tier_windows import period_end, window_begins
from loyalty.programme.rules import InForce
from loyalty.programme.tiers import BRONZE, Benefit, BenefitKind, TierBy, TierLevel, TierWindow
from shared.events.loyalty import TierId
from shared.ids import CustomerId, RewardId
from shared.model import PRINTABLE, ApiModel, Input
from shared.money import CurrencyCode

_FREE_SHIPPING: Final[dict[str, Any]] = {
    "kind": "free_shipping",
    "words": "Free shipping",
    "percent": None,
    "minimum": 5_000,
    "hours": None,
    "reward_id": None,
}

TierName = Annotated[str, Field(description="As customers read it.")]


class BenefitView(ApiModel):
    """A benefit of a tier. A checkout applies discounts and free shipping."""

    kind: BenefitKind
    words: Annotated[str, Field(description="As the customer reads it.")]
    percent: Annotated[int | None, Field(description="Of a discount: what it takes off the goods.")] = None
    minimum: Annotated[int | None, Field(description="The goods that it needs, in the minor unit.")] = None
    hours: Annotated[int | None, Field(description="Of early access: how long before everybody else.")] = None
    reward_id: Annotated[RewardId | None, Field(description="Of a gift: the reward of the catalogue.")] = None

    @classmethod
    def of(cls, benefit: Benefit) -> BenefitView:
        return cls(words=benefit.text, **benefit.model_dump(exclude={"words"}))


class NewGivenTier(Input):
    """The tier that staff give a customer, and until when; null takes back what was given."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tier": "gold", "until": "2027-03-31", "reason": "Wrote about us"}]}
    )

    tier: TierId | None
    until: Annotated[
        date | None, Field(description="The last day, in the shop's time zone; null: until it is taken back")
    ] = None
    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
        PRINTABLE,
        Field(description="The customer can read it."),
    ]


class GivenTierView(ApiModel):
    """A tier that staff gave, and its last day."""

    tier: TierId
    until: date | None


class TierAhead(ApiModel):
    """The next tier up: what reaches it, and what is missing to that."""

    tier: TierId
    name: TierName
    threshold: int
    missing: int


class TierProjection(ApiModel):
    """The tiers to come if nothing more counts."""

    period_end: Annotated[
        date | None, Field(description="The last day of the year, or of the month where the window rolls.")
    ]
    at_period_end: Annotated[TierId, Field(description="On that day.")]
    after_grace: Annotated[TierId, Field(description="When the days of grace after it are over too.")]

    @classmethod
    def of(cls, account: PointsAccount, terms: Terms) -> TierProjection:
        state, today, rules = account.tiers, terms.today, terms.programme.tiers
        end = period_end(today, rules)
        return cls(
            period_end=end,
            at_period_end=foreseen(state, today, end or today, rules),
            after_grace=projected(state, today, rules),
        )


class TierView(ApiModel):
    """A customer's tier: since when, until when for sure, what it gives, and the way to the next."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "tier": "silver",
                    "name": "Silver",
                    "since": "2026-03-14",
                    "kept_until": None,
                    "given": None,
                    "measure": "points",
                    "currency": None,
                    "window": "calendar_year",
                    "counted_from": "2026-01-01",
                    "merit": 1293,
                    "next_tier": {"tier": "gold", "name": "Gold", "threshold": 5000, "missing": 3707},
                    "projection": {"period_end": "2026-12-31", "at_period_end": "silver", "after_grace": "bronze"},
                    "multiplier": "1.2",
                    "benefits": [_FREE_SHIPPING],
                }
            ]
        }
    )

    customer_id: CustomerId
    tier: TierId
    name: TierName
    since: Annotated[date | None, Field(description="Absent of whoever has had no other.")]
    kept_until: Annotated[
        date | None, Field(description="The last day of a tier that is not reached any more and kept by grace.")
    ]
    given: Annotated[GivenTierView | None, Field(description="The tier that staff gave, while it holds.")]
    measure: TierBy
    currency: Annotated[CurrencyCode | None, Field(description="Of money: amounts are in its minor unit.")]
    window: TierWindow
    counted_from: Annotated[date | None, Field(description="The first day that counts; null: from the beginning.")]
    merit: Annotated[int, Field(description="What counts by now: points earned, minor units of money, or orders.")]
    next_tier: TierAhead | None
    projection: TierProjection
    multiplier: Annotated[Decimal, Field(description="What points of orders are multiplied by.")]
    benefits: list[BenefitView]

    @classmethod
    def of(cls, account: PointsAccount, terms: Terms) -> TierView:
        rules, state = terms.programme.tiers, account.tiers
        qualifying, level = qualifying_on(state, terms.today, rules), next_level(state, rules)
        has = rules.level_of(account.tiers.tier)
        return cls(
            customer_id=account.customer_id,
            tier=has.tier,
            name=has.label,
            since=state.since,
            kept_until=state.kept_until,
            given=_given(state.given, terms.today),
            measure=rules.by,
            currency=terms.programme.currency if rules.by is TierBy.MONEY else None,
            window=rules.window,
            counted_from=window_begins(terms.today, rules),
            merit=qualifying,
            next_tier=_ahead(level, qualifying) if level else None,
            projection=TierProjection.of(account, terms),
            multiplier=has.multiplier,
            benefits=[BenefitView.of(benefit) for benefit in has.benefits],
        )


def _given(given: GivenTier | None, today: date) -> GivenTierView | None:
    return GivenTierView(tier=given.tier, until=given.until) if given and given.holds_on(today) else None


def _ahead(level: TierLevel, qualifying: int) -> TierAhead:
    return TierAhead(
        tier=level.tier, name=level.label, threshold=level.threshold, missing=max(level.threshold - qualifying, 0)
    )


class TierChangeView(ApiModel):
    """One change of a customer's tier, and the entry of the ledger that brought it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "old": "bronze",
                    "new": "silver",
                    "changed_at": "2026-03-14T10:21:07.120000Z",
                    "entry": 7,
                    "kind": "earned",
                    "cause": "2026-0001234",
                    "programme": 3,
                }
            ]
        }
    )

    old: TierId
    new: TierId
    changed_at: AwareDatetime
    entry: Annotated[int, Field(description="Its number in the ledger.")]
    kind: Annotated[EntryKind, Field(description="What the entry did; `reviewed`: time alone changed the tier.")]
    cause: Annotated[str, Field(description="As of the entry: an order's id, or a day.")]
    programme: Annotated[int, Field(description="The version of the programme it was made under; 0 is the preset.")]

    @classmethod
    def of(cls, entry: Entry) -> TierChangeView:
        return cls(
            old=entry.tier_before or BRONZE,
            new=entry.tier or BRONZE,
            changed_at=entry.posted_at,
            entry=entry.seq,
            kind=entry.entry_kind,
            cause=entry.cause,
            programme=entry.programme or 0,
        )


class TierLevelView(ApiModel):
    """One tier: what reaches it, and what it gives."""

    tier: TierId
    name: TierName
    threshold: int
    multiplier: Decimal
    benefits: list[BenefitView]


class LadderView(ApiModel):
    """All tiers, the lowest first, and how they are reached and lost."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "tiers": [
                        {"tier": "member", "name": "Member", "threshold": 0, "multiplier": "1", "benefits": []},
                        {
                            "tier": "vip",
                            "name": "VIP",
                            "threshold": 1000,
                            "multiplier": "1.2",
                            "benefits": [_FREE_SHIPPING],
                        },
                    ],
                    "measure": "points",
                    "currency": None,
                    "window": "lifetime",
                    "grace_days": 30,
                    "programme": 3,
                }
            ]
        }
    )

    tiers: list[TierLevelView]
    measure: Annotated[TierBy, Field(description="What thresholds count.")]
    currency: Annotated[CurrencyCode | None, Field(description="Of money: thresholds are in its minor unit.")]
    window: Annotated[TierWindow, Field(description="The time over which it is counted.")]
    grace_days: Annotated[int, Field(description="How long a tier is kept that is not reached any more.")]
    programme: Annotated[int, Field(description="The version of the programme; 0 is the preset.")]

    @classmethod
    def of(cls, in_force: InForce) -> LadderView:
        rules = in_force.programme.tiers
        return cls(
            tiers=[
                TierLevelView(
                    tier=level.tier,
                    name=level.label,
                    threshold=level.threshold,
                    multiplier=level.multiplier,
                    benefits=[BenefitView.of(benefit) for benefit in level.benefits],
                )
                for level in rules.rungs
            ],
            measure=rules.by,
            currency=in_force.programme.currency if rules.by is TierBy.MONEY else None,
            window=rules.window,
            grace_days=rules.grace_days,
            programme=in_force.version,
        )
