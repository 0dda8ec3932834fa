"""Redeeming points: set aside for a checkout and taken when it is paid, or spent at once."""

from __future__ import annotations

from loyalty.earning.settlement import settle_late_spending
from loyalty.ledger import holding, rules
from loyalty.ledger import store as ledger
from loyalty.ledger.held import NewHold
from loyalty.ledger.spent import SPENT
from loyalty.ledger.standing import EntryKind
from loyalty.redeeming.models import (
    NewPointsHold,
    NewRedemption,
    PointsCapture,
    PointsHoldView,
    RedemptionView,
)
from loyalty.redeeming.purse import PointsPurse
from shared import ids
from shared.cause import Cause
from shared.http import Attempt
from shared.table import retry_lost_races


def hold_points(
    customer_id: str, wanted: NewPointsHold, *, by_self: bool, cause: Cause, attempt: Attempt | None
) -> PointsHoldView:
    """Set points aside for a checkout, at what they are worth now.

    Raises InvalidError for a number that cannot be redeemed, NotFoundError without an account, EmailNotVerifiedError,
    InsufficientPointsError, TooManyHoldsError.
    """
    purse = PointsPurse.of(customer_id, by_self=by_self)
    new = NewHold(ids.new_hold_id(), wanted.points, purse.price(wanted.points), wanted.order_id)
    held = holding.hold(
        purse, new, cause, lambda held: attempt and attempt.receipt(PointsHoldView.of(held, purse.currency))
    )
    return PointsHoldView.of(held, purse.currency)


def read_hold(customer_id: str, hold_id: str, *, by_self: bool) -> PointsHoldView:
    """A hold, whether it has ended or not. Raises NotFoundError, EmailNotVerifiedError."""
    purse = PointsPurse.of(customer_id, by_self=by_self)
    return PointsHoldView.of(holding.read(purse, hold_id), purse.currency)


def capture_hold(
    customer_id: str, hold_id: str, capture: PointsCapture, *, by_self: bool, cause: Cause
) -> PointsHoldView:
    """Spend a hold or a part of it; the same again changes nothing.

    All of it is worth what it was when it was set aside, a part what it is now. Raises NotFoundError,
    EmailNotVerifiedError, HoldEndedError when it has ended otherwise, InvalidError.
    """
    purse = PointsPurse.of(customer_id, by_self=by_self)
    held = holding.capture(purse, hold_id, capture.points, capture.order_id, cause)
    if held.order_id:
        settle_late_spending(held.order_id, cause)
    return PointsHoldView.of(held, purse.currency)


def release_hold(customer_id: str, hold_id: str, *, by_self: bool, cause: Cause) -> PointsHoldView:
    """Give a hold back; again, it changes nothing. Raises NotFoundError, EmailNotVerifiedError, HoldEndedError."""
    purse = PointsPurse.of(customer_id, by_self=by_self)
    return PointsHoldView.of(holding.release(purse, hold_id, cause), purse.currency)


def redeem_points(
    customer_id: str, wanted: NewRedemption, *, by_self: bool, cause: Cause, attempt: Attempt | None
) -> RedemptionView:
    """Spend points at once.

    Raises InvalidError for a number that cannot be redeemed, NotFoundError without an account, EmailNotVerifiedError,
    InsufficientPointsError.
    """
    purse = PointsPurse.of(customer_id, by_self=by_self)
    value, redemption_id = purse.price(wanted.points), ids.new_redemption_id()
    origin = _origin(redemption_id, wanted.order_id, cause)
    view = retry_lost_races(lambda: _redeem(purse, wanted, value, origin, attempt))
    if wanted.order_id:
        settle_late_spending(wanted.order_id, cause)
    return view


def _redeem(
    purse: PointsPurse, wanted: NewRedemption, value: int, origin: ledger.Origin, attempt: Attempt | None
) -> RedemptionView:
    account = holding.with_enough(purse, wanted.points, origin.cause)
    posting = rules.spend(EntryKind.REDEEMED, account.standing, wanted.points)
    entry = purse.post(account, posting, origin, order=wanted.order_id, value=value)
    view = RedemptionView(
        id=origin.name,
        points=wanted.points,
        value=value,
        currency=purse.currency,
        order_id=wanted.order_id,
        balance=account.balance,
        available=account.available,
        redeemed_at=entry.posted_at,
    )
    ledger.write(entry, account, attempt and attempt.receipt(view))
    return view


def _origin(redemption_id: str, order_id: str | None, cause: Cause) -> ledger.Origin:
    """The entry's key; of an order, it lies with what the order caused, where a refund finds it."""
    if order_id:
        return ledger.Origin(f"ORDER#{order_id}", f"{SPENT}{redemption_id}", redemption_id, cause)
    return ledger.Origin(f"REDEMPTION#{redemption_id}", "ENTRY", redemption_id, cause)
