"""What a hold is to those who ask for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from loyalty.ledger.attributes import read_moment
from loyalty.ledger.balances import EntryKind, Hold
from loyalty.ledger.items import Entry
from shared.errors import ConflictError

# Holds lie on the account, which is to stay small; nobody is in six checkouts at once.
MOST_HOLDS: Final = 5
# Clocks differ, and a payment may end on the very last second.
LATENESS: Final = timedelta(minutes=1)


class HoldState(StrEnum):
    """What became of a hold."""

    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    # Nobody ended it in its time.
    EXPIRED = "expired"


@dataclass(frozen=True)
class Held:
    """A hold, and what became of it.

    `amount` was set aside, `captured` was taken of it. `value` is what it is worth in the minor unit, once it is
    captured of what was taken; None where the amount is money itself.
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
        """One that nobody has ended; past its time it counts no more, though it may not have been given back yet."""
        state = HoldState.EXPIRED if is_overdue(hold, now) else HoldState.HELD
        return cls(hold_id, state, hold.amount, 0, hold.until, hold.order, hold.value)

    @classmethod
    def made(cls, made: Entry) -> Self:
        """As its entry says that it was made."""
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
        """One of which the ledger has both entries."""
        held = cls.made(made)
        return replace(
            held,
            state=_state_after(end),
            captured=-end.amount,
            order_id=end.fact("order") or held.order_id,
            value=end.fact("value") if end.entry_kind is EntryKind.CAPTURED else held.value,
        )


class HoldEndedError(ConflictError):
    """It was captured, released or ran out before; `state` says which, and `captured` how much was taken."""

    slug = "hold-ended"
    title = "This hold has ended"

    @classmethod
    def of(cls, held: Held) -> Self:
        """The error about a hold that has ended."""
        return cls(extensions={"state": held.state.value, "captured": held.captured})


class TooManyHoldsError(ConflictError):
    """So many checkouts at once are no customer's: end one of the holds first."""

    slug = "too-many-holds"
    title = f"There are {MOST_HOLDS} open holds already"


@dataclass(frozen=True)
class NewHold:
    """What is to be set aside, and for which order if that is known; `request` is the fingerprint of its request."""

    id: str
    amount: int
    order_id: str | None
    request: str


def is_overdue(hold: Hold, now: datetime) -> bool:
    """Whether it is too late to capture it."""
    return now > hold.until + LATENESS


def _state_after(end: Entry) -> HoldState:
    if end.entry_kind is EntryKind.CAPTURED:
        return HoldState.CAPTURED
    return HoldState.EXPIRED if end.fact("ran_out") else HoldState.RELEASED
