"""Transfers: what a confirmation, its limits or a reversal does wrong."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from typing import Any

from loyalty.transfers import confirmation, reversal, store, usecases
from shared.items.table import Put, commit
from tests.simulation.bugs.planting import Replaced, bug


@bug("Points that a debt takes are sent away")
def debt_sent_away() -> Replaced:
    return [(usecases, "sendable", lambda balances: balances.available)]


@bug("Points that live by activity live on with a busier customer")
def sent_points_live_on() -> Replaced:
    return [(confirmation, "as_received", lambda taken, *_: taken)]


@bug("Nobody looks at what a customer has sent before")
def no_limit_to_sending() -> Replaced:
    return [(usecases, "exceeded", lambda *_: None)]


@bug("Points go to whoever is named, banned or not")
def sent_to_anybody() -> Replaced:
    def is_somebody_else(recipient: Any, sender: Any, *_: Any) -> bool:
        return recipient is not None and not recipient.is_closed and recipient.customer_id != sender.customer_id

    return [(module, "can_receive", is_somebody_else) for module in (usecases, confirmation)]


@bug("A transfer is confirmed whatever the code is")
def any_code_confirms() -> Replaced:
    return [(confirmation, "_check_code", lambda *_: None)]


@bug("A reversal takes what came, and not what is left of it")
def reversed_beyond_what_is_left() -> Replaced:
    return [(reversal, "still_there", lambda received, _: received)]


@bug("The two sides of a transfer are written one after the other")
def sides_apart() -> Replaced:
    def commit_apart(entries: Any, sender: Any, recipient: Any, *sides: Any) -> None:
        commit(Put(entries[0]), Put(sender), Put(sides[0]))
        commit(Put(entries[1]), Put(recipient), Put(sides[1]))

    return [(store, "commit_move", commit_apart)]
