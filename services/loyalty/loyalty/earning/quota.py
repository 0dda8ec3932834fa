"""The points that an account earned so far, where the programme limits earning. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from loyalty.earning.rules import limits_left
from loyalty.programme.sections import Limits

# The stored form: the day of the last earning, and the points earned on that day, in its month and ever.
StoredQuota = tuple[str, int, int, int]


@dataclass(frozen=True)
class Quota:
    """Points from orders and bonuses today, this month and ever, by the shop's calendar. Refunds do not lower it."""

    day: date
    today: int = 0
    this_month: int = 0
    ever: int = 0

    @classmethod
    def of(cls, stored: StoredQuota | None, today: date) -> Quota:
        """An account's quota on the day `today`."""
        if stored is None:
            return cls(today)
        day, of_day, of_month, ever = stored
        since = date.fromisoformat(day)
        same_month = (since.year, since.month) == (today.year, today.month)
        return cls(today, of_day if since == today else 0, of_month if same_month else 0, ever)

    def left(self, limits: Limits) -> int | None:
        """The points that may still be earned; None without a limit."""
        return limits_left(limits, today=self.today, this_month=self.this_month, ever=self.ever)

    def used(self, points: int, limits: Limits) -> StoredQuota | None:
        """The quota to store after `points` more; None without a limit, when nothing is stored."""
        if limits.per_day is None and limits.per_month is None and limits.for_ever is None:
            return None
        return self.day.isoformat(), self.today + points, self.this_month + points, self.ever + points
