"""Which tier an account should be in, as the model sees it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.simulation.loyalty.model.account import Account, Qualifying
from tests.simulation.loyalty.model.posting import Ledgers, Posting
from tests.simulation.loyalty.model.terms import NEVER, Terms, months_after


def qualified_tier(account: Account, day: str, terms: Terms, *, as_of: str = NEVER) -> str:
    """The tier that is reached on a day by what was posted up to another, and is not undone since."""
    first, last = terms.first_month(day), day[:7]
    counted = [(getattr(one, terms.tier_by), one.posted) for one in account.qualifying if first <= one.month <= last]
    return terms.tier_at(sum(amount for amount, posted in counted if posted <= as_of or amount < 0))


def count(posting: Posting, placed: str, points: int, money: int, orders: int) -> None:
    """Let something count towards the tier: up at once; down at once too if this very amount takes it away."""
    account, terms, today = posting.account, posting.terms, posting.today
    if not {"points": points, "money": money, "orders": orders}[terms.tier_by]:
        return
    upheld = last_reached(account, account.tier or "", today, terms)
    account.qualifying.append(Qualifying(today, min(placed, today)[:7], points, money, orders, posting.row["cause"]))
    now = qualified_tier(account, today, terms)
    current = terms.rank(account.tier or "")
    first = (date.fromisoformat(today) - timedelta(days=31)).isoformat()
    is_more = {"points": points, "money": money, "orders": orders}[terms.tier_by] > 0
    late = _reached_late(account, max(placed, first), today, terms) if placed < today and is_more else ""
    if late and terms.rank(late) > current and terms.rank(late) >= terms.rank(now):
        account.tier = late
        return
    # What the tier rests on is looked at again, on the last day on which it was reached.
    rest = qualified_tier(account, upheld, terms) if upheld else account.tier or ""
    if posting.row["tier"] == now and terms.rank(now) < current <= terms.rank(rest):
        # The review is late, and the grace is over.
        _lose_by_time(posting, account)
        account.tier = now
        return
    if terms.rank(now) > current or terms.rank(rest) < current:
        account.tier = max(now, rest, key=terms.rank) if terms.rank(now) < current else now


def last_reached(account: Account, tier: str, today: str, terms: Terms) -> str | None:
    """The last day on which a tier was reached, today or in a window before it that its grace may be of.

    The grace begins with a review that may be 31 days late. Two days more, for months are 30 days on average but once.
    """
    months = {"lifetime": 0, "calendar_year": 12}.get(terms.tier_window, 1 + (terms.tier_grace + 31 + 2) // 30)
    day, first = date.fromisoformat(today), months_after(f"{today[:7]}-01", -months)
    while day.isoformat() >= first:
        if terms.rank(qualified_tier(account, day.isoformat(), terms)) >= terms.rank(tier):
            return day.isoformat()
        day -= timedelta(days=1)
    return None


def _reached_late(account: Account, on: str, today: str, terms: Terms) -> str:
    """The tier of today, had what is heard of today counted on its own day; looked at on every day since."""
    day, tier, kept = date.fromisoformat(on), qualified_tier(account, on, terms), None
    if terms.rank(tier) <= terms.rank(account.tier or ""):
        return account.tier or ""
    while day.isoformat() <= today:
        reached = qualified_tier(account, day.isoformat(), terms)
        if terms.rank(reached) >= terms.rank(tier):
            tier, kept = reached, None
        else:
            kept = kept or day + timedelta(days=terms.tier_grace - 1)
            tier, kept = (reached, None) if kept < day else (tier, kept)
        day += timedelta(days=1)
    return tier


def review(_: Ledgers, posting: Posting) -> None:
    account, terms = posting.account, posting.terms
    now = qualified_tier(account, posting.today, terms)
    if posting.row["tier"] == account.tier:
        posting.must(terms.rank(now) <= terms.rank(account.tier or ""), "a higher tier is not given")
        return  # its grace begins, or ends because the tier is reached again
    if terms.rank(now) < terms.rank(account.tier or ""):
        _lose_by_time(posting, account)
    posting.must(now != account.tier, "changes no tier")
    account.tier = now


def _lose_by_time(posting: Posting, account: Account) -> None:
    terms = posting.terms
    begin = (datetime.fromisoformat(posting.today) - timedelta(days=terms.tier_grace)).date().isoformat()
    then = qualified_tier(account, begin, terms, as_of=begin)
    posting.must(terms.rank(then) < terms.rank(account.tier or ""), "the tier is lost before its grace is over")


def tier_of_both(posting: Posting, one: Account, other: Account) -> str:
    """The higher of the two, or what they reach together; a tier whose grace is over may be found out now."""
    terms, now = posting.terms, qualified_tier(posting.account, posting.today, posting.terms)
    higher = max(one, other, key=lambda account: terms.rank(account.tier or ""))
    if posting.row["tier"] == now and terms.rank(now) < terms.rank(higher.tier or ""):
        _lose_by_time(posting, higher)
        return now
    return max(now, higher.tier or "", key=terms.rank)
