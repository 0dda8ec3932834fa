"""The cards of all customers."""

from __future__ import annotations

from loyalty.desk.models import CardsQuery
from loyalty.desk.pages import find_in_order, rows_of, with_owners
from loyalty.members.items import BLOCKED_SHARDS, USABLE_SHARDS, Card
from loyalty.members.models import CardRecord
from loyalty.points.store import terms_now
from shared.http import Page

_SHARDS = {None: (*USABLE_SHARDS, *BLOCKED_SHARDS), False: USABLE_SHARDS, True: BLOCKED_SHARDS}


def list_cards(query: CardsQuery, after: str | None) -> Page[CardRecord]:
    """A page of the cards that were not replaced, the newest first.

    A page may be short of cards that were just blocked, unblocked, replaced or erased.
    """
    rows = rows_of(Card.listed, Card.due_at, _SHARDS[query.blocked], after=after, limit=query.limit)
    cards = [card for card in find_in_order(Card, rows.keys) if card.replaced_by is None and _is_wanted(card, query)]
    terms = terms_now()
    shown = [
        CardRecord.of(card, owner, terms, for_staff=True, version=card.version or 0)
        for card, owner in with_owners(cards)
    ]
    return Page.of(shown, rows.next_position)


def _is_wanted(card: Card, query: CardsQuery) -> bool:
    return query.blocked is None or query.blocked is (card.blocked_at is not None)
