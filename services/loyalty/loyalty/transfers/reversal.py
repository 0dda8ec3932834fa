"""The reversal of a transfer by staff: what the recipient still has of it goes back to the sender, once."""

from __future__ import annotations

from loyalty.ledger import rules as ledger_rules
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import Entry
from loyalty.points import store as points_store
from loyalty.points.rules import fills_debt
from loyalty.transfers import store
from loyalty.transfers.confirmation import post
from loyalty.transfers.errors import TransferNotReversibleError
from loyalty.transfers.items import Transfer
from loyalty.transfers.models import TransferView
from loyalty.transfers.rules import Direction, NotReversible, TransferState, still_there
from shared.items.table import find, retry_lost_races
from shared.messages.cause import Cause


def reverse_transfer(customer_id: str, transfer_id: str, reason: str, cause: Cause) -> TransferView:
    """Give back what the recipient has of the lots that came, into the same lots. A repeated reversal changes nothing.

    Either customer leads to the transfer. Points that are held, spent, expired or paid as a debt are gone. What came
    back no longer counts towards the limits. Raises NotFoundError, TransferNotReversibleError.
    """
    return retry_lost_races(lambda: _reverse(customer_id, transfer_id, reason, cause))


def _reverse(customer_id: str, transfer_id: str, reason: str, cause: Cause) -> TransferView:
    terms = points_store.terms_now()
    side = store.existing_transfer(points_store.existing_account(customer_id), transfer_id)
    if side.state is not TransferState.REVERSED:
        if side.state is not TransferState.COMPLETED:
            raise TransferNotReversibleError.of(NotReversible.NOT_COMPLETED)
        with store.unless_changed(side):
            _give_back(side, reason, cause)
    return TransferView.of(side, terms.now, for_staff=True)


def _give_back(side: Transfer, reason: str, cause: Cause) -> None:
    """Post what goes back, and note it on both sides. Raises TransferNotReversibleError."""
    terms, other = points_store.terms_now(), store.find_side(side.other, side.id)
    sent, received = (side, other) if side.direction is Direction.SENT else (other, side)
    if sent is None or received is None:
        raise TransferNotReversibleError.of(NotReversible.ERASED)
    sender = points_store.load_for_posting(sent.customer_id, terms, cause)
    recipient = points_store.load_for_posting(received.customer_id, terms, cause)
    if sender.erased_at or recipient.erased_at:
        raise TransferNotReversibleError.of(NotReversible.ERASED)
    if sender.customer_id == recipient.customer_id:
        raise TransferNotReversibleError.of(NotReversible.SAME_CUSTOMER)
    entry = find(Entry, f"TRANSFER#{side.id}", EntryKind.RECEIVED.upper())
    lots = still_there(entry.lots or {} if entry else {}, recipient.lots)
    if not lots:
        raise TransferNotReversibleError.of(NotReversible.NOTHING_LEFT)
    out = ledger_rules.move_out(EntryKind.WITHDRAWN, recipient.balances, lots)
    into = ledger_rules.move_in(EntryKind.RETURNED, sender.balances, out.taken, fills_debt=fills_debt(terms.programme))
    entries = [
        post(recipient, out, side.id, terms, cause, reason=reason),
        post(sender, into, side.id, terms, cause, reason=reason),
    ]
    for each in (sent, received):
        each.reverse(-out.amount, terms.now)
    store.commit_move(entries, sender, recipient, sent, received)
