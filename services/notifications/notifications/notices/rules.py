"""Makes messages from loyalty's events: the occasion of each, the last time to send it, and its values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from notifications.messages.models import Due
from notifications.templates.models import (
    CREDIT_EXPIRING,
    CREDIT_ISSUED,
    POINTS_ADJUSTED,
    POINTS_EXPIRING,
    POINTS_TRANSFERRED,
    TIER_REACHED,
    TRANSFER_CODE,
    Template,
)
from shared.events.loyalty import (
    CreditExpiring,
    CreditIssued,
    PointsAdjusted,
    PointsExpiring,
    PointsTransferred,
    TierChanged,
    TransferRequested,
)
from shared.money import in_major_units

# Shorter than the time until the queue delivers an event again (180 s, infra/generate/service.yaml), so it delivers
# once more. A recipient who is unknown then is a guest, without an address here.
PATIENCE: Final = timedelta(minutes=2)
# As long as loyalty takes an order for news. Later the tier may be lost again.
TIER_IS_NEWS: Final = timedelta(days=3)
# As long as a dead letter waits for its redrive. An event that is older is told again, such as after an update.
CREDIT_IS_NEWS: Final = timedelta(days=14)
TRANSFER_IS_NEWS: Final = CREDIT_IS_NEWS
# Enough for the second delivery of an event. Whoever gives credit on its last day knows that the day is not over.
_SOON: Final = timedelta(minutes=10)
# In the easternmost time zone (UTC+14) a day ends at this UTC time.
_EARLIEST_END: Final = time(10, tzinfo=UTC)

Warned = PointsExpiring | CreditExpiring


def adjustment(data: PointsAdjusted, told_at: datetime) -> Due:
    """The notice of an adjustment. The words of staff are on one line."""
    values = {
        "points": in_points(abs(data.points)),
        "is_added": data.points > 0,
        "balance": in_points(data.balance),
        "reason": " ".join(data.reason.split()),
    }
    return Due(data.customer_id, POINTS_ADJUSTED, data.cause, told_at, values=values, patient_until=told_at + PATIENCE)


def transfer(data: PointsTransferred, told_at: datetime) -> Due:
    """The notice of points that were sent or received, or went back. It says nothing of the other customer."""
    values = {"points": in_points(abs(data.points)), "move": data.move.value, "balance": in_points(data.balance)}
    occasion = f"{data.cause}/{data.move}"
    return Due(
        data.customer_id, POINTS_TRANSFERRED, occasion, told_at, values=values, over_at=told_at + TRANSFER_IS_NEWS
    )


def transfer_code(data: TransferRequested, code: str, told_at: datetime) -> Due:
    """The mail of the code that confirms a transfer, in two groups of digits. It is too late once the code ends."""
    minutes = round((data.expires_at - told_at) / timedelta(minutes=1))
    values = {"points": in_points(data.points), "code": f"{code[:4]} {code[4:]}", "minutes": minutes}
    return Due(data.customer_id, TRANSFER_CODE, data.transfer_id, told_at, values=values, over_at=data.expires_at)


def tier(data: TierChanged, told_at: datetime) -> Due:
    """The notice of a tier that was reached."""
    occasion = f"tier:{data.new}/{told_at.astimezone(UTC).date()}"
    return Due(
        data.customer_id,
        TIER_REACHED,
        occasion,
        told_at,
        values={"tier": data.name or data.new.capitalize()},
        over_at=told_at + TIER_IS_NEWS,
    )


def issued_credit(data: CreditIssued, told_at: datetime) -> Due:
    """The notice of store credit that staff gave; `last_day` is None if it does not end, or paid what was owed."""
    on = data.expires_on
    values = {
        "amount": in_money(data.amount, data.currency),
        "balance": in_money(data.balance, data.currency),
        "last_day": in_words(on) if on else None,
    }
    ends = [told_at + CREDIT_IS_NEWS, *([max(told_at + _SOON, datetime.combine(on, _EARLIEST_END))] if on else [])]
    patient_until = told_at + PATIENCE
    return Due(
        data.customer_id,
        CREDIT_ISSUED,
        data.cause,
        told_at,
        values=values,
        over_at=min(ends),
        patient_until=patient_until,
    )


def expiring_points(data: PointsExpiring, told_at: datetime, now: datetime) -> Due:
    """The warning of expiring points."""
    values = {"points": in_points(data.points), **_until(data, told_at, now)}
    return _warning(data, POINTS_EXPIRING, "points", values, told_at)


def expiring_credit(data: CreditExpiring, told_at: datetime, now: datetime) -> Due:
    """The warning of expiring store credit."""
    values = {"amount": in_money(data.amount, data.currency), **_until(data, told_at, now)}
    return _warning(data, CREDIT_EXPIRING, f"credit:{data.currency}", values, told_at)


def may_be_over_at(on: date, days: int, told_at: datetime) -> datetime:
    """The first moment at which the day `on` may be over in the shop's time zone.

    The warning does not name the zone. When it was told, `on` was `days` days away. So `on` ends more than `days` days
    later (clocks that go forward take an hour of it). And no day ends earlier than at UTC+14.
    """
    return max(told_at + timedelta(days=days), datetime.combine(on, _EARLIEST_END))


def in_points(count: int) -> str:
    """The number of points as text: "1 point", "1,200 points"."""
    return f"{count:,} point{'' if count == 1 else 's'}"


def in_money(amount: int, currency: str) -> str:
    """An amount of minor units as text: "1,234.50 USD", "500 JPY", "1.500 KWD"."""
    return f"{in_major_units(amount, currency):,f} {currency}"


def in_days(days: int) -> str:
    """The distance of a day as text: "today", "tomorrow", "in 7 days"."""
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def in_words(day: date) -> str:
    """A day as text: "8 June 2026"."""
    return f"{day.day} {day:%B %Y}"


def _until(data: Warned, told_at: datetime, now: datetime) -> dict[str, str]:
    """The last day, and the days left, as text. The days that a warning was on its way are subtracted."""
    days_left = max(0, data.days - max(0, (now - told_at).days))
    return {"last_day": in_words(data.on), "days_left": in_days(days_left)}


def _warning(data: Warned, template: Template, ledger: str, values: Mapping[str, object], told_at: datetime) -> Due:
    """The warning for one ledger, day and number of days ahead. Repeated and late events give the same occasion."""
    occasion = f"{ledger}/{data.on}/{data.days}"
    warned_on = datetime.combine(data.on - timedelta(days=data.days), time(), UTC)
    over_at = may_be_over_at(data.on, data.days, told_at)
    return Due(data.customer_id, template, occasion, warned_on, values=values, over_at=over_at)
