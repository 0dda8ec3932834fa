"""Reads cards by number, and the current and former cards of a customer."""

from __future__ import annotations

from loyalty.members.items import CARD, Card, key_of
from loyalty.points.items import PointsAccount
from shared.items.table import LostRaceError, find


def find_card(number: str) -> Card | None:
    """The card of a number, in any status, read consistently."""
    return find(Card, key_of(number), CARD)


def card_of(account: PointsAccount) -> Card | None:
    """The account's card. Raises LostRaceError when it was replaced or erased after the account was read."""
    if account.card_number is None:
        return None
    card = find_card(account.card_number)
    if card is None or card.replaced_by is not None:
        raise LostRaceError
    return card


def newest_after(card: Card) -> Card | None:
    """The card in use in place of this one, or this card itself; None once its customer has been erased.

    Its customer is the current one, even after a merge.
    """
    newest: Card | None = card
    while newest is not None and newest.replaced_by is not None:
        newest = find_card(newest.replaced_by)
    return newest
