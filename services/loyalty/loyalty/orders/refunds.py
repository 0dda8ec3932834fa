"""What was earned, taken back and given back: by an order, or as thanks for bringing a customer."""

from __future__ import annotations

from datetime import date
from typing import Any

from loyalty.days import NEVER
from loyalty.ledger.attributes import write_lots
from loyalty.ledger.balances import Posting
from loyalty.ledger.reversals import Parcel, reinstate, reverse
from loyalty.ledger.store import Terms
from loyalty.orders.order_entries import OrderBook
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.rules import back
from loyalty.programme.models import BelowZero


def take_back(account: PointsAccount, book: OrderBook, amount: int, terms: Terms) -> Posting:
    """Take back `amount` of what was earned; what was spent is owed or forgiven, as the programme says."""
    parcels = [
        Parcel(lot, points, *(store.expired_points(account, lot, since) if lot < terms.today or lot == NEVER else ()))
        for lot, points, since in book.parcels.newest_first()
    ]
    forgives = terms.programme.refunds.below_zero is BelowZero.FLOOR
    return reverse(account.standing, amount, parcels, ripening=book.ripening, forgives=forgives)


def give_back(account: PointsAccount, book: OrderBook, amount: int, lot: date, terms: Terms) -> Posting:
    """Give back `amount` of what was taken last, into `lot`; what had expired or was forgiven stays gone."""
    waits = book.ripening.on if book.ripening and book.ripening.on > terms.today else None
    gone, forgiven = book.parcels.lost_of_last(amount)
    return reinstate(account.standing, amount, lot, written_off=gone, forgiven=forgiven, ripens_on=waits)


def living_lot(book: OrderBook, terms: Terms) -> date:
    """The lot that it fell into, or the one of the grace when that has ended."""
    return back(terms.programme, terms.today).grace_until if book.lot < terms.today else book.lot


def facts_of(posting: Posting, book: OrderBook, lot: date | None) -> dict[str, Any]:
    """The facts by which the entry tells later what it took back, or (into `lot`) gave back."""
    return {
        "taken_back": posting.taken_back or None,
        "own": posting.own or None,
        "written_off": write_lots(posting.written_off) or None,
        "forgiven": posting.forgiven or None,
        "lot": lot.isoformat() if lot and lot != book.lot else None,
    }
