"""What a programme's document means, read in the simplest way that is right."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil, floor, prod
from typing import Any, Final
from zoneinfo import ZoneInfo

NEVER: Final = "9999-12-31"


SHOP_CURRENCY: Final = "USD"


# In cents.
_UNIT: Final = 100
# Of one order.
MOST_POINTS: Final = 10**12


# What a programme says that nobody has changed: the shop's defaults, as its owner reads them.
DEFAULTS: Final[Mapping[str, Any]] = {
    "time_zone": "UTC",
    "earning": {
        "on": "paid",
        "points_per_unit": 10,
        "rounding": "down",
        "tax": "excluded",
        "shipping": "excluded",
        "bonuses": {"sign_up": 0, "review": 0, "birthday": "1"},
        "limits": {"per_day": None, "per_month": None, "for_ever": None},
    },
    "pending": {"until": "none", "days": 0, "longest_days": 60},
    "redeeming": {"flat": {"points": 100, "value": 100}, "ladder": None, "hold_minutes": 30},
    "expiry": {"mode": "months", "months": 12},
    "refunds": {"below_zero": "negative", "grace_days": 30},
    "tiers": {
        "by": "points",
        "window": "lifetime",
        "grace_days": 30,
        "rungs": [
            {"tier": "bronze", "threshold": 0, "multiplier": "1"},
            {"tier": "silver", "threshold": 1_000, "multiplier": "1.2"},
            {"tier": "gold", "threshold": 5_000, "multiplier": "1.5"},
        ],
    },
    "adjustments": {"approve_above": None},
    "credit": {"months": None, "hold_minutes": 30, "approve_above": None},
    "transfers": {
        "allowed": False,
        "smallest": 100,
        "largest": 1_000,
        "per_day": 1_000,
        "per_month": 5_000,
        "received_per_month": 5_000,
        "buyers_only": True,
    },
}


@dataclass(frozen=True)
class Terms:
    """A programme. Days and moments are text as in ISO 8601, days in the shop's own time zone."""

    document: Mapping[str, Any]

    @classmethod
    def of(cls, changes: Mapping[str, Any]) -> Terms:
        """The defaults with what a document says instead."""
        return cls(_merged(DEFAULTS, changes))

    def alone_in_a_day(self, unit: str) -> int | None:
        """The most that one person may give and take in a day without a second: of points, or of a currency."""
        if unit == "points":
            most: int | None = self.document["adjustments"]["approve_above"]
            return most
        limits = self.document["credit"]["approve_above"]
        return None if limits is None else sum(each["amount"] for each in limits if each["currency"] == unit)

    def day_of(self, moment: str) -> str:
        """The shop's day at a moment."""
        return datetime.fromisoformat(moment).astimezone(ZoneInfo(self.document["time_zone"])).date().isoformat()

    def start_of(self, day: str) -> datetime:
        """The moment at which a day begins."""
        return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(self.document["time_zone"]))

    # --- earning

    def earns(self, order: Mapping[str, Any]) -> bool:
        """Whether an order has come so far that it earns."""
        return order["total"] > 0 and (self.document["earning"]["on"] == "placed" or bool(order.get("paid_at")))

    def points_of(
        self, order: Mapping[str, Any], tier: str, *, birthday: bool, groups: Collection[str] = frozenset()
    ) -> int:
        """What an order earns at a tier; nothing in another currency than the shop's. Multipliers count on every day.

        Every line by itself, then all together, and rounded once.
        """
        earning = self.document["earning"]
        if order["currency"] != SHOP_CURRENCY:
            return 0
        shares = self._shares(order, tier, groups, birthday=birthday)
        worth, counted, step = Fraction(0), Fraction(0), earning.get("step")
        for share, factor in shares:
            worth, counted = worth + share * factor, counted + (share if factor else 0)
        if step and counted:
            worth *= step * floor(counted / step) / counted
        exact = worth * Fraction(earning["points_per_unit"]) / (step or _UNIT)
        exact *= Fraction(self._rung(tier).get("multiplier", 1))
        rounded_so = {"down": floor(exact), "up": ceil(exact), "nearest": floor(exact + Fraction(1, 2))}
        return min(rounded_so[earning["rounding"]], MOST_POINTS)

    def counted(self, order: Mapping[str, Any], tier: str) -> int:
        """What of an order's money earns, without the lines that earn nothing; in cents, rounded down."""
        counting = (share for share, factor in self._shares(order, tier, (), birthday=False) if factor)
        return floor(sum(counting, Fraction(0)))

    def left_out(self, order: Mapping[str, Any], tier: str) -> int:
        """What was paid for goods that earn nothing; in cents, rounded up."""
        goods = order["total"] - order.get("tax", 0) - order.get("shipping", 0)
        base = max(self.base(order), 1)
        nothing = (share for share, factor in self._shares(order, tier, (), birthday=False) if not factor)
        return ceil(sum((goods * share / base for share in nothing), Fraction(0)))

    @property
    def parts(self) -> list[str]:
        """The parts of a total that earn beside the goods."""
        return [part for part in ("tax", "shipping") if self.document["earning"][part] == "included"]

    @property
    def step(self) -> int | None:
        """The amount that earns, where only whole steps do."""
        step: int | None = self.document["earning"].get("step")
        return step

    def _shares(
        self, order: Mapping[str, Any], tier: str, groups: Collection[str], *, birthday: bool
    ) -> list[tuple[Fraction, Fraction]]:
        """The money of each line, and how many times as much it earns."""
        base, lines = self.base(order), order.get("lines") or ()
        whole = sum(line["amount"] for line in lines)
        money = [(line, Fraction(base * line["amount"], whole)) for line in lines] if whole else [({}, Fraction(base))]
        return [(share, self._factor(line, tier, groups, birthday=birthday)) for line, share in money]

    @property
    def referral_order(self) -> int:
        """The least of an order that counts for a referral, in cents."""
        least: int = self.document["earning"]["bonuses"].get("referral_order", 10 * _UNIT)
        return least

    def base(self, order: Mapping[str, Any]) -> int:
        """What of an order's money earns."""
        earning, base = self.document["earning"], int(order["total"])
        base -= order.get("tax", 0) if earning["tax"] == "excluded" else 0
        base -= order.get("shipping", 0) if earning["shipping"] == "excluded" else 0
        base += order.get("discount", 0) if earning.get("discounts") == "before" else 0
        return max(base, 0)

    def _factor(self, line: Mapping[str, Any], tier: str, groups: Collection[str], *, birthday: bool) -> Fraction:
        """How many times as much a line earns, beside the tier's own multiplier."""
        earning = self.document["earning"]
        factors = [
            Fraction(each["factor"])
            for each in earning.get("multipliers", ())
            if (not each.get("groups") or set(each["groups"]) & set(groups))
            and (not each.get("tiers") or self._rung(tier)["tier"] in {self._in_place_of(one) for one in each["tiers"]})
            and (
                not [*each.get("products", ()), *each.get("categories", ())]
                or line.get("product_id") in each.get("products", ())
                or line.get("category", NEVER) in each.get("categories", ())
            )
        ]
        factors += [Fraction(earning["bonuses"]["birthday"])] if birthday else []
        if 0 in factors:
            return Fraction(0)
        if earning.get("combine") == "highest":
            return max(factors, default=Fraction(1))
        return prod(factors, start=Fraction(1))

    def bonus(self, name: str) -> int:
        """What something is worth that is no order."""
        points: int = self.document["earning"]["bonuses"].get(name, 0)
        return points

    @property
    def limits(self) -> tuple[int | None, int | None, int | None]:
        """The most that can be earned on a day, in a month and for ever."""
        found = self.document["earning"]["limits"]
        return found.get("per_day"), found.get("per_month"), found.get("for_ever")

    def own_moment(self, order: Mapping[str, Any]) -> str:
        """When an order was placed or, where that lets it earn, paid."""
        if self.document["earning"]["on"] == "placed":
            return str(order["placed_at"])
        return str(max(order["placed_at"], order["paid_at"], key=datetime.fromisoformat))

    def activates_on(self, order: Mapping[str, Any], today: str, as_of: str | None = None) -> str | None:
        """From which day on the points of an order, which earned as of a day, can be used; None for at once."""
        pending = self.document["pending"]
        match pending["until"]:
            case "none":
                return None
            case "days":
                start, days = self.day_of(order.get("paid_at") or order["placed_at"]), pending["days"]
            case _ if order.get("delivered_at"):
                start, days = self.day_of(order["delivered_at"]), pending["days"]
            case _:
                start, days = as_of or today, pending["longest_days"]
        day = _days_after(start, days)
        return day if day > today else None

    # --- lots

    def lot(self, given: str) -> str:
        """The lot of points that were given on a day."""
        expiry = self.document["expiry"]
        if expiry["mode"] in {"inactivity", "never"}:
            return NEVER
        return rounded(months_after(given, expiry["months"]), given)

    def credit_lot(self, given: str) -> str:
        """The lot of credit that was given on a day."""
        months = self.document["credit"]["months"]
        return NEVER if months is None else rounded(months_after(given, months), given)

    def grace(self, today: str) -> str:
        """The lot of what comes back on a day after its own is over."""
        return rounded(_days_after(today, self.document["refunds"]["grace_days"]), today)

    def last_day(self, lot: str, active_on: str | None) -> str:
        """The last day of a lot of points; where these live by activity, so many months after the last of it."""
        expiry = self.document["expiry"]
        if lot != NEVER or expiry["mode"] != "inactivity" or active_on is None:
            return lot
        return months_after(active_on, expiry["months"])

    # --- spending

    @property
    def fills_debt(self) -> bool:
        """Whether all that comes in fills what is owed, and not only what is earned."""
        return bool(self.document["refunds"]["below_zero"] != "debt")

    @property
    def forgives(self) -> bool:
        """Whether the shop bears what a refund cannot take back."""
        return bool(self.document["refunds"]["below_zero"] == "floor")

    def price(self, points: int) -> int | None:
        """What points are worth at the checkout, in cents; None where so many cannot be redeemed."""
        redeeming = self.document["redeeming"]
        if redeeming["ladder"]:
            return {step["points"]: step["value"] for step in redeeming["ladder"]}.get(points)
        return points * redeeming["flat"]["value"] // redeeming["flat"]["points"] or None

    def hold_minutes(self, *, credit: bool) -> int:
        """How long something is held."""
        minutes: int = self.document["credit" if credit else "redeeming"]["hold_minutes"]
        return minutes

    @property
    def transfers(self) -> Mapping[str, Any]:
        """What customers may send each other."""
        section: Mapping[str, Any] = self.document["transfers"]
        return section

    # --- tiers

    @property
    def tier_by(self) -> str:
        """What reaches a tier: points, money or orders."""
        return str(self.document["tiers"]["by"])

    @property
    def tier_window(self) -> str:
        """The time in which it counts."""
        return str(self.document["tiers"]["window"])

    @property
    def tier_grace(self) -> int:
        """Days for which a tier is kept that time has taken away."""
        days: int = self.document["tiers"]["grace_days"]
        return days

    @property
    def lowest(self) -> str:
        """The tier in which everyone begins."""
        return str(self.document["tiers"]["rungs"][0]["tier"])

    def first_month(self, day: str) -> str:
        """The first month that counts on a day."""
        match self.tier_window:
            case "lifetime":
                return "0000-00"
            case "calendar_year":
                return f"{day[:4]}-01"
        return months_after(day, -12)[:7]

    def tier_at(self, qualifying: int) -> str:
        """The tier that so much reaches."""
        return str(
            [level for level in self.document["tiers"]["rungs"] if level["threshold"] <= max(qualifying, 0)][-1]["tier"]
        )

    @property
    def tiers(self) -> list[str]:
        """All of them, the lowest first."""
        return [level["tier"] for level in self.document["tiers"]["rungs"]]

    def rank(self, tier: str) -> int:
        """How high a tier is."""
        return self.tiers.index(tier)

    def _rung(self, tier: str) -> Mapping[str, Any]:
        """What a tier gives; of one that the programme does not have, what the one in its place or the lowest gives."""
        rungs: list[Mapping[str, Any]] = self.document["tiers"]["rungs"]
        return next((level for level in rungs if level["tier"] == self._in_place_of(tier)), rungs[0])

    def _in_place_of(self, tier: str) -> str:
        return str(self.document["tiers"].get("former", {}).get(tier, tier))


def months_after(day: str, months: int) -> str:
    """The same day so many months later, or the last of that month where it is shorter."""
    start = date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1])).isoformat()


def rounded(last: str, given: str) -> str:
    """The month's end of a day that is over 31 days off; nearer days are kept."""
    day = date.fromisoformat(last)
    if day - date.fromisoformat(given) <= timedelta(days=31):
        return last
    return day.replace(day=calendar.monthrange(day.year, day.month)[1]).isoformat()


def _days_after(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for name, value in changes.items():
        is_section = isinstance(value, Mapping) and isinstance(both.get(name), Mapping)
        both[name] = _merged(both[name], value) if is_section else value
    return both
