"""Requests and events of members: each calls one use case."""

from __future__ import annotations

from loyalty.earning.bonuses import reward_sign_up
from loyalty.members import card_changes, cards, referrals
from loyalty.members.models import (
    CardPatch,
    CardRecord,
    CardView,
    IssuedCard,
    NamedCard,
    NewBlock,
    NewCard,
    NewReferral,
    PictureQuery,
    ReferralView,
    Replacement,
)
from loyalty.members.numbers.models import CardNumber
from shared.events.customers import CustomerRegistered
from shared.http import Request, Svg
from shared.ids import CustomerId
from shared.messages.inbox import Heard


def read_card(request: Request, customer_id: CustomerId) -> CardView:
    """A customer's card as they see it, with what their points are worth and what they reach next.

    Its number shows to others than staff only while it can be used.
    """
    return cards.read_card(customer_id, by_self=request.principal.is_customer, for_staff=request.principal.is_staff)


def draw_card(request: Request, customer_id: CustomerId, query: PictureQuery) -> Svg:
    """The card's number as a picture for scanners, a QR code or the bars of Code 128."""
    return Svg(cards.draw_card(customer_id, query.form, by_self=request.principal.is_customer))


def issue_card(request: Request, customer_id: CustomerId, body: NewCard) -> IssuedCard:
    """Give a card to somebody who has none, such as a guest; those who register have one already.

    It may start with points and a tier. Points above the programme's limit for one person and day are proposed, and
    somebody else approves them; the card is issued at once.
    """
    return cards.issue_card_by_hand(customer_id, body, cause=request.cause, attempt=request.attempt)


def replace_card(request: Request, customer_id: CustomerId, body: Replacement) -> IssuedCard:
    """Give a customer a new number in place of the one named, which is never used again.

    It may start with points and a tier, as a card of somebody who had none.
    """
    return card_changes.replace_card(customer_id, body, cause=request.cause, attempt=request.attempt)


def block_card(request: Request, customer_id: CustomerId, body: NewBlock) -> CardRecord:
    """Let nobody use a card's number until it is unblocked. Its customer earns, and spends nothing."""
    return card_changes.block_card(customer_id, body, request.cause)


def unblock_card(request: Request, customer_id: CustomerId, body: NamedCard) -> CardRecord:
    """Let a blocked card be used again."""
    return card_changes.unblock_card(customer_id, body.number, request.cause)


def look_up_card(request: Request, number: CardNumber) -> CardRecord:
    """Whose card it is and what it is good for: for the till. A number that was replaced leads staff alone anywhere."""
    return cards.look_up_card(number, for_staff=request.principal.is_staff)


def change_card(request: Request, number: CardNumber, body: CardPatch) -> CardRecord:
    """Change a card's notes, or its last day."""
    return card_changes.change_card(number, body, request.if_match)


def read_referral(request: Request, customer_id: CustomerId) -> ReferralView:
    """Whether somebody referred this customer, and what it gives both."""
    return referrals.read_referral(customer_id, by_self=request.principal.is_customer)


def name_referrer(request: Request, customer_id: CustomerId, body: NewReferral) -> ReferralView:
    """Say whose card referred this customer, once, before their first order earns; then both get a reward."""
    return referrals.name_referrer(
        customer_id, body.card_number, by_self=request.principal.is_customer, attempt=request.attempt
    )


def hear_customer_registered(heard: Heard[CustomerRegistered]) -> None:
    """Give the customer a card, and the reward for signing up."""
    cards.issue_card(heard.data, heard.version, heard.cause)
    reward_sign_up(heard.data, heard.cause)
