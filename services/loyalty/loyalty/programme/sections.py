"""The parts of the programme that say how points are come by, and what they are worth; and what all parts share."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, PlainSerializer, StringConstraints, ValidationInfo, field_validator, model_validator

from shared.events.customers import CustomerStatus
from shared.events.loyalty import TierId
from shared.model import DECIMAL, PRINTABLE, Input
from shared.money import LARGEST_AMOUNT

# A thousand million: far above any account, and a sum of them stays exact in JSON.
MOST_POINTS: Final = 10**9
MOST_TIERS: Final = 20
LONGEST_MONTHS: Final = 120
LONGEST_DAYS: Final = 365
# A week: what is held longer than that is no checkout.
LONGEST_HOLD_MINUTES: Final = 7 * 24 * 60

# Names that an order's explanation uses itself, beside those of the shop's multipliers.
RESERVED_RULES: Final = frozenset({"base", "birthday", "limit", "tier"})

Points = Annotated[int, Field(ge=0, le=MOST_POINTS)]
Days = Annotated[int, Field(ge=0, le=LONGEST_DAYS)]
Months = Annotated[int, Field(ge=1, le=LONGEST_MONTHS)]
HoldMinutes = Annotated[int, Field(ge=1, le=LONGEST_HOLD_MINUTES)]
Value = Annotated[int, Field(ge=1, le=LARGEST_AMOUNT, description="In the currency's minor unit: 100 is $1.00")]
MinorUnits = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)]
Factor = Annotated[Decimal, Field(gt=0, le=100, decimal_places=4, description="1.5 gives half as much again")]
FactorOrNothing = Annotated[
    Decimal, Field(ge=0, le=100, decimal_places=4, description="1.5 gives half as much again, and 0 gives nothing")
]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Named = Annotated[str, StringConstraints(min_length=1, max_length=64), PRINTABLE]


class Section(Input):
    """Base of the programme's parts. What a document leaves out has its default."""


def _as_number(rate: Decimal) -> int | str:
    """Whole rates stay numbers in JSON, as they were before there were others."""
    return int(rate) if rate == rate.to_integral_value() else format(rate.normalize(), "f")


Rate = Annotated[
    Decimal,
    Field(
        ge=0, le=10_000, decimal_places=4, description="For one unit of money (a dollar), or `step`; before multipliers"
    ),
    PlainSerializer(_as_number, return_type=int | Annotated[str, Field(pattern=f"^{DECIMAL}$")], when_used="json"),
]


class EarnOn(StrEnum):
    """The status of an order at which it earns."""

    PLACED = "placed"
    PAID = "paid"


class Rounding(StrEnum):
    """How an order's points become whole: once, of the whole order, at the end. NEAREST takes half a point up."""

    DOWN = "down"
    NEAREST = "nearest"
    UP = "up"


class Counted(StrEnum):
    """Whether an amount within an order's total earns points."""

    EXCLUDED = "excluded"
    INCLUDED = "included"


class Discounts(StrEnum):
    """Whether points are earned on what is paid, or on what it would have cost without the discount."""

    AFTER = "after"
    BEFORE = "before"


class Combine(StrEnum):
    """What several multipliers on one amount come to: their product, or the highest of them.

    The tier's multiplier stands apart: it always applies, on top of what these come to.
    """

    MULTIPLY = "multiply"
    HIGHEST = "highest"


class BirthdayWindow(StrEnum):
    """When the birthday's factor applies, in the shop's time zone; 29 February counts as the 28th in other years."""

    DAY = "day"
    MONTH = "month"


class Multiplier(Section):
    """More (or fewer) points, on the whole order or, with products or categories, on those lines' share of it.

    A factor of 0 takes the money that it applies to out of what earns, whatever else applies: gift cards. Every
    condition that is given must hold. A line is meant when its product or its category is named. Dates are the day on
    which the order was placed, in the shop's time zone, both included.
    """

    name: Slug
    factor: FactorOrNothing
    groups: Annotated[tuple[Slug, ...], Field(max_length=50, description="The customer is in one of these")] = ()
    tiers: Annotated[tuple[TierId, ...], Field(max_length=MOST_TIERS, description="The customer is in one")] = ()
    products: Annotated[tuple[Named, ...], Field(max_length=500, description="Ids of products")] = ()
    categories: Annotated[tuple[Named, ...], Field(max_length=100)] = ()
    from_date: date | None = None
    until_date: Annotated[date | None, Field(description="The last day")] = None

    @property
    def picks_lines(self) -> bool:
        """Whether it applies to some lines of an order only."""
        return bool(self.products or self.categories)

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, name: str) -> str:
        if name in RESERVED_RULES:
            raise ValueError("base, birthday, limit and tier have a meaning of their own")
        return name

    @field_validator("until_date")
    @classmethod
    def _ends_after_it_begins(cls, until: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("from_date")
        if until and begins and until < begins:
            raise ValueError("Must not be before from_date")
        return until


class Bonuses(Section):
    """Points that no order earns, and the birthday's factor on those that an order does."""

    sign_up: Annotated[Points, Field(description="For registering, once")] = 0
    sign_up_order: Annotated[
        MinorUnits,
        Field(description="The least of an order that gives the sign-up bonus, in the minor unit; 0: registering does"),
    ] = 0
    review: Annotated[Points, Field(description="For a review of a product")] = 0
    review_once_per_product: Annotated[
        bool, Field(strict=True, description="Further reviews of a product by one customer give nothing")
    ] = True
    review_buyers_only: Annotated[
        bool, Field(strict=True, description="Only of a product that the customer has bought and kept")
    ] = True
    referrer: Annotated[Points, Field(description="For whoever referred a new customer, once for each")] = 0
    referee: Annotated[Points, Field(description="For the customer who was referred, once")] = 0
    referral_order: Annotated[
        MinorUnits | None,
        Field(
            description="The least of an order that earns, and stays, to count for a referral, in the minor unit. "
            "10 units of money if left out"
        ),
    ] = None
    birthday: Annotated[Factor, Field(description="Multiplies what orders earn; combined like a multiplier")] = Decimal(
        1
    )
    birthday_window: BirthdayWindow = BirthdayWindow.MONTH


class Limits(Section):
    """The most points that one customer can earn by orders and bonuses; days and months are the shop's own.

    What was earned while the programme had no limit at all counts towards none.
    """

    per_day: Points | None = None
    per_month: Points | None = None
    for_ever: Points | None = None

    @field_validator("per_month", "for_ever")
    @classmethod
    def _not_below_a_shorter_one(cls, limit: int | None, info: ValidationInfo) -> int | None:
        shorter = [each for each in info.data.values() if each is not None]
        if limit is not None and shorter and limit < max(shorter):
            raise ValueError("Must not be less than the limit of a shorter time")
        return limit


class Earning(Section):
    """What an order earns: units of money x points_per_unit x the tier's multiplier x the multipliers that apply.

    With `step` the unit is that amount, and only whole steps of what earns count.
    """

    on: EarnOn = EarnOn.PAID
    points_per_unit: Rate = Decimal(10)
    step: Annotated[
        int | None,
        Field(
            ge=1,
            le=LARGEST_AMOUNT,
            description="The amount that earns points_per_unit, in the minor unit; less than a whole step earns "
            "nothing. One unit of money, and parts of it in proportion, if left out",
        ),
    ] = None
    rounding: Rounding = Rounding.DOWN
    tax: Counted = Counted.EXCLUDED
    shipping: Counted = Counted.EXCLUDED
    discounts: Discounts = Discounts.AFTER
    multipliers: Annotated[tuple[Multiplier, ...], Field(max_length=50)] = ()
    combine: Combine = Combine.MULTIPLY
    bonuses: Bonuses = Field(default_factory=Bonuses)
    limits: Limits = Field(default_factory=Limits)
    excluded_statuses: Annotated[
        tuple[Literal[CustomerStatus.BANNED, CustomerStatus.INACTIVE], ...],
        Field(max_length=2, description="Customers of these statuses earn nothing, neither by orders nor by bonuses"),
    ] = (CustomerStatus.BANNED,)

    def allows(self, status: CustomerStatus | None) -> bool:
        """Whether customers of this status earn; None is an active customer, or a guest."""
        return status not in self.excluded_statuses

    @field_validator("multipliers")
    @classmethod
    def _names_are_unique(cls, multipliers: tuple[Multiplier, ...]) -> tuple[Multiplier, ...]:
        names = [multiplier.name for multiplier in multipliers]
        if len(set(names)) < len(names):
            raise ValueError("Each multiplier needs a name of its own")
        return multipliers


class Flat(Section):
    """So many points are worth so much, and any number of them in proportion, rounded down to the minor unit.

    A programme that leaves out `value` means one unit of its currency.
    """

    points: Annotated[int, Field(ge=1, le=MOST_POINTS)] = 100
    # A factory, so that the OpenAPI document names no default: a programme's validator knows its currency's.
    value: Annotated[
        Value, Field(description="In the currency's minor unit; one unit of money (100 for USD) if left out")
    ] = Field(default_factory=lambda: 100)


class Step(Section):
    """So many points, no more and no less, are worth so much."""

    points: Annotated[int, Field(ge=1, le=MOST_POINTS)]
    value: Value


def _check_ladder(steps: tuple[Step, ...]) -> None:
    for place, (lower, upper) in enumerate(pairwise(steps), 2):
        if upper.points <= lower.points:
            raise ValueError(f"Step {place} must cost more points than the one before it")
        if upper.value * lower.points < lower.value * upper.points:
            raise ValueError(f"Step {place} must not give less for a point than the one before it")


class Redeeming(Section):
    """What points are worth at the checkout: at a flat rate, or by a ladder of steps; exactly one of the two."""

    ladder: Annotated[
        tuple[Step, ...] | None, Field(min_length=1, max_length=20, description="Cheapest first; replaces `flat`")
    ] = None
    flat: Annotated[Flat | None, Field(description="100 points for one unit of money where there is no ladder")] = None
    smallest: Annotated[Points, Field(description="The fewest points of one redemption")] = 1
    largest_share: Annotated[
        int, Field(ge=1, le=100, description="The most of an order that points can pay, in percent")
    ] = 100
    hold_minutes: Annotated[HoldMinutes, Field(description="How long points are held for a checkout")] = 30

    @model_validator(mode="before")
    @classmethod
    def _flat_without_ladder(cls, data: Any) -> Any:
        if isinstance(data, dict) and "flat" not in data and data.get("ladder") is None:
            return {**data, "flat": {}}
        return data

    @field_validator("ladder")
    @classmethod
    def _climbs(cls, ladder: tuple[Step, ...] | None) -> tuple[Step, ...] | None:
        _check_ladder(ladder or ())
        return ladder

    @field_validator("flat")
    @classmethod
    def _one_of_the_two(cls, flat: Flat | None, info: ValidationInfo) -> Flat | None:
        if "ladder" in info.data and (flat is None) is (info.data["ladder"] is None):
            raise ValueError("Give flat or ladder: one of the two, and not both")
        return flat

    @classmethod
    def by_ladder(cls, *steps: tuple[int, int]) -> Self:
        """Redeeming by steps of (points, value)."""
        return cls(ladder=tuple(Step(points=points, value=value) for points, value in steps))
