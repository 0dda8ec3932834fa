"""The part of the programme that says which tiers there are, what reaches them, and what they give."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator

from loyalty.programme.sections import MOST_TIERS, Days, FactorOrNothing, Section
from shared.events.loyalty import TierId
from shared.ids import RewardId
from shared.model import NAME, Sentence
from shared.money import LARGEST_AMOUNT

# The tiers of the presets.
BRONZE: Final = "bronze"
SILVER: Final = "silver"
GOLD: Final = "gold"

_MOST_FORMER: Final = 100


class TierBy(StrEnum):
    """What reaches a tier: points earned, money spent or orders; never the balance."""

    POINTS = "points"
    MONEY = "money"
    ORDERS = "orders"


class TierWindow(StrEnum):
    """The time over which it is counted."""

    LIFETIME = "lifetime"
    CALENDAR_YEAR = "calendar_year"
    ROLLING_12_MONTHS = "rolling_12_months"


class BenefitKind(StrEnum):
    """What a tier gives beside points. A checkout applies discounts and free shipping; the rest is for other systems.

    Discounts and gifts of the birthday or the anniversary (of the registration) count on the day, or in the month, that
    the programme names for birthdays.
    """

    DISCOUNT = "discount"
    BIRTHDAY_DISCOUNT = "birthday_discount"
    ANNIVERSARY_DISCOUNT = "anniversary_discount"
    FREE_SHIPPING = "free_shipping"
    BIRTHDAY_GIFT = "birthday_gift"
    ANNIVERSARY_GIFT = "anniversary_gift"
    EARLY_ACCESS = "early_access"
    PRIORITY_SUPPORT = "priority_support"
    OTHER = "other"


DISCOUNTS: Final = frozenset({BenefitKind.DISCOUNT, BenefitKind.BIRTHDAY_DISCOUNT, BenefitKind.ANNIVERSARY_DISCOUNT})
_GIFTS: Final = frozenset({BenefitKind.BIRTHDAY_GIFT, BenefitKind.ANNIVERSARY_GIFT})
# Which kinds have which number.
_OF_KINDS: Final = {
    "percent": DISCOUNTS,
    "minimum": DISCOUNTS | {BenefitKind.FREE_SHIPPING},
    "hours": frozenset({BenefitKind.EARLY_ACCESS}),
    "reward_id": _GIFTS,
}
_REQUIRED: Final = {**dict.fromkeys(DISCOUNTS, "percent"), BenefitKind.OTHER: "words"}


class Benefit(Section):
    """One benefit of a tier."""

    kind: BenefitKind
    percent: Annotated[
        int | None, Field(ge=1, le=100, validate_default=True, description="Of a discount: what it takes off the goods")
    ] = None
    minimum: Annotated[
        int | None,
        Field(ge=0, le=LARGEST_AMOUNT, description="The goods that it needs, in the minor unit; null: any"),
    ] = None
    hours: Annotated[
        int | None, Field(ge=1, le=8_760, description="Of early access: how long before everybody else")
    ] = None
    reward_id: Annotated[RewardId | None, Field(description="Of a gift: the reward of the catalogue")] = None
    words: Annotated[
        Sentence | None,
        Field(validate_default=True, description="As the customer reads it"),
    ] = None

    @field_validator("percent", "minimum", "hours", "reward_id", "words")
    @classmethod
    def _as_its_kind_has_it(cls, value: Any, info: ValidationInfo) -> Any:
        kind, name = info.data.get("kind"), str(info.field_name)
        if kind is None:
            return value
        if value is None and _REQUIRED.get(kind) == name:
            raise ValueError(f"{kind} needs it")
        if value is not None and kind not in _OF_KINDS.get(name, {kind}):
            raise ValueError(f"{kind} has none")
        return value

    @property
    def text(self) -> str:
        """Its words, or its kind in words."""
        if self.words:
            return self.words
        in_words = self.kind.replace("_", " ")
        return f"{self.percent} % {in_words}" if self.percent else in_words.capitalize()


def _in_words(written: Any) -> Any:
    """Text alone is a benefit of the kind `other`."""
    return {"kind": BenefitKind.OTHER, "words": written} if isinstance(written, str) else written


class TierLevel(Section):
    """One tier: what reaches it, and what it gives."""

    tier: Annotated[TierId, Field(description="Its id, which stays when its name changes")]
    name: Annotated[
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60), NAME] | None,
        Field(description="As customers read it; null: its id, with a capital"),
    ] = None
    threshold: Annotated[int, Field(ge=0, le=LARGEST_AMOUNT, description="Points, minor units of money, or orders")]
    multiplier: FactorOrNothing = Decimal(1)
    benefits: Annotated[
        tuple[Annotated[Benefit, BeforeValidator(_in_words, json_schema_input_type=Benefit | str)], ...],
        Field(max_length=20, description="Text alone is a benefit of the kind `other`"),
    ] = ()

    @property
    def label(self) -> str:
        """Its name, or its id as a name."""
        return self.name or self.tier.replace("-", " ").replace("_", " ").capitalize()


def three_levels(*, silver: int, gold: int, multipliers: tuple[str, str]) -> tuple[TierLevel, ...]:
    """Bronze, silver and gold with their thresholds, and with what they give in both presets."""
    shipping, by_silver, by_gold = Benefit(kind=BenefitKind.FREE_SHIPPING), *map(Decimal, multipliers)
    five, ten, fifteen = (Benefit(kind=BenefitKind.DISCOUNT, percent=percent) for percent in (5, 10, 15))
    gift = Benefit(kind=BenefitKind.BIRTHDAY_GIFT)
    return (
        TierLevel(tier=BRONZE, threshold=0, benefits=(five,)),
        TierLevel(tier=SILVER, threshold=silver, multiplier=by_silver, benefits=(ten, shipping)),
        TierLevel(tier=GOLD, threshold=gold, multiplier=by_gold, benefits=(fifteen, shipping, gift)),
    )


def _default_levels() -> tuple[TierLevel, ...]:
    """0 / 1,000 / 5,000 points with 10, 12 and 15 points a unit of money: the defaults that the services share."""
    return three_levels(silver=1_000, gold=5_000, multipliers=("1.2", "1.5"))


class Tiers(Section):
    """The tiers: up at once, down only after a grace."""

    by: TierBy = TierBy.POINTS
    window: TierWindow = TierWindow.LIFETIME
    grace_days: Annotated[Days, Field(description="How long a tier is kept after it is no longer reached")] = 30
    rungs: Annotated[
        tuple[TierLevel, ...], Field(min_length=1, max_length=MOST_TIERS, description="Lowest first; the first at 0")
    ] = Field(default_factory=_default_levels)
    former: Annotated[
        dict[TierId, TierId],
        Field(
            max_length=_MOST_FORMER,
            description="Tiers that the programme no longer has, each with the one that took its place. "
            "A version adds those that it drops",
        ),
    ] = Field(default_factory=dict)
    announce: Annotated[bool, Field(description="Whether customers are told by mail of a tier that they reach")] = True

    def rank(self, tier: TierId) -> int:
        """The place of a tier from the lowest up, from 0; of a tier that is gone, that of the one in its place."""
        return self.rungs.index(self.level_of(tier))

    def level_of(self, tier: TierId) -> TierLevel:
        """The level of a tier, or of the one that took its place; the lowest for a tier that was never known."""
        wanted = self.former.get(tier, tier)
        return next((level for level in self.rungs if level.tier == wanted), self.rungs[0])

    def is_among(self, tier: TierId, wanted: Iterable[TierId]) -> bool:
        """Whether a customer in `tier` is in one of the wanted tiers, or of those that took their places."""
        return self.level_of(tier).tier in {self.former.get(each, each) for each in wanted}

    def unknown(self, wanted: Iterable[TierId]) -> tuple[int, TierId] | None:
        """The first of these that is no tier, and never was one, after its place among them."""
        known = {*self.former, *(level.tier for level in self.rungs)}
        return next(((place, tier) for place, tier in enumerate(wanted) if tier not in known), None)

    def after(self, before: Self) -> Self:
        """These tiers once they take the place of those `before`.

        A dropped tier's place takes the highest tier that its own threshold reaches, or the next lower tier that is
        kept, whichever is higher. `former` may name another.
        """
        kept = {level.tier for level in self.rungs}
        dropped = {level.tier: self._in_place_of(level, before) for level in before.rungs if level.tier not in kept}
        older = {
            tier: self.level_of(dropped.get(instead, instead)).tier
            for tier, instead in before.former.items()
            if tier not in kept
        }
        former = {**older, **dropped, **self.former}
        return self.model_copy(update={"former": dict([*former.items()][-_MOST_FORMER:])})

    def _in_place_of(self, dropped: TierLevel, before: Self) -> TierId:
        kept = {level.tier for level in before.rungs if level.threshold <= dropped.threshold}
        fits = [
            level
            for level in self.rungs
            if level.tier in kept or (self.by is before.by and level.threshold <= dropped.threshold)
        ]
        return (fits or self.rungs)[-1 if fits else 0].tier

    @field_validator("rungs")
    @classmethod
    def _ascend(cls, rungs: tuple[TierLevel, ...]) -> tuple[TierLevel, ...]:
        if rungs[0].threshold != 0:
            raise ValueError("The threshold of the first must be 0")
        for place, (lower, upper) in enumerate(pairwise(rungs), 2):
            if upper.threshold <= lower.threshold:
                raise ValueError(f"The threshold of rung {place} must be above the one before it")
        ids = [level.tier for level in rungs]
        if twice := next((tier for place, tier in enumerate(ids) if tier in ids[:place]), None):
            raise ValueError(f"{twice} stands twice")
        return rungs

    @field_validator("former")
    @classmethod
    def _lead_to_a_tier(cls, former: dict[TierId, TierId], info: ValidationInfo) -> dict[TierId, TierId]:
        ids = {level.tier for level in info.data.get("rungs", ())}
        for tier, instead in former.items():
            if tier in ids:
                raise ValueError(f"{tier} is a tier of this programme")
            if ids and instead not in ids:
                raise ValueError(f"{instead}, in place of {tier}, is no tier of this programme")
        return former
