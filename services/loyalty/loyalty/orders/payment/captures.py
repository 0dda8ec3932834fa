"""What an order's payment and its cancellation do to the checkout that the order names.

A payment spends what the checkout holds, in one transaction, which also claims its reward. If the hold has ended, it
spends what is still there, and reports what is missing: the shop has given the money off already. A cancellation
releases what is held.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind, Posting, Taken
from loyalty.ledger.items import Entry
from loyalty.ledger.overdue import end_of, origin_of
from loyalty.orders.items import SpentOnOrder
from loyalty.orders.payment.checkout_names import OpenHold, find_open, hold_of_credit, name_of
from loyalty.orders.payment.checkout_records import LATE, Checkout, Part, find_checkout
from loyalty.orders.payment.payers import Payer
from loyalty.orders.payment.reward_claims import PaidReward, given_up, pay_held, pay_late, spent_late
from loyalty.orders.spending import settle_late_spending
from loyalty.points.items import PointsAccount
from loyalty.points.store import terms_now
from shared.events.customers import OrderRecorded
from shared.items.table import LostRaceError, Put, Write, commit, retry_lost_races
from shared.messages.cause import Cause
from shared.runtime.observability import count, logger

# The service's resources.yaml has its alarm.
METRIC: Final = "CheckoutsNotCaptured"
_REWARD_IS_GONE: Final = "its reward was gone"


@dataclass
class NamedCheckout:
    """The checkout that an order names, while an event of the order is settled; `order` is as it was told.

    An order without a customer spends nothing: nobody knows whose it is, or the customer was erased.
    """

    order: OrderRecorded
    cause: Cause
    # Set once `capture_beside` is written.
    is_captured: bool = False

    def capture_beside(self, account: PointsAccount) -> list[Write]:
        """What captures the checkout beside another entry of its account, which is sealed and not written yet.

        The write of the account itself is not among them. Empty if nothing of the checkout is held on the account.
        """
        order = self.order
        if order.checkout_id is None or not order.paid_at or order.cancelled_at:
            return []
        found = find_open(account.balances.holds, name_of(order.checkout_id))
        if found is None:
            return []
        ending = _captured(order, Payer.with_points(account, terms_now()), found, self.cause)
        return [write for write in ending.writes if not (isinstance(write, Put) and write.item is account)]

    def settle(self, account: PointsAccount | None) -> PointsAccount | None:
        """Capture or release it, if that is due; return `account` as it is then. A repeated event changes nothing.

        `account` is the account of the order's points as it is stored, if the caller has it.
        """
        order = self.order
        if order.checkout_id is None or order.customer_id is None or not (order.paid_at or order.cancelled_at):
            return account
        if self.is_captured:
            settle_late_spending(order.order_id, self.cause)
            return account
        is_theirs = account is not None and account.answers_to(order.customer_id)
        loaded = [account] if is_theirs else []
        settled = retry_lost_races(lambda: self._settle(order.customer_id or "", loaded.pop() if loaded else None))
        return settled if is_theirs else account

    def _settle(self, customer_id: str, loaded: PointsAccount | None) -> PointsAccount:
        payer = Payer.of_points(customer_id, self.cause, loaded=loaded)
        return _settle(self.order, self.order.checkout_id or "", payer, self.cause)


def release_open(points: Payer, found: OpenHold, cause: Cause, *, order_id: str | None = None) -> None:
    """Release what a checkout holds of points and credit, in one transaction. Raises LostRaceError."""
    ending = _Ending(order_id, cause)
    ending.post(points, rules.release(points.account.balances, found.id, points.return_policy), found.id)
    ending.writes += given_up(found.hold, points.terms.now)
    if found.currency:
        credit, hold_id = _credit_of(points, found.currency, cause), _credit_hold(found)
        if hold_id in credit.account.balances.holds:
            ending.post(credit, rules.release(credit.account.balances, hold_id, credit.return_policy), hold_id)
    ending.commit()


def _settle(order: OrderRecorded, checkout_id: str, points: Payer, cause: Cause) -> PointsAccount:
    account = points.account
    assert isinstance(account, PointsAccount)  # noqa: S101  # it was loaded as one
    if account.erased_at:
        return account
    found = find_open(account.balances.holds, name_of(checkout_id))
    if order.cancelled_at:
        if found:
            release_open(points, found, cause, order_id=order.order_id)
    elif found:
        _captured(order, points, found, cause).commit()
        settle_late_spending(order.order_id, cause)
    elif later := _capture_ended(order, account, name_of(checkout_id), cause):
        settle_late_spending(order.order_id, cause)
        return later
    return account


def _captured(order: OrderRecorded, points: Payer, found: OpenHold, cause: Cause) -> _Ending:
    """The capture of all that a checkout holds, not written yet."""
    ending, named, of_credit = _Ending(order.order_id, cause), order.payments, 0
    assert isinstance(points.account, PointsAccount)  # noqa: S101  # it was loaded as one
    paid = pay_held(points.account, found, order.order_id, points.terms.now, cause)
    ending.capture(points, found.id, value=found.hold.value, paid=paid)
    if found.currency:
        credit, hold_id = _credit_of(points, found.currency, cause), _credit_hold(found)
        if hold_id in credit.account.balances.holds:
            of_credit = credit.account.balances.holds[hold_id].amount
            ending.capture(credit, hold_id)
        else:
            known = _existing(name_of(order.checkout_id or ""))
            of_credit = known.credit.amount if known.credit else 0
            _spend_rest(ending, credit, known.credit)
    if named and (named.points > (found.hold.value or 0) or named.credit > of_credit):
        # The customer's own token made it, perhaps, and took something out after the shop had looked.
        _report(order.order_id, "it holds less than its order says was paid so")
    elif paid and paid.claim is None:
        _report(order.order_id, _REWARD_IS_GONE)
    return ending


def _capture_ended(order: OrderRecorded, account: PointsAccount, name: str, cause: Cause) -> PointsAccount | None:
    """Spend for an order what a checkout used whose hold has ended; the account then, or None if nothing is its own.

    Raises LostRaceError if the hold came to be after the account was read.
    """
    known = find_checkout(name)
    if known is None or not account.answers_to(known.account):
        _report(order.order_id, "no checkout of the customer")
        return None
    if known.points.spending:
        if known.order_id != order.order_id:
            _report(order.order_id, "the checkout paid another order")
            return None
        return account
    if known.points.end is None:
        raise LostRaceError
    return _spend_ended(order, account, known, cause)


def _spend_ended(order: OrderRecorded, account: PointsAccount, known: Checkout, cause: Cause) -> PointsAccount:
    ending, wanted, customer_id = _Ending(order.order_id, cause), known.points.amount, account.customer_id
    # Holds that are over, and points that are due, may give the room.
    points = Payer.of_points(customer_id, cause, loaded=account, needs=wanted)
    assert isinstance(points.account, PointsAccount)  # noqa: S101  # it was loaded as one
    paid = pay_late(points.account, known.reward, order.order_id, points.terms.now, cause) if known.reward else None
    ending.spend_late(points, known.points, paid)
    if part := known.credit:
        credit = Payer.of_credit(customer_id, known.currency, cause, needs=part.amount)
        if part.hold_id in credit.account.balances.holds:
            ending.capture(credit, part.hold_id)
        else:
            _spend_rest(ending, credit, part)
    ending.commit()
    if paid and paid.claim is None and not ending.missing:
        _report(order.order_id, _REWARD_IS_GONE)
    return points.account


def _spend_rest(ending: _Ending, payer: Payer, part: Part | None) -> None:
    """Spend what is still there of a part whose hold has ended. Raises LostRaceError if it has not."""
    if part is None or part.end is None:
        raise LostRaceError
    ending.spend_late(payer, part)


@dataclass
class _Ending:
    """The entries that end a checkout's holds, for an order if one is known, and the other writes beside them."""

    order_id: str | None
    cause: Cause
    writes: list[Write] = field(default_factory=list)
    missing: int = 0

    def capture(self, payer: Payer, hold_id: str, *, value: int | None = None, paid: PaidReward | None = None) -> None:
        """Spend a whole hold, but for the price of a gift that is gone."""
        balances = payer.account.balances
        amount = balances.holds[hold_id].amount - (paid.unspent if paid else 0)
        posting, spent = rules.capture(balances, hold_id, amount, payer.return_policy)
        self.post(payer, posting, hold_id, spent, paid=paid, value=value)

    def spend_late(self, payer: Payer, part: Part, paid: PaidReward | None = None) -> None:
        """Spend of a part what is available."""
        amount, worth = spent_late(part.amount, part.held.fact("value"), payer.account.available, paid)
        posting = rules.spend(EntryKind.REDEEMED, payer.account.balances, amount)
        self.missing += part.amount - amount
        self.post(payer, posting, part.hold_id, posting.taken, step=LATE, paid=paid, value=worth)

    def post(
        self,
        payer: Payer,
        posting: Posting,
        hold_id: str,
        spent: Taken | None = None,
        *,
        step: str = "",
        paid: PaidReward | None = None,
        **facts: Any,
    ) -> None:
        """Write the entry that ends a hold, and the claim of the reward that it paid."""
        origin = origin_of(hold_id, step, self.cause) if step else end_of(hold_id, self.cause)
        if paid and paid.claim:
            self.writes += paid.writes
            facts |= {"reward": paid.held.id, "claim": paid.claim.id}
        if facts.get("value") is not None:
            facts["currency"] = payer.terms.programme.currency
        entry: Entry = payer.post(payer.account, posting, origin, hold=hold_id, order=self.order_id, **facts)
        ledger.seal(entry, payer.account)
        self.writes += [Put(entry), Put(payer.account)]
        if spent and spent.lots and self.order_id:
            pointer = SpentOnOrder.of(self.order_id, hold_id, payer.account.name, spent, facts.get("value"))
            pointer.claim, pointer.gift = facts.get("claim"), paid.gift if paid else None
            self.writes.append(Put(pointer))

    def commit(self) -> None:
        """Write all of it. Raises LostRaceError if any of the accounts has changed, or a hold has ended."""
        commit(*self.writes)
        if self.missing:
            _report(self.order_id or "", "what it used was spent elsewhere")


def _credit_of(points: Payer, currency: str, cause: Cause) -> Payer:
    return Payer.of_credit(points.account.customer_id, currency, cause)


def _credit_hold(found: OpenHold) -> str:
    return hold_of_credit(found.id.split(".")[0], found.version)


def _existing(name: str) -> Checkout:
    known = find_checkout(name)
    if known is None:
        raise LostRaceError
    return known


def _report(order_id: str, why: str) -> None:
    """Raise the alarm of a payment that could not spend all that its checkout used."""
    logger.warning("checkout not captured", extra={"order_id": order_id, "why": why})
    count(METRIC)
