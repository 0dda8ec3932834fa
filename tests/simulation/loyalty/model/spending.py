"""Entries by which points and credit are held, spent and given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tests.simulation.loyalty.model import checkouts
from tests.simulation.loyalty.model.account import Account, Hold, Taken, at_most, difference, latest, soonest
from tests.simulation.loyalty.model.orders import Spending, to_restore
from tests.simulation.loyalty.model.posting import Ledgers, Posting
from tests.simulation.loyalty.model.terms import Terms

_MOST_HOLDS: Final = 5


_MINUTES: Final = "%Y-%m-%dT%H:%MZ"


def hold(ledgers: Ledgers, posting: Posting) -> None:
    if posting.key[0].startswith(checkouts.CHECKOUT):
        must_come_after_expiry(posting)
        checkouts.hold(ledgers, posting)
        return
    account, amount = posting.account, posting.row["held"]
    posting.must(not ledgers.is_stopped(posting.row["account"]), "is held by somebody who may not spend")
    posting.must(0 < amount <= account.available, f"holds {amount} of {account.available}")
    posting.must(len(account.holds) < _MOST_HOLDS, "is one hold too many")
    must_come_after_expiry(posting)
    minutes = posting.terms.hold_minutes(credit=posting.is_credit)
    until, ends = datetime.fromisoformat(posting.row["posted_at"]) + timedelta(minutes=minutes), posting.fact("until")
    # A second between the beginning of the request and its entry may be one of the next minute.
    fits = {(until + timedelta(seconds=seconds)).strftime(_MINUTES) for seconds in (58, 60)}
    posting.must(ends in fits, f"is held until {ends}")
    value = None if posting.is_credit else posting.terms.price(amount)
    posting.must(posting.fact("value") == value, f"is worth {posting.fact('value')}, not {value}")
    account.holds[posting.fact("hold")] = Hold(ends, account.spend(amount), value)


def capture(ledgers: Ledgers, posting: Posting) -> None:
    if posting.key[0].startswith(checkouts.CHECKOUT):
        _spend_on(ledgers, posting, posting.fact("order"), checkouts.capture(ledgers, posting))
        return
    account, amount = posting.account, -posting.amount
    held = account.holds.pop(posting.fact("hold"), None)
    if held is None:
        posting.wrong.append("takes a hold that is not there")
        return
    posting.must(0 < amount <= held.amount, f"takes {amount} of {held.amount}")
    may_be_taken = posting.fact("order") or not ledgers.is_stopped(posting.row["account"])
    posting.must(may_be_taken, "is taken without an order by somebody who may not spend")
    late = datetime.fromisoformat(posting.row["posted_at"]) - datetime.fromisoformat(held.until)
    posting.must(late < timedelta(minutes=1, seconds=2), f"takes a hold {late} after its end")
    if not posting.is_credit:
        value = held.value if amount == held.amount else posting.terms.price(amount)
        posting.must(posting.fact("value") == value, f"is worth {posting.fact('value')}, not {value}")
    spent = soonest(held.taken.lots, amount)
    rest = difference(held.taken.lots, spent)
    graced = at_most(held.taken.graced, rest)
    account.put_back(Taken(rest, graced), posting.today, None, fills_debt=posting.fills_debt)
    account.spent += amount
    if order_id := posting.fact("order"):
        _spend_on(ledgers, posting, order_id, Taken(spent, held.taken.graced - graced))


def release(_: Ledgers, posting: Posting) -> None:
    held = posting.account.holds.pop(posting.fact("hold"), None)
    if held is None:
        posting.wrong.append("releases a hold that is not there")
        return
    ran_out = posting.row["posted_at"] >= held.until[:16]
    posting.must(ran_out or not posting.fact("ran_out"), "runs out before its time")
    posting.account.put_back(held.taken, posting.today, None, fills_debt=posting.fills_debt)


def redeem(ledgers: Ledgers, posting: Posting) -> None:
    pk, sk = posting.key
    if sk.startswith("RESTORE#"):
        _settle_spending(ledgers, posting)
        return
    if pk.startswith(checkouts.CHECKOUT):
        must_come_after_expiry(posting)
        _spend_on(ledgers, posting, posting.fact("order"), checkouts.spend_late(ledgers, posting))
        return
    amount = -posting.amount
    posting.must(not ledgers.is_stopped(posting.row["account"]), "is spent by somebody who may not spend")
    posting.must(0 < amount <= posting.account.available, f"spends {amount} of {posting.account.available}")
    must_come_after_expiry(posting)
    taken = posting.account.spend(amount)
    posting.account.spent += amount
    if pk.startswith("CLAIM#"):
        ledgers.claims[pk.removeprefix("CLAIM#")] = taken
        return
    value = posting.terms.price(amount)
    posting.must(posting.fact("value") == value, f"is worth {posting.fact('value')}, not {value}")
    if order_id := posting.fact("order"):
        _spend_on(ledgers, posting, order_id, taken)


def must_come_after_expiry(posting: Posting) -> None:
    overdue = overdue_lots(posting.account, posting.terms, posting.today, is_credit=posting.is_credit)
    posting.must(not overdue, f"comes while {overdue} is overdue")


def restore(ledgers: Ledgers, posting: Posting) -> None:
    pk, sk = posting.key
    if sk.startswith("RESTORE#"):
        _settle_spending(ledgers, posting)
        return
    must_come_after_expiry(posting)
    taken = ledgers.claims.pop(pk.removeprefix("CLAIM#"), None)
    posting.must(taken, "gives back a claim that nobody made, or twice")
    if taken:
        posting.account.spent -= sum(taken.lots.values())
        posting.account.put_back(taken, posting.today, None, fills_debt=posting.fills_debt)


def _spend_on(ledgers: Ledgers, posting: Posting, order_id: str, taken: Taken) -> None:
    if not taken.lots:
        return
    spending = ledgers.spendings.setdefault(order_id, {}).setdefault(posting.row["account"], Spending())
    spending.spent.update(taken.lots)
    spending.graced.update(taken.graced)


def _settle_spending(ledgers: Ledgers, posting: Posting) -> None:
    """What paid for an order follows its money."""
    order_id = posting.key[0].removeprefix("ORDER#")
    version, (_, _, number, name) = posting.fact("version"), posting.key[1].split("#", 3)
    order, spending = ledgers.told.get((order_id, version)), ledgers.spendings.get(order_id, {}).get(name)
    if order is None or spending is None:
        posting.wrong.append(f"gives {name} back what it never spent")
        return
    # Of one version again only what was spent since it was settled.
    posting.must(version >= spending.settled, f"settles version {version} after {spending.settled}")
    posting.must(int(number) == spending.settlements, f"is settlement {number}, not {spending.settlements}")
    spending.settlements += 1
    who, account = name.partition("#")[0], posting.row["account"].partition("#")[0]
    posting.must(ledgers.may_be_in(who, account), f"is {name}'s")
    amount = to_restore(spending.spent.total(), order) - spending.back.total()
    posting.must((amount < 0) is (posting.kind == "redeemed"), f"should give back {amount}")
    spending.settled = version
    if amount >= 0:
        outside = difference(spending.spent, spending.back)
        of = latest(outside, amount)
        grace = _grace_of(posting, order)
        back = Taken(of, at_most(spending.graced, outside))
        posting.account.put_back(back, posting.today, grace, fills_debt=posting.fills_debt)
    else:
        of = _spend_again(posting, spending, -amount)
    spending.back.update(of)
    posting.account.spent -= amount
    posting.must((posting.fact("of") or {}) == of, f"says of {posting.fact('of')}, should be {of}")


def _grace_of(posting: Posting, order: Mapping[str, Any]) -> str | None:
    """The grace of what paid for an order that was paid; without it, what is over comes back to its own lot.

    What was spent only when the order was reversed already has none: no time has passed for it.
    """
    came_late = any(part > 0 and day < posting.today for day, part in (posting.row.get("lots") or {}).items())
    return posting.grace if order.get("paid_at") and not came_late else None


def _spend_again(posting: Posting, spending: Spending, amount: int) -> dict[str, int]:
    """What a reinstatement takes, less than nothing by lot; what it does not find is of what was back, and is owed."""
    taken = posting.account.spend(amount)
    missing = amount - sum(taken.lots.values())
    posting.account.owed += missing
    spending.graced.update(taken.graced)
    of = Counter(taken.lots) + Counter(latest(+spending.back, missing))
    return {day: -part for day, part in of.items()}


def overdue_lots(account: Account, terms: Terms, today: str, *, is_credit: bool) -> dict[str, int]:
    """The lots whose last day is over. No idleness ends credit."""
    active_on = None if is_credit else account.active_on
    return {day: amount for day, amount in account.lots.items() if terms.last_day(day, active_on) < today}
