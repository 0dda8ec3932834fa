"""Why a checkout cannot be changed or ended."""

from __future__ import annotations

from typing import Self

from loyalty.orders.payment.checkout_records import CheckoutState
from shared.errors import ConflictError, ForbiddenError


class CheckoutTakenError(ConflictError):
    """The id belongs to a checkout of another customer."""

    slug = "checkout-taken"
    title = "Another checkout has this id"


class CheckoutEndedError(ConflictError):
    """The order was paid, or the checkout was ended; `state` states which."""

    slug = "checkout-ended"
    title = "This checkout has ended"

    @classmethod
    def of(cls, state: CheckoutState) -> Self:
        return cls(extensions={"state": state})


class NotItsMakerError(ForbiddenError):
    """A checkout is changed and ended by whoever made it, or by staff: `made_by` states who that is."""

    slug = "not-its-maker"
    title = "Somebody else made this checkout"

    @classmethod
    def of(cls, maker: str) -> Self:
        return cls(extensions={"made_by": maker})
