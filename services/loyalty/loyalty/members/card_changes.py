"""Changes of an issued card by staff: note, block, unblock, replace.

Each request names its card. If that card was replaced meanwhile, neither it nor its successor changes.
"""

from __future__ import annotations

from loyalty.members.cards import make_card, put_card, today
from loyalty.members.items import Card
from loyalty.members.models import CardDetails, CardPatch, CardRecord, IssuedCard, NewBlock, Replacement
from loyalty.members.rules import check_last_day
from loyalty.members.store import card_of, find_card, newest_after
from loyalty.points.items import PointsAccount
from loyalty.points.store import existing_account, terms_now
from loyalty.starts.usecases import account_to_start, begin, check_start
from shared import clock, ids
from shared.errors import ConflictError, InvalidError, NotFoundError, PreconditionFailedError
from shared.events.loyalty import CardBlocked, CardReplaced, CardUnblocked
from shared.http import Attempt, apply_merge_patch, checked
from shared.items.table import Put, commit, retry_lost_races
from shared.messages.cause import Cause
from shared.model import STORED


class CardReplacedError(ConflictError):
    """The card was replaced by another number, and is never used again."""

    slug = "card-replaced"
    title = "This card was replaced"


def change_card(number: str, patch: CardPatch, version: int) -> CardRecord:
    """Change a card's editable fields, if the card is still at `version`.

    Raises NotFoundError, CardReplacedError, PreconditionFailedError, InvalidError; LostRaceError when another change
    was faster.
    """
    card = find_card(number)
    if card is None:
        raise NotFoundError("There is no card of this number.")
    if card.replaced_by is not None:
        raise CardReplacedError
    if card.version != version:
        raise PreconditionFailedError
    before = CardDetails.model_validate({"expires_on": card.expires_on, "notes": card.notes}, context=STORED)
    after = checked(CardDetails, apply_merge_patch(before, patch), STORED)
    if after.expires_on != before.expires_on:
        check_last_day(after.expires_on, today())
    card.expires_on, card.notes = after.expires_on, after.notes
    return _written(card, existing_account(card.customer_id))


def block_card(customer_id: str, block: NewBlock, cause: Cause) -> CardRecord:
    """Block a card until it is unblocked; its customer earns, and spends nothing. A blocked card stays as it is.

    Raises NotFoundError without an account, CardReplacedError, InvalidError for another customer's card.
    """
    return retry_lost_races(lambda: _block(customer_id, block, cause))


def unblock_card(customer_id: str, number: str, cause: Cause) -> CardRecord:
    """Unblock a blocked card; any other card stays as it is. Raises the errors of `block_card`."""
    return retry_lost_races(lambda: _unblock(customer_id, number, cause))


def replace_card(customer_id: str, replacement: Replacement, *, cause: Cause, attempt: Attempt | None) -> IssuedCard:
    """Give the customer a new card in place of the named one, blocked or not, with all that it starts with.

    Raises the errors of `block_card`, and CardNumberTakenError.
    """
    adjustment_id = ids.new_adjustment_id()
    check_start(replacement, terms_now())
    return retry_lost_races(lambda: _replace(customer_id, replacement, adjustment_id, cause, attempt))


def _block(customer_id: str, block: NewBlock, cause: Cause) -> CardRecord:
    account = existing_account(customer_id)
    card = _named(account, block.number)
    if card.blocked_at is not None and account.card_blocked:
        return _record(card, account, version=card.version or 0)
    if card.blocked_at is None:
        card.blocked_at, card.block_reason = clock.now(), block.reason
        card.tell(CardBlocked, cause)
    # Earlier releases did not note it in the account: blocking the card again does.
    account.card_blocked = True
    return _written(card, account, Put(account))


def _unblock(customer_id: str, number: str, cause: Cause) -> CardRecord:
    account = existing_account(customer_id)
    card = _named(account, number)
    if card.blocked_at is None:
        return _record(card, account, version=card.version or 0)
    card.blocked_at = card.block_reason = account.card_blocked = None
    card.tell(CardUnblocked, cause)
    return _written(card, account, Put(account))


def _replace(
    customer_id: str, replacement: Replacement, adjustment_id: str, cause: Cause, attempt: Attempt | None
) -> IssuedCard:
    terms = terms_now()
    account = account_to_start(customer_id, replacement, terms, cause)
    old = _named(account, replacement.number)
    if replacement.new_number == old.number:
        raise InvalidError.of("new_number", "It is the number of this card")
    card = make_card(account.customer_id, replacement, replacement.new_number)
    card.notes = card.notes or old.notes
    card.succeed(old)
    card.tell(CardReplaced, cause)
    account.card_number, account.card_issued_at, account.card_blocked = card.number, card.issued_at, None
    started = begin(account, replacement, adjustment_id, terms, cause)
    record = IssuedCard.of(card, account, terms, for_staff=True, version=1, starting_points=started.points)
    cards = (*put_card(card, replacement.new_number), Put(old))
    commit(Put(account), *cards, *started.writes, attempt and attempt.receipt(record))
    return record


def _named(account: PointsAccount, number: str) -> Card:
    """The card of the account, which must have this number."""
    card = card_of(account)
    if card is not None and card.number == number:
        return card
    named = find_card(number)
    newest = newest_after(named) if named else None
    if newest is not None and newest.number == account.card_number:
        raise CardReplacedError
    raise InvalidError.of("number", "Not this customer's card")


def _written(card: Card, account: PointsAccount, *others: Put) -> CardRecord:
    """The record of a card after its write, at the version at which it was read."""
    card.update_place()
    record = _record(card, account, version=(card.version or 0) + 1)
    commit(Put(card), *others)
    return record


def _record(card: Card, account: PointsAccount, *, version: int) -> CardRecord:
    return CardRecord.of(card, account, terms_now(), for_staff=True, version=version)
