"""All ledgers of points and of store credit, replayed entry by entry: what each should say, by the rules in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tests.simulation.loyalty.model.account import Account, difference
from tests.simulation.loyalty.model.earning import activate, earn, settle, wait
from tests.simulation.loyalty.model.posting import Ledgers, Posting
from tests.simulation.loyalty.model.spending import (
    capture,
    hold,
    must_come_after_expiry,
    overdue_lots,
    redeem,
    release,
    restore,
)
from tests.simulation.loyalty.model.terms import NEVER
from tests.simulation.loyalty.model.tiers import review, tier_of_both
from tests.simulation.loyalty.model.transfers import give_back, receive, send, withdraw

# Entries that do not count as the customer's activity.
_IDLE: Final = frozenset(
    {
        *("ripened", "held", "released", "expired", "reviewed", "reversed", "revoked", "merged_in"),
        *("sent", "received", "withdrawn", "returned"),
    }
)


def _unlike(posting: Posting, before: Account) -> list[str]:
    """What an entry says, and what it should."""
    row, account = posting.row, posting.account
    is_end = posting.kind in {"voided", "merged_out"}
    due = {
        "amount": account.balance - before.balance,
        "lots": difference(account.lots, before.lots),
        "pending": difference(account.pending, before.pending),
        "held": account.held - before.held,
        "owed": account.owed - before.owed,
        "after": account.vector,
        "tier": before.tier if is_end else account.tier,
        "tier_before": before.tier,
    }
    said = {name: row.get(name) or type(value)() for name, value in due.items() if value is not None}
    return [f"{name} is {said[name]} and should be {due[name]}" for name in said if said[name] != due[name]]


def _adjust(_: Ledgers, posting: Posting) -> None:
    account, points = posting.account, posting.amount
    if points > 0:
        account.put({posting.terms.lot(posting.today): points}, fills_debt=posting.terms.fills_debt)
        return
    posting.must(points and account.available >= -points, f"takes {-points} of {account.available}")
    account.take(-points)


def _issue(_: Ledgers, posting: Posting) -> None:
    given = [day for day, part in (posting.row.get("lots") or {}).items() if part > 0]
    lot = posting.terms.credit_lot(posting.today)
    # Staff may name a last day; it is in no fact, so any day that is to come will do.
    posting.must(not given or given == [lot] or posting.today <= given[0] < NEVER, f"falls into {given}, not {lot}")
    posting.account.put({given[0] if given else lot: posting.amount}, fills_debt=True)


def _revoke(_: Ledgers, posting: Posting) -> None:
    available = posting.account.available
    posting.must(0 < -posting.amount <= available, f"takes {-posting.amount} of {available}")
    posting.account.take(-posting.amount)


def _expire(_: Ledgers, posting: Posting) -> None:
    account, today = posting.account, posting.today
    overdue = overdue_lots(account, posting.terms, today, is_credit=posting.is_credit)
    posting.must(overdue, "expires nothing")
    for day, lot in sorted(overdue.items())[:1]:
        # What came into its grace there expires apart, as of the lot that it came from.
        of = min(
            (of for grace, of in account.grace_lots if grace == day and account.grace_lots[grace, of]), default=day
        )
        amount = min(lot, account.grace_lots.pop((day, of), lot))
        account.expiries.append((posting.place, of, amount))
        account.expired += amount
        account.take_of(day, amount)
        posting.must(posting.key[1].startswith(f"{of}#"), f"is of {of}")


def _void(_: Ledgers, posting: Posting) -> None:
    posting.account.empty()


def _merge_out(ledgers: Ledgers, posting: Posting) -> None:
    must_come_after_expiry(posting)
    ledgers.leaving[posting.row["account"]] = posting.account.copy()
    posting.account.empty()


def _merge_in(ledgers: Ledgers, posting: Posting) -> None:
    """Everything that the other held and was, on top of what is there."""
    account, currency = posting.account, posting.row["account"].partition("#")[1:]
    other = ledgers.leaving.pop(posting.row["cause"] + "".join(currency), None)
    if other is None:
        posting.wrong.append("takes over somebody who has not left")
        return
    must_come_after_expiry(posting)
    alone = account.copy()
    account.owed += other.owed
    account.put(other.lots, fills_debt=False)
    if posting.fills_debt:
        filled = account.take(account.owed)
        account.owed -= sum(filled.values())
    for where, amount in other.pending.items():
        wait(account, where, amount)
    account.holds |= other.holds
    account.earned, account.spent = account.earned + other.earned, account.spent + other.spent
    account.expired += other.expired
    account.written_off.update(other.written_off)
    account.expiries += other.expiries
    account.grace_lots.update(other.grace_lots)
    account.gains += other.gains
    account.festivals |= other.festivals
    account.qualifying += other.qualifying
    account.active_on = max(account.active_on or "", other.active_on or "") or None
    account.opened = min((each for each in (account.opened, other.opened) if each), default=None)
    account.is_joined = True
    if not posting.is_credit:
        ledgers.friends.joined[posting.row["cause"]] = posting.row["account"], posting.row["seq"]
        account.tier = tier_of_both(posting, alone, other)


_KINDS: Final[Mapping[str, Callable[[Ledgers, Posting], None]]] = {
    "earned": earn,
    "ripened": activate,
    "reversed": settle,
    "reinstated": settle,
    "held": hold,
    "captured": capture,
    "released": release,
    "redeemed": redeem,
    "restored": restore,
    "adjusted": _adjust,
    "expired": _expire,
    "reviewed": review,
    "issued": _issue,
    "revoked": _revoke,
    "sent": send,
    "received": receive,
    "withdrawn": withdraw,
    "returned": give_back,
    "merged_in": _merge_in,
    "merged_out": _merge_out,
    "voided": _void,
}


def post(ledgers: Ledgers, row: Mapping[str, Any]) -> list[str]:
    """Post one more entry, the oldest first; what is wrong with it."""
    terms = ledgers.terms[row.get("programme") or 0]
    account = ledgers.accounts.setdefault(row["account"], Account())
    if account.tier is None and "#" not in row["account"]:
        account.tier = terms.lowest
    posting = Posting(row, account, terms, terms.day_of(row["posted_at"]))
    posting.must(not account.is_closed, "is posted to an account that is closed")
    before = account.copy()
    _KINDS[posting.kind](ledgers, posting)
    account.trim()
    # Which tier somebody was in does not depend on orders that were returned since.
    if account.tier != before.tier and before.tier and posting.kind not in {"reversed", "reinstated"}:
        account.tier_changes.append((posting.fact("reached") or posting.today, before.tier))
    if posting.kind not in _IDLE and (posting.kind != "adjusted" or posting.amount > 0):
        account.active_on = posting.today
    return posting.wrong + _unlike(posting, before)
