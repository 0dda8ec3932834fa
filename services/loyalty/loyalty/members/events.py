"""The events of cards, built from the cards that carry them."""

from __future__ import annotations

from loyalty.members.items import Card
from shared.events.loyalty import (
    CardBlocked,
    CardIssued,
    CardReplaced,
    CardUnblocked,
)
from shared.items.table import Told


def card_issued(card: Card, _: Told) -> CardIssued:
    return CardIssued(customer_id=card.customer_id, card_number=card.number)


def card_replaced(card: Card, _: Told) -> CardReplaced:
    return CardReplaced(customer_id=card.customer_id, card_number=card.number)


def card_blocked(card: Card, _: Told) -> CardBlocked:
    return CardBlocked(customer_id=card.customer_id, card_number=card.number)


def card_unblocked(card: Card, _: Told) -> CardUnblocked:
    return CardUnblocked(customer_id=card.customer_id, card_number=card.number)
