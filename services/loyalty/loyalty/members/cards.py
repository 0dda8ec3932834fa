"""Cards: one for each customer who registers, or whom staff give one. Read, looked up and drawn."""

from __future__ import annotations

import secrets
from datetime import date

from loyalty.checkout.rules import value_of
from loyalty.ledger.terms import Terms
from loyalty.members import pictures
from loyalty.members.items import Card, new_card
from loyalty.members.milestones import Progress, next_milestone
from loyalty.members.models import CardDetails, CardRecord, CardView, IssuedCard, MilestoneView, NewCard
from loyalty.members.numbers.store import never_given
from loyalty.members.pictures import PictureForm
from loyalty.members.rules import CardStatus, check_last_day, new_number
from loyalty.members.store import card_of, find_card, newest_after
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.tier_rules import next_level, qualifying_on
from loyalty.points.usecases import account_as_due
from loyalty.programme.usecases import current_programme
from loyalty.rewards.offers.usecases import next_reward
from loyalty.starts.usecases import account_to_start, begin, check_start
from shared import clock, ids
from shared.errors import ConflictError, NotFoundError
from shared.events.customers import CustomerRegistered
from shared.events.loyalty import CardIssued
from shared.http import Attempt
from shared.items.table import Put, Write, commit, retry_lost_races
from shared.messages.cause import Cause


class CardExistsError(ConflictError):
    """A customer has one card; a card can be replaced."""

    slug = "card-exists"
    title = "This customer has a card"


class CardNumberTakenError(ConflictError):
    """Another card has this number, or had it: no number is given twice."""

    slug = "card-number-taken"
    title = "This number is taken"


class CardNotUsableError(ConflictError):
    """The card is blocked or expired; `card_status` states which."""

    slug = "card-not-usable"
    title = "This card cannot be used"


def issue_card(registered: CustomerRegistered, version: int, cause: Cause) -> None:
    """Issue a card, once, and open an account if there is none. `version` is the profile's."""
    # A number that is taken loses its race like a changed account: the next try draws another number.
    retry_lost_races(lambda: _issue(registered, version, cause))


def issue_card_by_hand(customer_id: str, new: NewCard, *, cause: Cause, attempt: Attempt | None) -> IssuedCard:
    """Issue a card to a customer without one, with all that it starts with.

    Raises NotFoundError without an account, CardExistsError, CardNumberTakenError, InvalidError.
    """
    adjustment_id = ids.new_adjustment_id()
    check_start(new, store.terms_now())
    return retry_lost_races(lambda: _issue_by_hand(customer_id, new, adjustment_id, cause, attempt))


def read_card(customer_id: str, *, by_self: bool, for_staff: bool) -> CardView:
    """The customer's card as the caller may see it.

    Raises NotFoundError without one, EmailNotVerifiedError as `shown_account` does.
    """
    terms = store.terms_now()
    account, card = retry_lost_races(lambda: _shown_card(customer_id, terms, by_self=by_self))
    return _view(account, card, terms, for_staff=for_staff)


def draw_card(customer_id: str, form: PictureForm, *, by_self: bool) -> str:
    """The SVG of the card's number. Raises the errors of `read_card`, and CardNotUsableError."""
    terms = store.terms_now()
    _, card = retry_lost_races(lambda: _shown_card(customer_id, terms, by_self=by_self))
    status = card.status(terms.today)
    if status is not CardStatus.ACTIVE:
        raise CardNotUsableError(extensions={"card_status": status})
    return pictures.draw(card.number, form)


def look_up_card(number: str, *, for_staff: bool) -> CardRecord:
    """The customer and the status of a card number. Raises NotFoundError.

    A replaced number leads only staff to its customer.
    """
    card = find_card(number)
    newest = newest_after(card) if card else None
    if card is None or newest is None or (newest is not card and not for_staff):
        raise NotFoundError("There is no card of this number.")
    account = store.existing_account(newest.customer_id)
    return CardRecord.of(card, account, store.terms_now(), for_staff=for_staff, version=card.version or 0)


def make_card(customer_id: str, details: CardDetails, own_number: str | None) -> Card:
    """A card with the shop's own number or a new one, not stored yet. Raises InvalidError when its last day is over."""
    check_last_day(details.expires_on, today())
    card = new_card(own_number or _drawn_number(), customer_id, clock.now())
    card.expires_on, card.notes = details.expires_on, details.notes
    return card


def put_card(card: Card, own_number: str | None) -> list[Write]:
    """The writes of a new card. A drawn number that is taken loses its race, and another is drawn."""
    if own_number is None:
        return [Put(card)]
    taken = CardNumberTakenError()
    return [Put(card, error=taken), never_given(own_number, taken)]


def today() -> date:
    """The day in the shop's time zone."""
    now = clock.now()
    return current_programme(now).programme.day_of(now)


def _issue(registered: CustomerRegistered, version: int, cause: Cause) -> None:
    account = store.account_of(registered.customer_id)
    if account.is_closed:
        return
    # After a merge the account is the survivor's, and this is not the survivor's profile.
    is_own = account.customer_id == registered.customer_id
    has_learned = is_own and account.learn(registered.profile, version)
    if account.card_number:
        # The card was issued to a guest by hand, or to a customer merged into this one.
        commit(Put(account) if has_learned else None)
        return
    card = new_card(_drawn_number(), account.customer_id, clock.now())
    card.tell(CardIssued, cause)
    account.card_number, account.card_issued_at = card.number, card.issued_at
    commit(Put(card), Put(account))


def _drawn_number() -> str:
    return new_number(secrets.randbelow, current_programme(clock.now()).programme.cards.prefix)


def _issue_by_hand(
    customer_id: str, new: NewCard, adjustment_id: str, cause: Cause, attempt: Attempt | None
) -> IssuedCard:
    terms = store.terms_now()
    account = account_to_start(customer_id, new, terms, cause)
    if account.card_number:
        raise CardExistsError
    card = make_card(account.customer_id, new, new.number)
    card.tell(CardIssued, cause)
    account.card_number, account.card_issued_at = card.number, card.issued_at
    started = begin(account, new, adjustment_id, terms, cause)
    record = IssuedCard.of(card, account, terms, for_staff=True, version=1, starting_points=started.points)
    # The account first: whoever gave this customer a card meanwhile, with this number perhaps, is seen at the next try.
    commit(Put(account), *put_card(card, new.number), *started.writes, attempt and attempt.receipt(record))
    return record


def _shown_card(customer_id: str, terms: Terms, *, by_self: bool) -> tuple[PointsAccount, Card]:
    account = account_as_due(customer_id, terms, by_self=by_self)
    card = card_of(account)
    if card is None:
        raise NotFoundError("This customer has no card: guests get one when they register.")
    return account, card


def _view(account: PointsAccount, card: Card, terms: Terms, *, for_staff: bool) -> CardView:
    programme, status = terms.programme, card.status(terms.today)
    milestone = next_milestone(_progress(account, terms), programme)
    return CardView(
        customer_id=account.customer_id,
        number=card.number if for_staff or status is CardStatus.ACTIVE else None,
        status=status,
        balance=account.balance,
        available=account.available,
        cash_value=value_of(account.available, programme.redeeming),
        currency=programme.currency,
        tier=account.tier_in(programme.tiers),
        member_since=account.registered_at or card.first_issued_at or card.issued_at,
        next_milestone=MilestoneView.of(milestone) if milestone else None,
        next_reward=next_reward(account, terms),
        issued_at=card.issued_at,
        expires_on=card.expires_on,
        version=card.version or 0,
    )


def _progress(account: PointsAccount, terms: Terms) -> Progress:
    tiers, rules = account.tiers, terms.programme.tiers
    return Progress(
        usable=account.available - (account.owed or 0),
        qualifying=qualifying_on(tiers, terms.today, rules),
        tier=account.tier_in(rules),
        next_level=next_level(tiers, rules),
    )
