"""The points that an account earned so far, where the programme limits earning. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from loyalty.earning.rules import limits_left
from loyalty.points.rules import EarnedTotals
from loyalty.programme.sections import Limits


@dataclass(frozen=True)
class Quota:
    """Points from orders and bonuses by `on`'s day and month, and ever, by the shop's calendar.

    An order that is told late counts on its own day, and so does what an edit adds to it. Refunds do not lower a quota.
    """

    totals: EarnedTotals
    on: date
    today: date

    @classmethod
    def of(cls, stored: EarnedTotals | None, on: date, today: date | None = None) -> Quota:
        """An account's quota on a day: today's, or that of an order which is told late."""
        return cls(stored or EarnedTotals(), on, today or on)

    def left(self, limits: Limits, *, is_kept: bool = True) -> int | None:
        """The points that may still be earned; None without a limit.

        If the totals of the day are not kept any more, a limit of the day or the month leaves none.
        """
        day, totals = self.on.isoformat(), self.totals
        if not is_kept:
            return limits_left(limits, today=limits.per_day or 0, this_month=limits.per_month or 0, ever=totals.ever)
        return limits_left(
            limits, today=totals.days.get(day, 0), this_month=totals.months.get(day[:7], 0), ever=totals.ever
        )

    def used(self, points: int, limits: Limits) -> EarnedTotals | None:
        """The totals to store after `points` more; None without a limit, when nothing is stored."""
        if limits.per_day is None and limits.per_month is None and limits.for_ever is None:
            return None
        return self.totals.add(points, self.on, self.today)
