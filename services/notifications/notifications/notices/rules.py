"""What loyalty's events come to as messages: of which occasion each is, how long it makes sense, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from notifications.messages.models import Due
from notifications.templates.models import CREDIT_EXPIRING, POINTS_ADJUSTED, POINTS_EXPIRING, Template
from shared.events.loyalty import CreditExpiring, PointsAdjusted, PointsExpiring
from shared.money import in_major_units

# Less than the queue takes to bring an event again (180 s, infra/service.yaml), so it does so once. Who is not known
# then is a guest, with no address here.
PATIENCE: Final = timedelta(minutes=2)
# On the easternmost islands (UTC+14) a day is over at this time of it.
_EARLIEST_END: Final = time(10, tzinfo=UTC)

Warned = PointsExpiring | CreditExpiring


def adjustment(data: PointsAdjusted, told_at: datetime) -> Due:
    """The notice of an adjustment. Staff's words stand on one line."""
    values = {
        "points": in_points(abs(data.points)),
        "is_added": data.points > 0,
        "balance": in_points(data.balance),
        "reason": " ".join(data.reason.split()),
    }
    return Due(data.customer_id, POINTS_ADJUSTED, data.cause, told_at, values=values, patient_until=told_at + PATIENCE)


def expiring_points(data: PointsExpiring, told_at: datetime, now: datetime) -> Due:
    """The warning of points that end."""
    values = {"points": in_points(data.points), **_until(data, told_at, now)}
    return _warning(data, POINTS_EXPIRING, "points", values, told_at)


def expiring_credit(data: CreditExpiring, told_at: datetime, now: datetime) -> Due:
    """The warning of store credit that ends."""
    values = {"amount": in_money(data.amount, data.currency), **_until(data, told_at, now)}
    return _warning(data, CREDIT_EXPIRING, f"credit:{data.currency}", values, told_at)


def may_be_over_at(on: date, days: int, told_at: datetime) -> datetime:
    """The first moment at which the day `on` may be over in the shop's time zone.

    The warning names no zone. It says that `on` was `days` days away when it was told, so `on` ends later than that
    many days after (clocks that go forward take an hour of it); nor does a day end anywhere before UTC+14.
    """
    return max(told_at + timedelta(days=days), datetime.combine(on, _EARLIEST_END))


def in_points(count: int) -> str:
    """A number of points in words: "1 point", "1,200 points"."""
    return f"{count:,} point{'' if count == 1 else 's'}"


def in_money(amount: int, currency: str) -> str:
    """An amount of minor units as it is written: "1,234.50 USD", "500 JPY", "1.500 KWD"."""
    return f"{in_major_units(amount, currency):,f} {currency}"


def in_days(days: int) -> str:
    """How far away a day is: "today", "tomorrow", "in 7 days"."""
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def _until(data: Warned, told_at: datetime, now: datetime) -> dict[str, str]:
    """The last day in words. The days left are fewer for a warning that was on its way for days."""
    days_left = max(0, data.days - max(0, (now - told_at).days))
    return {"last_day": f"{data.on.day} {data.on:%B %Y}", "days_left": in_days(days_left)}


def _warning(data: Warned, template: Template, ledger: str, values: Mapping[str, object], told_at: datetime) -> Due:
    """One for each ledger, day and number of days ahead, whatever tells of it and however late it is heard."""
    occasion = f"{ledger}/{data.on}/{data.days}"
    warned_on = datetime.combine(data.on - timedelta(days=data.days), time(), UTC)
    over_at = may_be_over_at(data.on, data.days, told_at)
    return Due(data.customer_id, template, occasion, warned_on, values=values, over_at=over_at)
