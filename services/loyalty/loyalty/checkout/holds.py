"""A hold as callers see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from loyalty.ledger.attributes import read_moment
from loyalty.ledger.balances import EntryKind, Hold
from loyalty.ledger.items import Entry
from loyalty.ledger.overdue import is_overdue
from shared.errors import ConflictError

# The account stores its holds and must stay small; nobody is in six checkouts at once.
MOST_HOLDS: Final = 5


class HoldState(StrEnum):
    """What became of a hold."""

    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    # Nobody captured or released the hold in its time.
    EXPIRED = "expired"


@dataclass(frozen=True)
class Held:
    """A hold and its outcome.

    `amount` was held, and `captured` of it was spent. `value` is the worth of the held points in the minor unit, or of
    the captured points after a capture. It is None where the amount is money itself.
    """

    id: str
    state: HoldState
    amount: int
    captured: int
    until: datetime
    order_id: str | None
    value: int | None

    @classmethod
    def open(cls, hold_id: str, hold: Hold, now: datetime) -> Self:
        """An open hold. After its time it counts as ended, even before its release is posted."""
        state = HoldState.EXPIRED if is_overdue(hold, now) else HoldState.HELD
        return cls(hold_id, state, hold.amount, 0, hold.until, hold.order, hold.value)

    @classmethod
    def made(cls, made: Entry) -> Self:
        """The hold as its first entry states it."""
        return cls(
            id=made.fact("hold"),
            state=HoldState.HELD,
            amount=made.held or 0,
            captured=0,
            until=read_moment(made.fact("until")),
            order_id=made.fact("order"),
            value=made.fact("value"),
        )

    @classmethod
    def ended(cls, made: Entry, end: Entry) -> Self:
        """An ended hold, from its two entries."""
        held = cls.made(made)
        return replace(
            held,
            state=_state_after(end),
            captured=-end.amount,
            order_id=end.fact("order") or held.order_id,
            value=end.fact("value") if end.entry_kind is EntryKind.CAPTURED else held.value,
        )


class HoldEndedError(ConflictError):
    """The hold was captured, released or ran out; `state` states which, and `captured` how much was spent."""

    slug = "hold-ended"
    title = "This hold has ended"

    @classmethod
    def of(cls, held: Held) -> Self:
        return cls(extensions={"state": held.state.value, "captured": held.captured})


class TooManyHoldsError(ConflictError):
    """The customer has too many open holds: one of them must end first."""

    slug = "too-many-holds"
    title = f"There are {MOST_HOLDS} open holds already"


@dataclass(frozen=True)
class NewHold:
    """A requested hold, and its order if known; `request` is the fingerprint of its request."""

    id: str
    amount: int
    order_id: str | None
    request: str


def _state_after(end: Entry) -> HoldState:
    if end.entry_kind is EntryKind.CAPTURED:
        return HoldState.CAPTURED
    return HoldState.EXPIRED if end.fact("ran_out") else HoldState.RELEASED
