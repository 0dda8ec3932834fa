"""The meaning of the programme's settings for an account of points. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from loyalty import days
from loyalty.ledger.rules import ReturnPolicy
from loyalty.ledger.terms import Terms
from loyalty.programme.models import BelowZero, Expiry, ExpiryMode, Programme
from shared.events.loyalty import TierId

# Queues and dead-letter queues keep an event 14 days each. A redrive takes a while as well.
MOST_LATE: Final = timedelta(days=31)
# As long as an order system may be down over a weekend. What happened before is history: an import tells it, say.
NEWS_FOR: Final = timedelta(days=3)
# Longer than shops take goods back: a tier that refunds take and orders give again is told of once. Shorter than a
# year: a tier that is reached anew in the next one is told of again.
TOLD_FOR: Final = timedelta(days=180)

# The day on which a customer was last told of each tier.
TiersTold = Mapping[TierId, date]


@dataclass(frozen=True)
class EarnedTotals:
    """The points earned ever, by month (`2026-11`) and by day, as far back as an order may be told late."""

    ever: int = 0
    months: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: EarnedTotals) -> EarnedTotals:
        """The totals of two customers who are one."""
        return EarnedTotals(self.ever + other.ever, _sums(self.months, other.months), _sums(self.days, other.days))

    def add(self, points: int, on: date, today: date) -> EarnedTotals:
        """The totals after `points` more on a day, without the days that no order can be of any more."""
        day, first = on.isoformat(), (today - MOST_LATE).isoformat()
        sums = self.plus(EarnedTotals(points, {day[:7]: points}, {day: points}))
        months = {month: part for month, part in sums.months.items() if month >= first[:7]}
        return EarnedTotals(sums.ever, months, {day: part for day, part in sums.days.items() if day >= first})


def write_totals(totals: EarnedTotals) -> list[Any]:
    """The stored form of totals."""
    return [totals.ever, dict(totals.months), dict(totals.days)]


def read_totals(written: list[Any]) -> EarnedTotals:
    """Totals from their stored form; an earlier form has the day of the last earning, and its sums alone."""
    if len(written) == len(_FORMER):
        day, of_day, of_month, ever = written
        return EarnedTotals(ever, {day[:7]: of_month}, {day: of_day})
    return EarnedTotals(*written)


_FORMER: Final = ("day", "of the day", "of the month", "ever")


def _sums(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}


class TierSlack(NamedTuple):
    """How far refunds are from changing what orders earned by a tier.

    Of these orders, the entry `newest` earned last. The qualifying amount may fall by `falls` until one of them earns
    too much. Once it rises by `rises`, one of them earns too little. None means that neither can happen.
    """

    newest: int
    falls: int | None
    rises: int | None = None

    @property
    def is_due(self) -> bool:
        """Whether an order may earn too much or too little."""
        return (self.falls is not None and self.falls < 0) or (self.rises is not None and self.rises <= 0)

    def after(self, amount: int, number: int) -> TierSlack:
        """The slack once the order of the entry `number` qualifies for `amount` more, or (negative) less."""
        if number >= self.newest:
            return self
        falls = self.falls if self.falls is None else self.falls + min(amount, 0)
        rises = self.rises if self.rises is None else self.rises - max(amount, 0)
        return TierSlack(self.newest, falls, rises)


def slack_with(slack: TierSlack | None, number: int, spare: int) -> TierSlack:
    """The slack with one more order, of the entry `number`, whose tier had `spare`."""
    falls, rises = (slack.falls, slack.rises) if slack else (None, None)
    return TierSlack(number, spare if falls is None else min(falls, spare), rises)


def slack_of_both(slack: TierSlack | None, other: TierSlack | None, number: int) -> TierSlack | None:
    """The slack of two customers who are one from the entry `number` on."""
    both = [each for each in (slack, other) if each]
    falls, rises = ([getattr(each, name) for each in both] for name in ("falls", "rises"))
    least = (min((each for each in known if each is not None), default=None) for known in (falls, rises))
    return TierSlack(number, *least) if both else None


class TierMove(StrEnum):
    """How a tier moved."""

    FALLS = "falls"
    RISES = "rises"
    # It rises, and the customer is told of it.
    ANNOUNCED = "announced"


def move_of(old: TierId, new: TierId, acted_at: datetime | None, told: TiersTold, terms: Terms) -> TierMove:
    """How a tier moved; a customer is told of one that they reach by something new, once in TOLD_FOR.

    `acted_at` is the moment of what moved it; None where that was time, a merge, or a change of other orders.
    """
    tiers = terms.programme.tiers
    if tiers.rank(new) <= tiers.rank(old):
        return TierMove.FALLS
    is_news = acted_at is not None and acted_at >= terms.now - NEWS_FOR
    is_told = new in recently_told(told, terms.today)
    return TierMove.ANNOUNCED if tiers.announce and is_news and not is_told else TierMove.RISES


def recently_told(told: TiersTold, today: date) -> TiersTold:
    """The tiers of which a customer is not told again yet. The account keeps no others: its size costs money."""
    return {tier: day for tier, day in told.items() if day > today - TOLD_FOR}


def told_of_both(told: TiersTold, other: TiersTold) -> TiersTold:
    """The last days on which two customers who are one were told of each tier."""
    return {tier: max(day for day in (told.get(tier), other.get(tier)) if day) for tier in sorted({*told, *other})}


def write_told(told: TiersTold) -> dict[str, str]:
    """The stored form of the days on which a customer was told of tiers."""
    return {tier: day.isoformat() for tier, day in told.items()}


def read_told(written: Mapping[str, str]) -> TiersTold:
    """The days on which a customer was told of tiers, from their stored form."""
    return {tier: date.fromisoformat(day) for tier, day in written.items()}


def band_of(balance: int) -> int:
    """The band in which a balance lies, for lists: 0 below zero, 1 at zero, then from 1, 2, 5, 10, 20, 50, ... on."""
    if balance <= 0:
        return 1 if balance == 0 else 0
    digits = str(balance)
    return 2 + 3 * (len(digits) - 1) + sum(int(digits[0]) >= least for least in (2, 5))


def plausible(moment: datetime, now: datetime) -> datetime:
    """The moment at which an order counts: its own, or now if nothing could be told so late."""
    return moment if now - MOST_LATE <= moment <= now else now


def lot_for(given: date, expiry: Expiry) -> date:
    """The lot of points given on a day."""
    return days.lot_of(last_day(given, expiry), given, exact=expiry.exact_days)


def last_day(given: date, expiry: Expiry) -> date:
    """The last usable day of points given on a day."""
    match expiry.mode:
        case ExpiryMode.MONTHS:
            return days.months_after(given, expiry.months)
        case ExpiryMode.MONTH_END:
            return days.month_end(days.months_after(given, expiry.months))
        case ExpiryMode.YEAR_END:
            return days.year_end(days.months_after(given, expiry.months))
        case ExpiryMode.INACTIVITY | ExpiryMode.NEVER:
            return days.NEVER


def return_policy(programme: Programme, today: date, *, gives_grace: bool = False) -> ReturnPolicy:
    return ReturnPolicy(today, programme.grace_until(today), fills_debt(programme), gives_grace)


def fills_debt(programme: Programme) -> bool:
    """Whether every gift pays the debt first. Earned points always do."""
    return programme.refunds.below_zero is not BelowZero.DEBT


def is_past_hidden(opened_at: datetime | None, registered_at: datetime | None, *, verified: bool) -> bool:
    """Whether the account is hidden from its own customer.

    It began with a guest's purchase, and anybody may have registered with the guest's e-mail since.
    """
    if verified or opened_at is None:
        return False
    return registered_at is None or opened_at < registered_at
