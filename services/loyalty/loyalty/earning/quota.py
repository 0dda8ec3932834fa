"""What of an account decides what an order earns: whose it is, and how much it has earned where that is limited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from loyalty.earning.models import Member
from loyalty.earning.rules import limits_left
from loyalty.points.items import PointsAccount
from loyalty.programme.sections import Limits


@dataclass(frozen=True)
class Quota:
    """What was given by orders and bonuses since the shop's day and month began, and ever; refunds do not lower it."""

    day: date
    today: int = 0
    this_month: int = 0
    ever: int = 0

    @classmethod
    def of(cls, account: PointsAccount, today: date) -> Quota:
        """The account's, as it is today."""
        if account.quota is None:
            return cls(today)
        day, of_day, of_month, ever = account.quota
        since = date.fromisoformat(day)
        same_month = (since.year, since.month) == (today.year, today.month)
        return cls(today, of_day if since == today else 0, of_month if same_month else 0, ever)

    def left(self, limits: Limits) -> int | None:
        """How many more points may be earned; None without a limit."""
        return limits_left(limits, today=self.today, this_month=self.this_month, ever=self.ever)

    def use(self, account: PointsAccount, points: int, limits: Limits) -> None:
        """Let the account remember that so many more were given. Without limits nothing is kept of it."""
        if limits.per_day is None and limits.per_month is None and limits.for_ever is None:
            return
        account.quota = (self.day.isoformat(), self.today + points, self.this_month + points, self.ever + points)


def member_of(account: PointsAccount) -> Member:
    """What of an account decides the points of its orders."""
    return Member(account.tier, frozenset(account.groups or ()), account.birthday)
