"""The programme: all that a shop may set of loyalty, as one document that is validated whole and kept in versions."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Final

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from loyalty.days import TimeZone, day_of, lot_of
from loyalty.programme.sections import (
    MOST_POINTS,
    Days,
    Earning,
    Flat,
    HoldMinutes,
    MinorUnits,
    Months,
    Points,
    Redeeming,
    Section,
    Slug,
)
from loyalty.programme.tiers import Tiers
from shared.money import CurrencyCode, one_unit

# $10: below it, a friend's first order would cost less than both rewards are worth.
_UNITS_OF_A_REFERRAL: Final = 10


class PendingUntil(StrEnum):
    """What earned points wait for before they can be used: nothing, a number of days, or the delivery."""

    NONE = "none"
    DAYS = "days"
    DELIVERY = "delivery"


class Pending(Section):
    """When earned points can be used."""

    until: PendingUntil = PendingUntil.NONE
    days: Annotated[Days, Field(validate_default=True, description="After the order earned, or after its delivery")] = 0
    longest_days: Annotated[
        Days,
        Field(
            validate_default=True,
            description="After the order earned: points of an order never said delivered wait no longer",
        ),
    ] = 60

    @field_validator("days")
    @classmethod
    def _some_days_to_wait(cls, days: int, info: ValidationInfo) -> int:
        if info.data.get("until") is PendingUntil.DAYS and days < 1:
            raise ValueError("At least 1 where points wait for days")
        return days

    @property
    def longest_wait(self) -> int:
        """The most days that points can wait."""
        return {PendingUntil.NONE: 0, PendingUntil.DAYS: self.days, PendingUntil.DELIVERY: self.longest_days}[
            self.until
        ]

    @field_validator("longest_days")
    @classmethod
    def _not_shorter_than_days(cls, longest: int, info: ValidationInfo) -> int:
        if longest < info.data.get("days", 0):
            raise ValueError("Must not be less than days")
        return longest


class ExpiryMode(StrEnum):
    """When points end.

    So many months after they were earned; at the end of that month, or that year; so many months after the customer
    last earned or spent anything; or never.
    """

    MONTHS = "months"
    MONTH_END = "month_end"
    YEAR_END = "year_end"
    INACTIVITY = "inactivity"
    NEVER = "never"


class Expiry(Section):
    """How long points live."""

    mode: ExpiryMode = ExpiryMode.MONTHS
    months: Annotated[Months, Field(description="From the day they were earned, or of the last activity")] = 12
    exact_days: Annotated[
        bool,
        Field(
            description="Points end on their very day. Otherwise, more than 31 days ahead, at the end of its month",
        ),
    ] = False
    warn_days: Annotated[
        tuple[Annotated[int, Field(ge=1, le=365)], ...],
        Field(max_length=5, description="How many days ahead the customer is told, once each; the longest first"),
    ] = (30, 7)

    @field_validator("warn_days")
    @classmethod
    def _descend(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if any(later >= sooner for sooner, later in pairwise(days)):
            raise ValueError("Each must be less than the one before it")
        return days

    @property
    def idle_months(self) -> int | None:
        """The months after the last activity at which points end; None in the other modes."""
        return self.months if self.mode is ExpiryMode.INACTIVITY else None


class BelowZero(StrEnum):
    """What a refund does that takes back more points than there are.

    The balance goes below zero; it stops at zero, and the shop bears the rest; or the rest is owed, and taken from what
    is earned next.
    """

    NEGATIVE = "negative"
    FLOOR = "floor"
    DEBT = "debt"


class Refunds(Section):
    """What a refund does to points."""

    below_zero: BelowZero = BelowZero.NEGATIVE
    grace_days: Annotated[
        Days, Field(description="Points that come back with a paid order after their end live so long")
    ] = 30


class Adjustments(Section):
    """What staff may add or take."""

    largest: Annotated[
        int, Field(ge=1, le=MOST_POINTS, description="The most points that one may add or take at once")
    ] = 1_000_000
    approve_above: Annotated[
        Points | None,
        Field(
            description="Above so many points of one person on one day, given or taken, a second person must approve; "
            "null: never"
        ),
    ] = None
    reasons: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=50)] = (
        "goodwill",
        "correction",
        "promotion",
        "other",
    )

    @field_validator("reasons")
    @classmethod
    def _are_unique(cls, reasons: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(reasons)) < len(reasons):
            raise ValueError("Each reason once")
        return reasons


class CreditLimit(Section):
    """The most store credit in one currency that one person may give and take on one day alone."""

    currency: CurrencyCode
    amount: MinorUnits


class Credit(Section):
    """Store credit."""

    months: Annotated[Months | None, Field(description="How long credit lives; null: it does not expire")] = None
    hold_minutes: Annotated[HoldMinutes, Field(description="How long credit is held for a checkout")] = 30
    approve_above: Annotated[
        tuple[CreditLimit, ...] | None,
        Field(
            min_length=1,
            max_length=50,
            description="The most, in each currency, that one may give and take on one day without a second person. "
            "In a currency that is not named, everything needs a second person; null: nothing does",
        ),
    ] = None

    @field_validator("approve_above")
    @classmethod
    def _once_a_currency(cls, limits: tuple[CreditLimit, ...] | None) -> tuple[CreditLimit, ...] | None:
        currencies = [limit.currency for limit in limits or ()]
        if len(set(currencies)) < len(currencies):
            raise ValueError("Each currency once")
        return limits

    def limit_in(self, currency: str) -> int | None:
        """The most that one person may give and take alone on one day; None without a limit.

        Nothing in a currency that has no limit of its own while others have: nobody knows what it is worth.
        """
        if self.approve_above is None:
            return None
        return {limit.currency: limit.amount for limit in self.approve_above}.get(currency, 0)


class Cards(Section):
    """Customers' cards."""

    prefix: Annotated[
        str, StringConstraints(pattern=r"^([1-9][0-9]{0,3})?$"), Field(description="How the twelve digits begin")
    ] = ""


class Transfers(Section):
    """Points that customers send each other. A limit that is null is none; days and months are the shop's own."""

    allowed: Annotated[bool, Field(strict=True)] = False
    smallest: Annotated[int, Field(ge=1, le=MOST_POINTS, description="The fewest points of one transfer")] = 100
    largest: Annotated[Points, Field(description="The most points of one transfer")] = 1_000
    per_day: Annotated[Points | None, Field(description="The most that one customer sends in a day")] = 1_000
    per_month: Annotated[Points | None, Field(description="The most that one customer sends in a month")] = 5_000
    received_per_month: Annotated[Points | None, Field(description="The most that one receives in a month")] = 5_000
    account_days: Annotated[Days, Field(description="Only who registered so many days ago sends points")] = 30
    buyers_only: Annotated[
        bool, Field(strict=True, description="Only who has an order that counts towards a tier sends points")
    ] = True

    @field_validator("largest", "per_day", "per_month", "received_per_month")
    @classmethod
    def _takes_the_smallest(cls, most: int | None, info: ValidationInfo) -> int | None:
        if most is not None and most < info.data.get("smallest", 0):
            raise ValueError("Must not be less than smallest")
        return most


class Programme(Section):
    """All that a shop may set of loyalty. What a document leaves out has its default."""

    currency: CurrencyCode = "USD"
    time_zone: TimeZone = "UTC"
    earning: Earning = Field(default_factory=Earning)
    pending: Pending = Field(default_factory=Pending)
    redeeming: Redeeming = Field(default_factory=Redeeming, validate_default=True)
    expiry: Expiry = Field(default_factory=Expiry)
    refunds: Refunds = Field(default_factory=Refunds)
    tiers: Tiers = Field(default_factory=Tiers)
    adjustments: Adjustments = Field(default_factory=Adjustments)
    credit: Credit = Field(default_factory=Credit)
    cards: Cards = Field(default_factory=Cards)
    transfers: Transfers = Field(default_factory=Transfers)

    @field_validator("redeeming")
    @classmethod
    def _worth_a_unit_of_money(cls, redeeming: Redeeming, info: ValidationInfo) -> Redeeming:
        """100 minor units are a dollar, but 100 yen: what the document leaves out follows its currency."""
        flat, currency = redeeming.flat, info.data.get("currency")
        if flat is None or currency is None or "value" in flat.model_fields_set:
            return redeeming
        return redeeming.model_copy(update={"flat": Flat(points=flat.points, value=one_unit(currency))})

    @field_validator("expiry")
    @classmethod
    def _outlives_the_wait(cls, expiry: Expiry, info: ValidationInfo) -> Expiry:
        pending: Pending = info.data.get("pending", Pending())
        # Waiting is no activity. The shortest month counts.
        if expiry.mode is ExpiryMode.INACTIVITY and pending.longest_wait > expiry.months * 28:
            raise ValueError("Points would end for want of activity while they are pending: name more months")
        return expiry

    def day_of(self, moment: datetime) -> date:
        """The shop's own day at a moment."""
        return day_of(moment, self.time_zone)

    @property
    def rate(self) -> Fraction:
        """The points of one minor unit of money, before multipliers; of a part of a whole step, where steps count."""
        return Fraction(self.earning.points_per_unit) / (self.earning.step or one_unit(self.currency))

    @property
    def referral_order(self) -> int:
        """The smallest order that counts for a referral, in the minor unit."""
        least = self.earning.bonuses.referral_order
        return _UNITS_OF_A_REFERRAL * one_unit(self.currency) if least is None else least

    def grace_until(self, today: date) -> date:
        """The lot of what comes back today and had ended."""
        return lot_of(today + timedelta(days=self.refunds.grace_days), today, exact=self.expiry.exact_days)
