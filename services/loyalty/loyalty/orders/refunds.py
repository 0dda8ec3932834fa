"""What was earned, taken back and given back: by an order, or as a referral reward."""

from __future__ import annotations

from datetime import date
from typing import Any

from loyalty.days import NEVER
from loyalty.ledger.attributes import write_lots
from loyalty.ledger.balances import Posting
from loyalty.ledger.reversals import LotShare, reinstate, reverse
from loyalty.ledger.store import Terms
from loyalty.orders.order_entries import OrderEntries
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.rules import return_policy
from loyalty.programme.models import BelowZero


def take_back(account: PointsAccount, entries: OrderEntries, amount: int, terms: Terms) -> Posting:
    """Take back `amount` of what was earned; what was spent is owed or forgiven, as the programme says."""
    shares = [
        LotShare(lot, points, *(store.expired_points(account, lot, since) if lot < terms.today or lot == NEVER else ()))
        for lot, points, since in entries.lots.newest_first()
    ]
    forgives = terms.programme.refunds.below_zero is BelowZero.FLOOR
    return reverse(account.balances, amount, shares, activation=entries.activation, forgives=forgives)


def give_back(account: PointsAccount, entries: OrderEntries, amount: int, lot: date, terms: Terms) -> Posting:
    """Give back `amount` of what was taken last, into `lot`; what had expired or was forgiven does not come back."""
    waits = entries.activation.on if entries.activation and entries.activation.on > terms.today else None
    already_expired, forgiven = entries.lots.lost_of_last(amount)
    return reinstate(
        account.balances, amount, lot, expired_before_reversal=already_expired, forgiven=forgiven, activates_on=waits
    )


def living_lot(entries: OrderEntries, terms: Terms) -> date:
    """The lot that it fell into, or the one of the grace when that has ended."""
    return return_policy(terms.programme, terms.today).grace_until if entries.lot < terms.today else entries.lot


def facts_of(posting: Posting, entries: OrderEntries, lot: date | None) -> dict[str, Any]:
    """The facts by which the entry tells later what it took back, or (into `lot`) gave back."""
    return {
        "taken_back": posting.taken_back or None,
        "own": posting.still_in_lot or None,
        "written_off": write_lots(posting.expired_before_reversal) or None,
        "forgiven": posting.forgiven or None,
        "lot": lot.isoformat() if lot and lot != entries.lot else None,
    }
