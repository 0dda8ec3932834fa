"""The card of a merged customer: one person keeps one card."""

from __future__ import annotations

from loyalty.members.store import card_of
from loyalty.points.items import PointsAccount
from shared.events.loyalty import CardReplaced
from shared.items.table import Put
from shared.messages.cause import Cause


def hand_over_card(merged: PointsAccount, survivor: PointsAccount, cause: Cause) -> list[Put]:
    """The writes by which `survivor` takes over the card of `merged`, for the commit that writes both accounts.

    A survivor with a card keeps it, and the other card counts as replaced by it, whatever the status of either. A
    survivor without a card takes over the other card unchanged. Changes both accounts. Raises LostRaceError when a card
    was replaced after its account was read.
    """
    card, kept = card_of(merged), card_of(survivor)
    merged_blocked = merged.card_blocked
    merged.card_number = merged.card_issued_at = merged.card_blocked = None
    if card is None:
        return []
    if kept is None:
        card.customer_id = survivor.customer_id
        survivor.card_number, survivor.card_issued_at = card.number, card.issued_at
        survivor.card_blocked = merged_blocked
        return [Put(card)]
    kept.succeed(card)
    kept.tell(CardReplaced, cause)
    return [Put(card), Put(kept)]
