"""What becomes of the card of a customer who turns out to be another: one person keeps one card."""

from __future__ import annotations

from loyalty.members.store import card_of
from loyalty.points.items import PointsAccount
from shared.cause import Cause
from shared.events.loyalty import CardReplaced
from shared.table import Put


def hand_over_card(gone: PointsAccount, stays: PointsAccount, cause: Cause) -> list[Put]:
    """The writes by which `stays` takes over the card of `gone`, for the commit that writes both accounts.

    Whoever stays keeps their own card, and the other's counts as replaced by it, whatever the two are good for; without
    one of their own they take the other's over as it is. Changes both accounts. Raises LostRaceError when a card was
    replaced after its account was read.
    """
    card, own = card_of(gone), card_of(stays)
    gone.card_number = gone.card_issued_at = None
    if card is None:
        return []
    if own is None:
        card.customer_id = stays.customer_id
        stays.card_number, stays.card_issued_at = card.number, card.issued_at
        return [Put(card)]
    own.succeed(card)
    own.tell(CardReplaced, cause)
    return [Put(card), Put(own)]
