"""Points and credit that paid for an order: restored on refunds, and spent again on a reinstatement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from loyalty.credit import rules as credit_rules
from loyalty.credit import store as credit
from loyalty.credit.items import CreditAccount
from loyalty.credit.store import load_credit_for_posting
from loyalty.ledger import store as ledger
from loyalty.ledger.attributes import read_grace_lots
from loyalty.ledger.balances import EntryKind, Taken, plus, read_lots
from loyalty.ledger.items import Entry
from loyalty.ledger.rules import ReturnPolicy
from loyalty.orders import store
from loyalty.orders.items import OrderRecord, SpentOnOrder
from loyalty.orders.order_entries import EARNED
from loyalty.orders.refunds import Restored, ReversedShare, Spending, settle_spent
from loyalty.points import rules as points_rules
from loyalty.points import store as points
from loyalty.points.items import PointsAccount
from loyalty.points.store import load_for_posting
from shared.errors import InvalidError
from shared.items.table import find, retry_lost_races
from shared.messages.cause import Cause
from shared.runtime.observability import count, logger

RESTORED: Final = "RESTORE#"
# The service's resources.yaml has its alarm.
METRIC: Final = "OrdersPaidByOthers"


def check_own_order(customer_id: str, order_id: str) -> None:
    """Raises InvalidError if the order earned for another customer. An order that nobody knows yet may be one's own."""
    earned = find(Entry, f"ORDER#{order_id}", EARNED)
    if earned and not _is_payer(customer_id, earned.account):
        raise InvalidError.of("order_id", "This is another customer's order")


def _report_other_payers(order_id: str, customer_id: str) -> None:
    """Raise the alarm if others than the order's customer paid for it, before anybody knew whose order it was."""
    for payer in _spendings(store.order_records(order_id)):
        if not _is_payer(payer, customer_id):
            _report(order_id)


def settle_spending(share: ReversedShare, cause: Cause) -> None:
    """Adjust each account's spending on an order to the reversed share. An older version changes nothing."""
    for payer in _spendings(store.order_records(share.order_id)):
        retry_lost_races(lambda payer=payer: _settle_payer(share, payer, cause))  # type: ignore[misc]


def settle_late_spending(order_id: str, cause: Cause) -> None:
    """Settle a new spending on an order that may have been refunded or cancelled before.

    Settling an order stores its reversal before it reads the spendings. A spending calls this function after its write.
    So one of the two always sees the other.
    """
    share = ReversedShare.known(order_id, store.read_entries(order_id))
    if share and share.share:
        settle_spending(share, cause)
    elif share and share.customer_id:
        _report_other_payers(order_id, share.customer_id)


def _settle_payer(share: ReversedShare, name: str, cause: Cause) -> None:
    payer = _Payer.of(name, share, cause)
    records = store.order_records(share.order_id)
    known = ReversedShare.known(share.order_id, store.entries_of(records))
    spending = _spendings(records)[name]
    change = settle_spent(payer.account.balances, spending, share, known, payer.return_policy)
    if change is None or payer.account.erased_at:
        return
    if change.posting.kind is EntryKind.RESTORED and share.customer_id and not _is_payer(name, share.customer_id):
        # Otherwise one could name an order that is sure to be refunded, and get the points of one's own back.
        _report(share.order_id)
        return
    # The number allows a second entry for one version, when a spending comes after its settlement.
    step = f"{RESTORED}{share.version:09}#{len(spending.later):03}#{name}"
    origin = ledger.Origin(f"ORDER#{share.order_id}", step, share.order_id, cause)
    entry = payer.post(payer.account, change.posting, origin, **change.facts)
    with suppress(ledger.AlreadyPostedError):
        ledger.write(entry, payer.account)


def _is_payer(name: str, customer_id: str) -> bool:
    """Whether an account of this name is the customer's, also once either was merged."""
    payer = name.partition("#")[0]
    return payer == customer_id or points.account_of(payer).name == points.account_of(customer_id).name


def _report(order_id: str) -> None:
    logger.warning("order paid by another customer", extra={"order_id": order_id})
    count(METRIC)


@dataclass(frozen=True)
class _Payer:
    """An account as it is now, with the policy and the posting function of its kind.

    `post` takes account, posting, origin and facts.
    """

    account: PointsAccount | CreditAccount
    return_policy: ReturnPolicy
    post: Callable[..., Entry]

    @classmethod
    def of(cls, name: str, share: ReversedShare, cause: Cause) -> _Payer:
        """The account of this name, or the account that took it over. Overdue lots have expired.

        Only a paid order's refund gives a grace: an unpaid order would extend the life of points for nothing.
        """
        customer_id, _, currency = name.partition("#")
        if currency:
            return cls._of_credit(customer_id, currency, cause, gives_grace=share.is_paid)
        return cls._of_points(customer_id, cause, gives_grace=share.is_paid)

    @classmethod
    def _of_points(cls, customer_id: str, cause: Cause, *, gives_grace: bool) -> _Payer:
        terms = points.terms_now()
        account = load_for_posting(customer_id, terms, cause)
        policy = points_rules.return_policy(terms.programme, terms.today, gives_grace=gives_grace)
        return cls(account, policy, partial(points.post_points, terms=terms))

    @classmethod
    def _of_credit(cls, customer_id: str, currency: str, cause: Cause, *, gives_grace: bool) -> _Payer:
        terms = credit.terms_now()

        def load() -> CreditAccount:
            return credit.find_account(customer_id, currency) or CreditAccount.fresh(customer_id, currency)

        account = load_credit_for_posting(load, terms, cause)
        policy = credit_rules.return_policy(terms.programme, terms.today, gives_grace=gives_grace)
        return cls(account, policy, partial(credit.post_credit, terms=terms))


def _spendings(records: Iterable[OrderRecord]) -> dict[str, Spending]:
    """The spendings on an order, by account name, from the order's records."""
    spent: dict[str, Taken] = {}
    later: dict[str, list[Restored]] = {}
    for item in records:
        if isinstance(item, SpentOnOrder):
            before = spent.get(item.account, Taken({}))
            spent[item.account] = Taken(plus(before.lots, item.lots), plus(before.graced, item.taken.graced))
        elif isinstance(item, Entry) and item.sk.startswith(RESTORED):
            graced = read_grace_lots(item.fact("graced") or {})
            restored = Restored(item.fact("version"), read_lots(item.fact("of") or {}), graced)
            later.setdefault(item.sk.split("#", 3)[3], []).append(restored)
    return {name: Spending(name, taken, tuple(later.get(name, ()))) for name, taken in spent.items()}
