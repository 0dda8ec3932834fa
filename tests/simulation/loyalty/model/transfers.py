"""Entries by which points go from one customer to another, and come back by a reversal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.simulation.loyalty.model.account import Account, Taken, at_most
from tests.simulation.loyalty.model.posting import Ledgers, Move, Posting
from tests.simulation.loyalty.model.spending import must_come_after_expiry

TRANSFER = "TRANSFER#"


def send(ledgers: Ledgers, posting: Posting) -> None:
    account, amount, rules = posting.account, -posting.amount, posting.terms.transfers
    own = [each for each in ledgers.moves.values() if ledgers.owner(each.sender) == posting.row["account"]]
    posting.must(rules["allowed"], "is sent where nobody may send")
    posting.must(not ledgers.is_stopped(posting.row["account"]), "is sent by somebody who may not spend")
    posting.must(rules["smallest"] <= amount <= rules["largest"], f"sends {amount} at once")
    posting.must(amount <= account.available - account.owed, f"sends {amount} of {account.available}, and owes")
    posting.must(not rules["buyers_only"] or _has_bought(posting), "is sent by somebody who never bought")
    posting.must(amount + _on_day(own, posting.today) <= rules["per_day"], "is more than one may send in a day")
    posting.must(amount + _in_month(own, posting.today) <= rules["per_month"], "is more than one may send in a month")
    must_come_after_expiry(posting)
    active_on, taken = account.active_on, account.spend(amount)
    # Points that live by the sender's activity have their day from now on.
    lots = Counter[str]()
    for lot, part in taken.lots.items():
        lots[posting.terms.last_day(lot, active_on)] += part
    ledgers.moving[_id_of(posting)] = Move(posting.row["account"], posting.today, Taken(dict(lots), taken.graced))


def receive(ledgers: Ledgers, posting: Posting) -> None:
    move = ledgers.moving.pop(_id_of(posting), None)
    if move is None:
        posting.wrong.append("receives what nobody sent, or twice")
        return
    who, most = posting.row["account"], posting.terms.transfers["received_per_month"]
    got = [each for each in ledgers.moves.values() if ledgers.owner(each.recipient) == who]
    posting.must(who != move.sender, "is received by its sender")
    posting.must(not ledgers.is_stopped(who), "is received by somebody who may not spend")
    posting.must(posting.amount + _in_month(got, posting.today) <= most, "is more than one may receive in a month")
    must_come_after_expiry(posting)
    _put(posting, move.taken)
    move.recipient = who
    ledgers.moves[_id_of(posting)] = move


def withdraw(ledgers: Ledgers, posting: Posting) -> None:
    move, account = ledgers.moves.get(_id_of(posting)), posting.account
    if move is None or move.back is not None:
        posting.wrong.append("takes back what nobody sent, or twice")
        return
    posting.must(ledgers.owner(move.recipient) == posting.row["account"], "is taken from somebody else")
    must_come_after_expiry(posting)
    lots = {day: part for day, of in move.taken.lots.items() if (part := min(of, account.lots.get(day, 0)))}
    move.back = _take(account, lots)
    ledgers.returning[_id_of(posting)] = move


def give_back(ledgers: Ledgers, posting: Posting) -> None:
    move = ledgers.returning.pop(_id_of(posting), None)
    if move is None or move.back is None:
        posting.wrong.append("gives back what was not taken")
        return
    posting.must(ledgers.owner(move.sender) == posting.row["account"], "is given to somebody else")
    must_come_after_expiry(posting)
    _put(posting, move.back)


def _id_of(posting: Posting) -> str:
    return posting.key[0].removeprefix(TRANSFER)


def _put(posting: Posting, taken: Taken) -> None:
    posting.account.grace_lots.update(taken.graced)
    posting.account.put(taken.lots, fills_debt=posting.fills_debt)


def _take(account: Account, lots: dict[str, int]) -> Taken:
    before = account.grace_lots
    for day, part in lots.items():
        account.take_of(day, part)
    account.trim()
    return Taken(lots, at_most(before - account.grace_lots, lots))


def _has_bought(posting: Posting) -> bool:
    return bool(sum(getattr(one, posting.terms.tier_by) for one in posting.account.qualifying) > 0)


def _on_day(moves: Iterable[Move], day: str) -> int:
    return sum(each.stays for each in moves if each.day == day)


def _in_month(moves: Iterable[Move], day: str) -> int:
    return sum(each.stays for each in moves if each.day[:7] == day[:7])
