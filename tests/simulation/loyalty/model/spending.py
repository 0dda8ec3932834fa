"""Entries by which points and credit are held, spent and given back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from tests.simulation.loyalty.model.account import Account, Hold, difference, latest, soonest
from tests.simulation.loyalty.model.orders import Spending, to_restore
from tests.simulation.loyalty.model.posting import Ledgers, Posting
from tests.simulation.loyalty.model.terms import Terms

_MOST_HOLDS: Final = 5


_MINUTES: Final = "%Y-%m-%dT%H:%MZ"


def hold(_: Ledgers, posting: Posting) -> None:
    account, amount = posting.account, posting.row["held"]
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
    account.holds[posting.fact("hold")] = Hold(ends, account.take(amount), value)


def capture(ledgers: Ledgers, posting: Posting) -> None:
    account, amount = posting.account, -posting.amount
    held = account.holds.pop(posting.fact("hold"), None)
    if held is None:
        posting.wrong.append("takes a hold that is not there")
        return
    posting.must(0 < amount <= held.amount, f"takes {amount} of {held.amount}")
    late = datetime.fromisoformat(posting.row["posted_at"]) - datetime.fromisoformat(held.until)
    posting.must(late < timedelta(minutes=1, seconds=2), f"takes a hold {late} after its end")
    if not posting.is_credit:
        value = held.value if amount == held.amount else posting.terms.price(amount)
        posting.must(posting.fact("value") == value, f"is worth {posting.fact('value')}, not {value}")
    spent = soonest(held.lots, amount)
    account.put_back(
        difference(held.lots, spent),
        posting.today,
        posting.grace,
        fills_debt=posting.fills_debt,
        credit=posting.is_credit,
    )
    account.spent += amount
    if order_id := posting.fact("order"):
        _spend_on(ledgers, posting, order_id, spent)


def release(_: Ledgers, posting: Posting) -> None:
    held = posting.account.holds.pop(posting.fact("hold"), None)
    if held is None:
        posting.wrong.append("releases a hold that is not there")
        return
    ran_out = posting.row["posted_at"] >= held.until[:16]
    posting.must(ran_out or not posting.fact("ran_out"), "runs out before its time")
    posting.account.put_back(
        held.lots, posting.today, posting.grace, fills_debt=posting.fills_debt, credit=posting.is_credit
    )


def redeem(ledgers: Ledgers, posting: Posting) -> None:
    pk, sk = posting.key
    if sk.startswith("RESTORE#"):
        _settle_spending(ledgers, posting)
        return
    amount = -posting.amount
    posting.must(0 < amount <= posting.account.available, f"spends {amount} of {posting.account.available}")
    must_come_after_expiry(posting)
    taken = posting.account.take(amount)
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
    lots = ledgers.claims.pop(pk.removeprefix("CLAIM#"), None)
    posting.must(lots is not None, "gives back a claim that nobody made, or twice")
    posting.account.spent -= sum((lots or {}).values())
    posting.account.put_back(
        lots or {}, posting.today, posting.grace, fills_debt=posting.fills_debt, credit=posting.is_credit
    )


def _spend_on(ledgers: Ledgers, posting: Posting, order_id: str, lots: Mapping[str, int]) -> None:
    spending = ledgers.spendings.setdefault(order_id, {}).setdefault(posting.row["account"], Spending())
    spending.spent.update(lots)


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
        of = latest(difference(spending.spent, spending.back), amount)
        spending.back.update(of)
        posting.account.put_back(
            of, posting.today, posting.grace, fills_debt=posting.fills_debt, credit=posting.is_credit
        )
    else:
        of = {day: -part for day, part in latest(spending.back, -amount).items()}
        spending.back.update(of)
        posting.account.owed += -amount - sum(posting.account.take(-amount).values())
    posting.account.spent -= amount
    posting.must((posting.fact("of") or {}) == of, f"says of {posting.fact('of')}, should be {of}")


def overdue_lots(account: Account, terms: Terms, today: str, *, is_credit: bool) -> dict[str, int]:
    """The lots whose last day is over. No idleness ends credit."""
    active_on = None if is_credit else account.active_on
    return {day: amount for day, amount in account.lots.items() if terms.last_day(day, active_on) < today}
