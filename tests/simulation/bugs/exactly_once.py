"""Effects that happen twice, or never: marks, events, acknowledgements, races."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any, Final

from pynamodb.expressions.condition import Condition

from customers.orders import rules as order_rules
from customers.orders import usecases as orders
from customers.table import Receipt
from loyalty.ledger import items as ledger_items
from loyalty.ledger import store as ledger
from shared.items import table
from shared.items.table import BusyError, Put, Write
from shared.messages import inbox, outbox
from shared.runtime.aws import client
from shared.runtime.triggers import relay_of
from tests.simulation.bugs.planting import Replaced, bug

_commit: Final = table.commit


def _apart(*writes: Write | None) -> None:
    """Each write by itself, in the order given."""
    for write in writes:
        _commit(write)


@bug("The ledger entry, which marks the order as posted, is written before the balance, not with it")
def mark_before_effect() -> Replaced:
    return [(ledger, "commit", _apart)]


@bug("The balance is written before the ledger entry that marks the order as posted")
def effect_before_mark() -> Replaced:
    return [(ledger, "commit", lambda *writes: _apart(*writes[1:], writes[0]))]


@bug("The answer to an Idempotency-Key is kept after the points are posted, not with them")
def receipt_after_effect() -> Replaced:
    def commit(*writes: Write | None) -> None:
        _commit(*writes[:2])
        _apart(*writes[2:])

    return [(ledger, "commit", commit)]


@bug("The answer to an order's Idempotency-Key is kept after the order, not with it")
def order_receipt_after_effect() -> Replaced:
    def commit(*writes: Write | None) -> None:
        receipts = [write for write in writes if isinstance(write, Put) and isinstance(write.item, Receipt)]
        _commit(*(write for write in writes if write not in receipts))
        _apart(*receipts)

    return [(orders, "commit", commit)]


@bug("A refund is counted by its event, not by its id")
def refund_counted_by_event() -> Replaced:
    learn = order_rules.learn

    def forgets_ids(known: Any, told: Any, change: Any) -> Any:
        if change.refund:
            change = replace(change, refund=change.refund.model_copy(update={"id": uuid.uuid4().hex}))
        return learn(known, told, change)

    return [(order_rules, "learn", forgets_ids)]


@bug("A dual write: the order is stored, and then its event is published")
def dual_write() -> Replaced:
    def commit(*writes: Write | None) -> None:
        items = [write.item for write in writes if isinstance(write, Put) and write.item.events]
        told = [(item, item.events) for item in items]
        for item in items:
            item.events = item.outbox = None
        _commit(*writes)
        for item, carried in told:
            _publish(item, carried)

    return [(orders, "commit", commit)]


def _publish(item: Any, carried: Any) -> None:
    relay = relay_of("customers", "regulars-test")
    client("events").put_events(Entries=[relay._entry(item, told) for told in carried])


@bug("What PutEvents did not take is not looked at")
def partial_put_events_ignored() -> Replaced:
    put = outbox._put_events

    def ignores(batch: Any) -> set[str]:
        put(batch)
        return set()

    return [(outbox, "_put_events", ignores)]


@bug("The inbox acknowledges what it could not handle")
def acknowledged_too_early() -> Replaced:
    handled = inbox._handled

    def always(*arguments: Any) -> bool:
        handled(*arguments)
        return True

    return [(inbox, "_handled", always)]


@bug("An account is written without looking whether it has changed since it was read")
def missing_condition() -> Replaced:
    condition = ledger_items.Account._handle_version_attribute

    def blind(self: Any, *arguments: Any, **names: Any) -> Any:
        found = condition(self, *arguments, **names)
        return None if isinstance(found, Condition) else found

    return [(ledger_items.Account, "_handle_version_attribute", blind)]


@bug("A write that loses to another transaction is given up without a word")
def conflict_swallowed() -> Replaced:
    once = table._write_once

    def swallow(writes: Any) -> None:
        try:
            once(writes)
        except BusyError:
            return

    return [(table, "_write_once", swallow)]
