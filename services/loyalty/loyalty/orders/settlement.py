"""What paid for an order, points or credit: given back with its money, and taken again when it is reinstated."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from loyalty.credit import rules as credit_rules
from loyalty.credit import store as credit
from loyalty.credit.items import CreditAccount
from loyalty.credit.store import load_credit_for_posting
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.attributes import read_lots, write_lots
from loyalty.ledger.balances import Balances, Lots, Posting, latest, negative, plus
from loyalty.ledger.items import Entry
from loyalty.ledger.rules import ReturnPolicy
from loyalty.orders import store
from loyalty.orders.items import OrderRecord, SpentOnOrder
from loyalty.orders.order_entries import ReversedShare
from loyalty.points import rules as points_rules
from loyalty.points import store as points
from loyalty.points.items import PointsAccount
from loyalty.points.store import load_for_posting
from shared.cause import Cause
from shared.table import retry_lost_races

RESTORED: Final = "RESTORE#"


@dataclass(frozen=True)
class Spending:
    """What an account paid of an order, by the lots it came from, and the entries of what became of that.

    `account` is its name as it was then: it may have been merged into another since.
    """

    account: str
    spent: Lots
    later: tuple[Entry, ...]

    @property
    def restored(self) -> Lots:
        """What of it came back and was not taken again, by the lots it had come from."""
        lots: Lots = {}
        for entry in self.later:
            lots = plus(lots, read_lots(entry.fact("of") or {}))
        return lots

    @property
    def version(self) -> int:
        """The newest version of the order that was settled."""
        return max((entry.fact("version") for entry in self.later), default=0)


def settle_spending(reversed_share: ReversedShare, cause: Cause) -> None:
    """Let what accounts paid of an order follow how much of its money is reversed; an older version changes nothing."""
    for name in {spending.account for spending in _spendings(store.order_records(reversed_share.order_id))}:
        retry_lost_races(lambda name=name: _settle(reversed_share, name, cause))  # type: ignore[misc]


def settle_late_spending(order_id: str, cause: Cause) -> None:
    """The same for what was just spent on an order that may have been refunded or cancelled before.

    Whoever settles an order stores its reversal before looking at what was spent on it; whoever spends looks here
    after writing. So one of the two sees the other.
    """
    reversed_share = ReversedShare.known(order_id, store.order_records(order_id))
    if reversed_share and reversed_share.share:
        settle_spending(reversed_share, cause)


@dataclass(frozen=True)
class _Payer:
    """An account as it is now, and what differs between those of points and of credit.

    `post` takes account, posting, origin and facts.
    """

    account: PointsAccount | CreditAccount
    return_policy: ReturnPolicy
    post: Callable[..., Entry]

    @classmethod
    def of(cls, name: str, cause: Cause) -> _Payer:
        """The account of that name, or that which took it over; overdue lots have expired."""
        customer_id, _, currency = name.partition("#")
        return cls._of_credit(customer_id, currency, cause) if currency else cls._of_points(customer_id, cause)

    @classmethod
    def _of_points(cls, customer_id: str, cause: Cause) -> _Payer:
        terms = points.terms_now()
        account = load_for_posting(customer_id, terms, cause)
        return cls(account, points_rules.return_policy(terms.programme, terms.today), partial(points.post, terms=terms))

    @classmethod
    def _of_credit(cls, customer_id: str, currency: str, cause: Cause) -> _Payer:
        terms = credit.terms_now()

        def load() -> CreditAccount:
            return credit.find_account(customer_id, currency) or CreditAccount.fresh(customer_id, currency)

        account = load_credit_for_posting(load, terms, cause)
        return cls(account, credit_rules.return_policy(terms.programme, terms.today), partial(credit.post, terms=terms))


def _settle(reversed_share: ReversedShare, name: str, cause: Cause) -> None:
    payer = _Payer.of(name, cause)
    account, records = payer.account, store.order_records(reversed_share.order_id)
    spending = next(each for each in _spendings(records) if each.account == name)
    # What was spent only after a newer version was settled has no entry of that.
    known = ReversedShare.known(reversed_share.order_id, records)
    if account.erased_at or reversed_share.version < max(spending.version, known.version if known else 0):
        return
    target = int(sum(spending.spent.values()) * reversed_share.share)
    amount = target - sum(spending.restored.values())
    # A reinstatement that changes nothing is posted too: the cancellation before it may still be heard.
    if amount == 0 and not (reversed_share.reinstated and reversed_share.version > spending.version):
        return
    posting, of = _posting(account.balances, spending, amount, payer.return_policy)
    # The number makes room for what was spent only after this version was settled.
    step = f"{RESTORED}{reversed_share.version:09}#{len(spending.later):03}#{name}"
    origin = ledger.Origin.of_order(reversed_share.order_id, step, cause)
    entry = payer.post(
        account, posting, origin, version=reversed_share.version, of=write_lots(of), order=reversed_share.order_id
    )
    try:
        ledger.write(entry, account)
    except ledger.AlreadyPostedError:
        return


def _posting(before: Balances, spending: Spending, amount: int, return_policy: ReturnPolicy) -> tuple[Posting, Lots]:
    """Give back `amount`, the latest expiring first, or (negative) take as much again; and of which lots."""
    if amount >= 0:
        of = latest(plus(spending.spent, negative(spending.restored)), amount)
        return rules.restore(before, of, return_policy), of
    return rules.spend_again(before, -amount), negative(latest(spending.restored, -amount))


def _spendings(records: Iterable[OrderRecord]) -> Iterable[Spending]:
    """What was spent on an order, by account, among all that it caused."""
    spent: dict[str, Lots] = {}
    later: dict[str, list[Entry]] = {}
    for item in records:
        if isinstance(item, SpentOnOrder):
            spent[item.account] = plus(spent.get(item.account, {}), item.lots)
        elif isinstance(item, Entry) and item.sk.startswith(RESTORED):
            later.setdefault(item.sk.split("#", 3)[3], []).append(item)
    return [Spending(name, lots, tuple(later.get(name, ()))) for name, lots in spent.items()]
