"""Redeems points: held for a checkout and captured when it is paid, or spent at once."""

from __future__ import annotations

from typing import Final

from loyalty.checkout import hold_lifecycle
from loyalty.checkout.models import NewPointsHold, NewRedemption, PointsCapture, PointsHoldView, RedemptionView
from loyalty.checkout.points_wallet import PointsWallet
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import Entry
from loyalty.orders.items import SpentOnOrder
from loyalty.orders.spending import settle_late_spending
from shared.http import Signature
from shared.http.receipts import ReplayError
from shared.items.table import Put, retry_lost_races
from shared.messages.cause import Cause

_REDEMPTION: Final = "REDEMPTION#"
_ENTRY: Final = "ENTRY"


def hold_points(
    customer_id: str, wanted: NewPointsHold, *, by_self: bool, cause: Cause, signature: Signature
) -> PointsHoldView:
    """Hold points for a checkout, at their current value.

    Raises InvalidError for a number that cannot be redeemed, NotFoundError without an account, EmailNotVerifiedError,
    InsufficientPointsError, TooManyHoldsError, KeyReusedError.
    """
    wallet = PointsWallet.of(customer_id, by_self=by_self)
    held = hold_lifecycle.hold(wallet, wanted.points, wanted.order_id, cause, signature)
    return PointsHoldView.of(held, wallet.currency)


def read_hold(customer_id: str, hold_id: str, *, by_self: bool) -> PointsHoldView:
    """A hold, open or ended. Raises NotFoundError, EmailNotVerifiedError."""
    wallet = PointsWallet.of(customer_id, by_self=by_self)
    return PointsHoldView.of(hold_lifecycle.read(wallet, hold_id), wallet.currency)


def capture_hold(
    customer_id: str, hold_id: str, capture: PointsCapture, *, by_self: bool, cause: Cause
) -> PointsHoldView:
    """Capture all or a part of a hold. A repeated capture changes nothing.

    A whole hold has the value of the moment at which it was placed; a part has its current value. Raises NotFoundError,
    EmailNotVerifiedError, HoldEndedError when the hold ended otherwise, InvalidError.
    """
    wallet = PointsWallet.of(customer_id, by_self=by_self)
    held = hold_lifecycle.capture(wallet, hold_id, capture.points, capture.order_id, cause)
    if held.order_id:
        settle_late_spending(held.order_id, cause)
    return PointsHoldView.of(held, wallet.currency)


def release_hold(customer_id: str, hold_id: str, *, by_self: bool, cause: Cause) -> PointsHoldView:
    """Release a hold; a repeated release changes nothing.

    Raises NotFoundError, EmailNotVerifiedError, HoldEndedError.
    """
    wallet = PointsWallet.of(customer_id, by_self=by_self)
    return PointsHoldView.of(hold_lifecycle.release(wallet, hold_id, cause), wallet.currency)


def redeem_points(
    customer_id: str, wanted: NewRedemption, *, by_self: bool, cause: Cause, signature: Signature
) -> RedemptionView:
    """Spend points at once. A repeated request gets the first answer again.

    Raises InvalidError for a number that cannot be redeemed, NotFoundError without an account, EmailNotVerifiedError,
    InsufficientPointsError, KeyReusedError.
    """
    wallet, redemption_id = PointsWallet.of(customer_id, by_self=by_self), signature.id("red")
    origin = ledger.Origin(f"{_REDEMPTION}{redemption_id}", _ENTRY, redemption_id, cause)
    entry = signature.once(
        lambda: retry_lost_races(lambda: _redeem(wallet, wanted, origin, signature.fingerprint)),
        lambda: hold_lifecycle.posted_before(wallet, origin, signature),
    )
    if wanted.order_id:
        settle_late_spending(wanted.order_id, cause)
    return RedemptionView.of(entry)


def _redeem(wallet: PointsWallet, wanted: NewRedemption, origin: ledger.Origin, fingerprint: str) -> Entry:
    value = wallet.price(wanted.points)
    account = hold_lifecycle.with_enough(wallet, wanted.points, origin.cause)
    if wanted.order_id:
        wallet.check_order(account, wanted.order_id)
    posting = rules.spend(EntryKind.REDEEMED, account.balances, wanted.points)
    entry = wallet.post_spending(account, posting, origin, order=wanted.order_id, value=value, request=fingerprint)
    order_id = wanted.order_id
    pointer = Put(SpentOnOrder.of(order_id, origin.name, account.name, posting.taken, value)) if order_id else None
    ledger.write(entry, account, pointer, error=ReplayError())
    return entry
