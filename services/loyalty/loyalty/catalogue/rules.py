"""The availability of rewards, by customer and day, and the form of their codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from loyalty.programme.tiers import Tiers
from shared.events.loyalty import TierId

# 26 characters, without those that are easily confused: 0 O, 1 I L, 2 Z, 5 S, 8 B, U V (2, 5 and 8 stay). So each
# character has 4.7 bits.
ALPHABET: Final = "23456789ACDEFGHJKMNPQRTWXY"
# 47 bits: whoever tries a thousand codes a second hits one of a million in two days; with 56 bits, in three years.
SHORTEST_CODE: Final = 10
DEFAULT_CODE: Final = 12


class RewardKind(StrEnum):
    """What a reward is; it says what whoever fulfils it has to do."""

    DISCOUNT_CODE = "discount_code"
    FREE_SHIPPING = "free_shipping"
    GIFT = "gift"
    CUSTOM = "custom"


class RewardStatus(StrEnum):
    """Whether a reward can be claimed. An archived one is kept: claims of it stand, and it can become active again."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class CodeSource(StrEnum):
    """Where a claim's code comes from: there is none, it is drawn at random, or it is one of those that were posted."""

    NONE = "none"
    GENERATED = "generated"
    IMPORTED = "imported"


class Why(StrEnum):
    """Why a customer cannot have a reward on a day."""

    ARCHIVED = "archived"
    NOT_YET = "not_yet"
    OVER = "over"
    TIER = "tier"


class Lack(StrEnum):
    """What is missing for a claim of a reward that the customer can have on a day."""

    # The customer may spend nothing at all.
    BLOCKED = "blocked"
    # They had it as often as they can.
    LIMIT = "limit"
    # None is left, or no code.
    STOCK = "stock"
    POINTS = "points"


@dataclass(frozen=True)
class Offer:
    """A reward as one customer may have it: `taken` were given to all of them, and `had` to this one."""

    points: int
    status: RewardStatus
    first: date | None
    last: date | None
    tiers: tuple[TierId, ...]
    stock: int | None
    limit: int | None
    taken: int = 0
    had: int = 0
    has_code: bool = True


@dataclass(frozen=True)
class Taker:
    """A customer who may claim, on a day in the shop's time zone; `programme` has the tiers."""

    today: date
    tier: TierId
    available: int
    may_spend: bool
    programme: Tiers = field(default_factory=Tiers)


def refusal_of(offer: Offer, taker: Taker) -> Why | Lack | None:
    """The first reason against a claim; None if it can be made.

    Points come last: who has not enough of them can have the reward once they have.
    """
    if why := why_not_on(taker.today, offer.status, offer.first, offer.last):
        return why
    if not taker.may_spend:
        return Lack.BLOCKED
    if why := why_not_in(taker.tier, offer.tiers, taker.programme):
        return why
    if offer.limit is not None and offer.had >= offer.limit:
        return Lack.LIMIT
    if (offer.stock is not None and offer.taken >= offer.stock) or not offer.has_code:
        return Lack.STOCK
    return Lack.POINTS if offer.points > taker.available else None


def why_not_on(today: date, status: RewardStatus, first: date | None, last: date | None) -> Why | None:
    """Why no customer can have a reward on a day in the shop's time zone; None if it is available."""
    if status is not RewardStatus.ACTIVE:
        return Why.ARCHIVED
    if first and today < first:
        return Why.NOT_YET
    return Why.OVER if last and today > last else None


def why_not_in(tier: TierId, tiers: Iterable[TierId], programme: Tiers) -> Why | None:
    """Why a customer in a tier cannot have a reward for `tiers`; a reward without tiers is for everybody."""
    allowed = tuple(tiers)
    return Why.TIER if allowed and not programme.is_among(tier, allowed) else None


def new_code(prefix: str, length: int, choose: Callable[[str], str]) -> str:
    """A code of `length` characters after its prefix. `choose` picks a random character, like `secrets.choice`."""
    return prefix + "".join(choose(ALPHABET) for _ in range(length))
