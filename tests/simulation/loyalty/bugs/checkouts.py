"""Checkouts: what a change of the cart, a late payment or a cancellation does wrong."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from typing import Any

from loyalty.ledger import rules
from loyalty.orders.payment import captures
from tests.simulation.bugs.planting import Replaced, bug


@bug("A payment spends what its checkout holds, and nothing once the hold is over")
def late_payment_forgotten() -> Replaced:
    return [(captures, "_capture_ended", lambda *_: None)]


@bug("A payment spends the points of a checkout, and leaves its credit held")
def credit_of_checkout_forgotten() -> Replaced:
    return [(captures.OpenHold, "currency", None)]


@bug("A changed cart is held beside the cart before it")
def cart_held_twice() -> Replaced:
    def hold_beside(released: Any, hold_id: str, amount: int, until: Any, **more: Any) -> Any:
        return rules.hold(released.before, hold_id, min(amount, released.before.available), until, **more)

    return [(rules, "rehold", hold_beside)]


@bug("A capture does not look whether its order was cancelled before")
def captured_after_the_cancellation() -> Replaced:
    return [(captures, "settle_late_spending", lambda *_: None)]
