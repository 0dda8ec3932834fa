"""The programmes that shops run under: the defaults or, mostly, another of these, as the seed says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from tests.simulation.loyalty.model.terms import Terms


@dataclass(frozen=True)
class ShopProgramme:
    """What a shop set before anybody came; nothing of one that goes by the preset. A small reward is in its catalogue.

    `sizes` are numbers of points that customers ask for at the checkout.
    """

    name: str
    document: Mapping[str, Any]
    sizes: tuple[int, ...] = (1, 40, 100, 333, 700, 2_500)

    @property
    def version(self) -> int:
        """The number of its version; 0 is the preset."""
        return 1 if self.document else 0

    @property
    def terms(self) -> Terms:
        """What it means."""
        return Terms.of(self.document)


CLASSIC: Final = ShopProgramme("classic", {})


# Low enough to be reached; accounts are new in a run.
_TRANSFERS: Final = {
    "allowed": True,
    "smallest": 10,
    "largest": 400,
    "per_day": 500,
    "per_month": 900,
    "received_per_month": 1_000,
    "account_days": 0,
    "buyers_only": False,
}


LADDER: Final = ShopProgramme(
    "ladder",
    {
        "earning": {
            "points_per_unit": 1,
            "bonuses": {"sign_up": 100, "referrer": 50, "referee": 50, "birthday": "2", "review": 10},
        },
        "redeeming": {
            "ladder": [
                {"points": 100, "value": 10_00},
                {"points": 500, "value": 50_00},
                {"points": 1_000, "value": 120_00},
            ]
        },
        "tiers": {
            "window": "rolling_12_months",
            "rungs": [
                {"tier": "bronze", "threshold": 0},
                {"tier": "silver", "threshold": 500, "multiplier": "1.5"},
                {"tier": "gold", "threshold": 2_000, "multiplier": "2"},
            ],
        },
        "credit": {"months": 2},
        "transfers": _TRANSFERS,
    },
    sizes=(100, 100, 500, 1_000),
)


WAITING: Final = ShopProgramme(
    "two weeks of waiting, and debts",
    {
        "time_zone": "America/Los_Angeles",
        "earning": {"bonuses": {"referrer": 200, "referee": 120, "referral_order": 0, "birthday": "1.5"}},
        "pending": {"until": "days", "days": 14},
        "refunds": {"below_zero": "debt"},
        "redeeming": {"hold_minutes": 600},
        "tiers": {"window": "calendar_year", "grace_days": 0},
        "credit": {"months": 6, "hold_minutes": 2_000},
        "transfers": _TRANSFERS,
    },
)


DELIVERED: Final = ShopProgramme(
    "waiting for the delivery, tiers that roll",
    {
        "earning": {"bonuses": {"referrer": 80, "birthday": "1.5"}},
        "pending": {"until": "delivery", "days": 7, "longest_days": 45},
        "refunds": {"below_zero": "floor", "grace_days": 10},
        "expiry": {"months": 3},
        "transfers": _TRANSFERS,
        "tiers": {
            "by": "money",
            "window": "rolling_12_months",
            "grace_days": 10,
            "rungs": [
                {"tier": "bronze", "threshold": 0},
                {"tier": "silver", "threshold": 50_000, "multiplier": "1.25"},
                {"tier": "gold", "threshold": 200_000, "multiplier": "1.5"},
            ],
        },
    },
)


LIMITED: Final = ShopProgramme(
    "limits, idleness and second persons",
    {
        "earning": {
            "on": "placed",
            "rounding": "nearest",
            "bonuses": {"sign_up": 50, "review": 20, "referrer": 30, "referee": 40},
            "limits": {"per_day": 1_500, "per_month": 2_500},
        },
        "expiry": {"mode": "inactivity", "months": 2},
        "tiers": {
            "by": "orders",
            "window": "calendar_year",
            "rungs": [
                {"tier": "bronze", "threshold": 0},
                {"tier": "silver", "threshold": 2, "multiplier": "1.2"},
                {"tier": "gold", "threshold": 4, "multiplier": "1.5"},
            ],
        },
        "adjustments": {"approve_above": 350},
        "credit": {"approve_above": [{"currency": "USD", "amount": 2_400}]},
        "transfers": {**_TRANSFERS, "buyers_only": True},
    },
)


STEPS: Final = ShopProgramme(
    "whole steps of an amount, halves of a point, and plates that earn nothing",
    {
        "earning": {
            "points_per_unit": "2.5",
            "step": 7_00,
            "rounding": "nearest",
            "shipping": "included",
            "multipliers": [{"name": "plates", "factor": 0, "products": ["plate"]}],
            "bonuses": {"referrer": 60, "referee": 60},
        },
        "redeeming": {"flat": {"points": 10, "value": 1_00}},
        "tiers": {
            "rungs": [
                {"tier": "friend", "threshold": 0},
                {"tier": "regular", "name": "Regular", "threshold": 40, "multiplier": "1.3"},
                {"tier": "family", "threshold": 200, "multiplier": "1.7"},
            ]
        },
    },
    sizes=(1, 4, 10, 33, 70, 250),
)


PROGRAMMES: Final = (CLASSIC, LADDER, WAITING, DELIVERED, LIMITED, STEPS)


_WEIGHTS: Final = (2, 4, 4, 4, 4, 4)


REWARD: Final[Mapping[str, Any]] = {
    "name": "A mug",
    "kind": "gift",
    "points": 60,
    "stock": 6,
    "limit_per_customer": 2,
    "codes": {"source": "generated"},
}


def programme_of(rng: Random) -> ShopProgramme:
    """The shop's programme."""
    return rng.choices(PROGRAMMES, _WEIGHTS)[0]
