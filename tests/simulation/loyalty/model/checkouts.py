"""Entries of checkouts: each version holds in place of the one before, and a payment spends it, early or late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tests.simulation.loyalty.model.account import Hold, Taken
from tests.simulation.loyalty.model.posting import Ledgers, Posting

CHECKOUT: Final = "CHECKOUT#"
_MOST_HOLDS: Final = 5
_MINUTES: Final = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True)
class Used:
    """What a version of a checkout held, and what it was worth."""

    amount: int
    value: int | None


def hold(ledgers: Ledgers, posting: Posting) -> None:
    account, uses, hold_id = posting.account, posting.fact("uses"), posting.fact("hold")
    name = hold_id.split(".")[0]
    if earlier := next((each for each in account.holds if each.split(".")[0] == name), None):
        account.put_back(account.holds.pop(earlier).taken, posting.today, None, fills_debt=posting.fills_debt)
    may_spend = not ledgers.is_stopped(posting.row["account"])
    posting.must(not uses or may_spend, "is held by somebody who may not spend")
    posting.must(0 <= uses <= account.available, f"holds {uses} of {account.available}")
    posting.must(len(account.holds) < _MOST_HOLDS, "is one hold too many")
    posting.must(posting.fact("until") in _ends(posting), f"is held until {posting.fact('until')}")
    value = posting.terms.price(uses) if uses and not posting.is_credit else None
    posting.must(posting.fact("value") == value, f"is worth {posting.fact('value')}, not {value}")
    if about := posting.fact("checkout"):
        posting.must((value or 0) <= about["total"], "is worth more than the cart")
        ledgers.carts[name] = about["id"]
    ledgers.used[hold_id] = Used(uses, value)
    account.holds[hold_id] = Hold(posting.fact("until"), account.spend(uses), value)


def capture(ledgers: Ledgers, posting: Posting) -> Taken:
    """The payment of an order takes all of a hold, however late it comes; what it took."""
    held = posting.account.holds.pop(posting.fact("hold"), None)
    if held is None:
        posting.wrong.append("takes a hold that is not there")
        return Taken()
    posting.must(-posting.amount == held.amount, f"takes {-posting.amount} of {held.amount}")
    posting.must(posting.fact("value") == held.value, f"is worth {posting.fact('value')}, not {held.value}")
    posting.account.spent += held.amount
    _must_be_paid(ledgers, posting)
    return held.taken


def spend_late(ledgers: Ledgers, posting: Posting) -> Taken:
    """The payment of an order takes what is left of what a hold was that has ended."""
    used, account = ledgers.used.get(posting.fact("hold")), posting.account
    if used is None or posting.fact("hold") in account.holds:
        posting.wrong.append("is late for a hold that never was, or that is there")
        return Taken()
    amount = min(used.amount, account.available)
    posting.must(-posting.amount == amount, f"takes {-posting.amount}, should be {amount}")
    value = used.value * amount // used.amount if used.value else None
    posting.must(posting.fact("value") == value, f"is worth {posting.fact('value')}, not {value}")
    account.spent += amount
    _must_be_paid(ledgers, posting)
    return account.spend(amount)


def _must_be_paid(ledgers: Ledgers, posting: Posting) -> None:
    order_id, cart = posting.fact("order"), ledgers.carts.get(posting.fact("hold").split(".")[0])
    told = [order for (each, _), order in ledgers.told.items() if each == order_id]
    names_it = any(order.get("checkout_id") == cart and order.get("paid_at") for order in told)
    posting.must(names_it, f"is spent by {order_id}, which is not paid or does not name {cart}")


def _ends(posting: Posting) -> set[str]:
    """The ends of a hold: that of points, or that of credit if it comes sooner and credit is used."""
    minutes = {posting.terms.hold_minutes(credit=False)}
    minutes.add(min(*minutes, posting.terms.hold_minutes(credit=True)))
    posted = datetime.fromisoformat(posting.row["posted_at"])
    moments = (posted + timedelta(minutes=each, seconds=second) for each in minutes for second in (58, 60))
    return {moment.strftime(_MINUTES) for moment in moments}
