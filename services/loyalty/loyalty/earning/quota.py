"""How many points an account has earned, where the programme limits that. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from loyalty.earning.rules import limits_left
from loyalty.programme.sections import Limits

# As accounts keep it: the day of the last gain, and what was given on it, in its month and ever.
StoredQuota = tuple[str, int, int, int]


@dataclass(frozen=True)
class Quota:
    """What was given by orders and bonuses since the shop's day and month began, and ever; refunds do not lower it."""

    day: date
    today: int = 0
    this_month: int = 0
    ever: int = 0

    @classmethod
    def of(cls, stored: StoredQuota | None, today: date) -> Quota:
        """An account's quota, as it is today."""
        if stored is None:
            return cls(today)
        day, of_day, of_month, ever = stored
        since = date.fromisoformat(day)
        same_month = (since.year, since.month) == (today.year, today.month)
        return cls(today, of_day if since == today else 0, of_month if same_month else 0, ever)

    def left(self, limits: Limits) -> int | None:
        """How many more points may be earned; None without a limit."""
        return limits_left(limits, today=self.today, this_month=self.this_month, ever=self.ever)

    def used(self, points: int, limits: Limits) -> StoredQuota | None:
        """What an account is to keep once so many more points were given; None without a limit: it keeps nothing."""
        if limits.per_day is None and limits.per_month is None and limits.for_ever is None:
            return None
        return self.day.isoformat(), self.today + points, self.this_month + points, self.ever + points
