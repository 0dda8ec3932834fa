"""The confirmation of a transfer: it moves the points, by the code that was mailed to the sender.

One transaction makes all of it: an entry on each account, and each side of the transfer. So of two confirmations at
once the later finds the transfer completed, and whatever else changes an account meanwhile lets this be decided anew.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from functools import partial
from typing import Final

from loyalty.ledger import rules as ledger_rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind, Posting, soonest
from loyalty.ledger.items import Entry
from loyalty.ledger.terms import Terms
from loyalty.points import store as points_store
from loyalty.points.items import PointsAccount
from loyalty.points.rules import fills_debt
from loyalty.points.usecases import shown_account
from loyalty.settings import LoyaltySettings
from loyalty.transfers import store
from loyalty.transfers.errors import RecipientUnavailableError, TransferEndedError, WrongCodeError
from loyalty.transfers.items import Transfer
from loyalty.transfers.models import TransferView
from loyalty.transfers.rules import Direction, TransferState, as_received, code_of
from loyalty.transfers.usecases import can_receive, check_may_send
from shared.auth import Principal
from shared.errors import NotFoundError
from shared.items.table import Put, commit, retry_lost_races
from shared.messages.cause import Cause
from shared.runtime.aws import secret

_ENDED: Final = frozenset({TransferState.EXPIRED, TransferState.LOCKED})


def confirm_transfer(customer_id: str, transfer_id: str, code: str, *, by: Principal, cause: Cause) -> TransferView:
    """Move the points of a pending transfer. A repeated confirmation changes nothing.

    Raises NotFoundError, TransferEndedError after the end of the code, WrongCodeError, the errors of `check_may_send`,
    and RecipientUnavailableError. After these the transfer is as pending as before.
    """
    return retry_lost_races(lambda: _confirm(customer_id, transfer_id, code, by, cause))


def post(
    account: PointsAccount, posting: Posting, transfer_id: str, terms: Terms, cause: Cause, *, reason: str | None = None
) -> Entry:
    """The sealed entry of one side of a transfer; its key is the transfer's, and the kind of the entry."""
    origin = ledger.Origin(f"TRANSFER#{transfer_id}", posting.kind.upper(), transfer_id, cause)
    entry = points_store.post_points(account, posting, origin, terms, reason=reason)
    ledger.seal(entry, account)
    return entry


def _confirm(customer_id: str, transfer_id: str, code: str, by: Principal, cause: Cause) -> TransferView:
    terms, load = points_store.terms_now(), partial(shown_account, by_self=by.is_customer)
    sender = points_store.load_for_posting(customer_id, terms, cause, load)
    transfer = store.existing_transfer(sender, transfer_id)
    if transfer.direction is not Direction.SENT:
        raise NotFoundError("This customer has not asked for this transfer.")
    _check_code(transfer, code, terms)
    if transfer.state is TransferState.PENDING:
        needed = transfer.points + sender.balances.owed
        if sender.available < needed:
            sender = points_store.load_for_posting(customer_id, terms, cause, load, needs=needed)
        with store.unless_changed(transfer):
            _move(transfer, sender, terms, cause)
    return TransferView.of(transfer, terms.now, for_staff=by.is_staff)


def _check_code(transfer: Transfer, code: str, terms: Terms) -> None:
    """Raises TransferEndedError and WrongCodeError. A wrong code counts before anybody hears that it is wrong."""
    state = transfer.state_at(terms.now)
    if state in _ENDED:
        raise TransferEndedError.of(state)
    key = secret(LoyaltySettings.read().transfer_secret_id)
    if hmac.compare_digest(code, code_of(key, transfer.id)):
        return
    if state is not TransferState.PENDING:
        raise TransferEndedError.of(state)
    transfer.tries = (transfer.tries or 0) + 1
    commit(Put(transfer))
    raise WrongCodeError.of(transfer.tries_left)


def _move(transfer: Transfer, sender: PointsAccount, terms: Terms, cause: Cause) -> None:
    check_may_send(sender, transfer.points, terms)
    recipient = points_store.load_for_posting(transfer.other, terms, cause)
    if not can_receive(recipient, sender, transfer.points, terms):
        raise RecipientUnavailableError
    lots, idle_since = soonest(sender.lots, transfer.points), sender.active_on
    out = ledger_rules.move_out(EntryKind.SENT, sender.balances, lots)
    received = as_received(out.taken, idle_since, terms.watch)
    into = ledger_rules.move_in(
        EntryKind.RECEIVED, recipient.balances, received, fills_debt=fills_debt(terms.programme)
    )
    # The recipient's ledger names the transfer, and nobody on its other side.
    unnamed = replace(cause, actor="service:loyalty")
    entries = [
        post(sender, out, transfer.id, terms, cause),
        post(recipient, into, transfer.id, terms, unnamed),
    ]
    other_side = transfer.complete(recipient.customer_id, terms.now)
    store.commit_move(entries, sender, recipient, transfer, other_side)
