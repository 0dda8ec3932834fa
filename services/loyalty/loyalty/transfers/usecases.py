"""Requests of transfers, and how customers and staff see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from loyalty.ledger.terms import Terms
from loyalty.members.rules import CardStatus
from loyalty.members.store import find_card
from loyalty.points import store as points_store
from loyalty.points.items import PointsAccount
from loyalty.points.spending_blocks import check_may_spend, spending_block
from loyalty.points.tier_windows import EVER
from loyalty.points.usecases import EmailNotVerifiedError, InsufficientPointsError, account_as_due, shown_account
from loyalty.programme.models import Transfers
from loyalty.transfers import store
from loyalty.transfers.errors import (
    RecipientUnavailableError,
    TransferLimitError,
    TransferNotAllowedError,
    TransfersOffError,
)
from loyalty.transfers.items import Transfer, TransferRequests
from loyalty.transfers.models import NewTransfer, TransferView
from loyalty.transfers.rules import (
    MOST_REQUESTS,
    Direction,
    Limit,
    NotAllowed,
    exceeded,
    has_room,
    hint_of,
    sendable,
)
from shared import clock, ids
from shared.auth import Principal
from shared.errors import InvalidError
from shared.events.loyalty import TransferRequested
from shared.http import Attempt, Page, PageQuery
from shared.items.table import Put, commit, retry_lost_races
from shared.messages.cause import Cause


def request_transfer(
    customer_id: str, new: NewTransfer, *, by: Principal, cause: Cause, attempt: Attempt | None
) -> TransferView:
    """Store a transfer that waits for its code, which is mailed to the sender. Nothing is held for it.

    Raises InvalidError for a number of points that the programme does not allow, NotFoundError without an account, the
    errors of `check_may_send`, TransferLimitError also for too many requests of a day, and RecipientUnavailableError.
    A request that is refused for its recipient counts among those of the day.
    """
    terms, asked = points_store.terms_now(), _Asked(customer_id, new, ids.new_transfer_id(), by, cause)
    return retry_lost_races(lambda: _request(asked, terms, attempt))


def list_transfers(customer_id: str, query: PageQuery, before: str | None, *, by: Principal) -> Page[TransferView]:
    """A page of transfers, newest first. Raises NotFoundError without an account, EmailNotVerifiedError."""
    account, now = shown_account(customer_id, by_self=by.is_customer), clock.now()
    found = store.newest_first(account, before=before, limit=query.limit + 1)
    page = found[: query.limit]
    views = [TransferView.of(side, now, for_staff=by.is_staff) for side in page]
    return Page.of(views, page[-1].id if len(found) > query.limit else None)


def read_transfer(customer_id: str, transfer_id: str, *, by: Principal) -> TransferView:
    """One transfer. Raises NotFoundError, EmailNotVerifiedError."""
    side = store.existing_transfer(shown_account(customer_id, by_self=by.is_customer), transfer_id)
    return TransferView.of(side, clock.now(), for_staff=by.is_staff)


def check_may_send(account: PointsAccount, points: int, terms: Terms) -> None:
    """Raises the error of whatever stops this customer from sending so many points now.

    These are TransfersOffError, SpendingBlockedError, EmailNotVerifiedError, TransferNotAllowedError,
    InsufficientPointsError and TransferLimitError.
    """
    rules = terms.programme.transfers
    _check_allowed(rules)
    check_may_spend(account)
    if not account.email_verified:
        raise EmailNotVerifiedError("The code of a transfer goes to a verified e-mail only.")
    _check_standing(account, rules, terms)
    if points > (most := sendable(account.balances)):
        raise InsufficientPointsError(extensions={"balance": account.balance, "available": most})
    if over := exceeded(points, store.moved_in_month(account, Direction.SENT, terms), terms.today, rules):
        raise TransferLimitError.of(*over)


def can_receive(recipient: PointsAccount | None, sender: PointsAccount, points: int, terms: Terms) -> bool:
    """Whether the points can go there: to another customer who may spend, and within what one may receive."""
    if recipient is None or recipient.is_closed or recipient.customer_id == sender.customer_id:
        return False
    if recipient.version is None or spending_block(recipient):
        return False
    rules = terms.programme.transfers
    if rules.received_per_month is None:
        return True
    return has_room(points, store.moved_in_month(recipient, Direction.RECEIVED, terms), terms.today, rules)


@dataclass(frozen=True)
class _Asked:
    """One request of a transfer, with the id that the transfer gets."""

    customer_id: str
    new: NewTransfer
    transfer_id: str
    by: Principal
    cause: Cause


def _request(asked: _Asked, terms: Terms, attempt: Attempt | None) -> TransferView:
    new, rules = asked.new, terms.programme.transfers
    _check_allowed(rules)
    _check_size(new.points, rules)
    sender = account_as_due(asked.customer_id, terms, by_self=asked.by.is_customer)
    check_may_send(sender, new.points, terms)
    requests = _counted(sender, terms)
    recipient = _recipient_of(new, terms)
    if recipient is None or not can_receive(recipient, sender, new.points, terms):
        # Counted before it is answered: whoever tries numbers learns of MOST_REQUESTS a day.
        commit(Put(requests))
        raise RecipientUnavailableError
    transfer = Transfer.fresh(
        sender.customer_id,
        asked.transfer_id,
        recipient.customer_id,
        new.points,
        hint=hint_of(new.named),
        now=terms.now,
    )
    transfer.tell(TransferRequested, asked.cause)
    view = TransferView.of(transfer, terms.now, for_staff=asked.by.is_staff)
    guard = points_store.guard(sender.pk)
    commit(Put(transfer), Put(requests), guard, attempt and attempt.receipt(view))
    return view


def _check_allowed(rules: Transfers) -> None:
    """Raises TransfersOffError."""
    if not rules.allowed:
        raise TransfersOffError


def _check_size(points: int, rules: Transfers) -> None:
    """Raises InvalidError naming the field."""
    if not rules.smallest <= points <= rules.largest:
        raise InvalidError.of("points", f"From {rules.smallest} to {rules.largest} points at once")


def _check_standing(account: PointsAccount, rules: Transfers, terms: Terms) -> None:
    """Raises TransferNotAllowedError: new accounts, and those that never bought, could collect rewards for others."""
    if account.registered_at is None:
        raise TransferNotAllowedError.of(NotAllowed.ACCOUNT_TOO_YOUNG)
    since = terms.programme.day_of(account.registered_at) + timedelta(days=rules.account_days)
    if terms.today < since:
        raise TransferNotAllowedError.of(NotAllowed.ACCOUNT_TOO_YOUNG, since)
    if rules.buyers_only and (account.qualifying or {}).get(EVER, 0) <= 0:
        raise TransferNotAllowedError.of(NotAllowed.NO_ORDER_YET)


def _counted(sender: PointsAccount, terms: Terms) -> TransferRequests:
    """The count of the day with this request, not stored yet. Raises TransferLimitError."""
    requests = store.requests_today(sender, terms)
    if requests.made >= MOST_REQUESTS:
        raise TransferLimitError.of(Limit.REQUESTS_PER_DAY, 0)
    requests.made += 1
    return requests


def _recipient_of(new: NewTransfer, terms: Terms) -> PointsAccount | None:
    """The account of the customer whom the sender named, if there is one."""
    if new.card_number is None:
        return points_store.find_account(new.customer_id or "")
    card = find_card(new.card_number)
    is_active = card is not None and card.status(terms.today) is CardStatus.ACTIVE
    return points_store.find_account(card.customer_id) if card and is_active else None
