"""What loyalty hears and does about it, and what it tells."""

from __future__ import annotations

from typing import Any, Final

from loyalty.cards.items import Card
from loyalty.cards.usecases import issue_card
from loyalty.earning.usecases import record_order
from loyalty.erasure.usecases import erase_customer, kept_of
from loyalty.ledger.items import Account, Entry
from loyalty.ledger.usecases import keep_profile
from loyalty.settings import LoyaltySettings
from shared.events import (
    CardIssued,
    CustomerRegistered,
    CustomerUpdated,
    ErasureAnswered,
    ErasureRequested,
    OrderRecorded,
    PointsAdjusted,
    PointsEarned,
    PointsExpired,
    PointsReversed,
    TierChanged,
)
from shared.inbox import Handlers, Heard
from shared.outbox import Builders
from shared.table import Told


def _hear_order(heard: Heard[OrderRecorded]) -> None:
    record_order(heard.data, heard.cause, LoyaltySettings.read())


def _hear_registration(heard: Heard[CustomerRegistered]) -> None:
    issue_card(heard.data, heard.version, heard.cause)


def _hear_update(heard: Heard[CustomerUpdated]) -> None:
    keep_profile(heard.data, heard.version)


def _hear_erasure(heard: Heard[ErasureRequested]) -> None:
    erase_customer(heard.data, heard.cause)


def _posted(entry: Entry) -> dict[str, Any]:
    return {
        "customer_id": entry.customer_id,
        "entry": entry.seq,
        "points": entry.points,
        "balance": entry.balance,
        "cause": entry.cause,
    }


def _earned(entry: Entry, _: Told) -> PointsEarned:
    return PointsEarned(**_posted(entry), order_id=entry.cause)


def _reversed(entry: Entry, _: Told) -> PointsReversed:
    return PointsReversed(**_posted(entry), order_id=entry.cause)


def _adjusted(entry: Entry, _: Told) -> PointsAdjusted:
    return PointsAdjusted(**_posted(entry), reason=entry.reason or "")


def _expired(entry: Entry, _: Told) -> PointsExpired:
    return PointsExpired(**_posted(entry))


def _tier_changed(entry: Entry, _: Told) -> TierChanged:
    return TierChanged(customer_id=entry.customer_id, old=entry.tier_before, new=entry.tier)


def _card_issued(card: Card, _: Told) -> CardIssued:
    return CardIssued(customer_id=card.customer_id, card_number=card.number)


def _erasure_answered(account: Account, told: Told) -> ErasureAnswered:
    return ErasureAnswered(
        request_id=told.about or "",
        customer_id=account.customer_id,
        service="loyalty",
        erased=account.erased,
        kept=kept_of(account),
        answered_at=told.at,
    )


HEARS: Final[Handlers] = {
    CustomerRegistered: _hear_registration,
    CustomerUpdated: _hear_update,
    ErasureRequested: _hear_erasure,
    OrderRecorded: _hear_order,
}

TELLS: Final[Builders] = {
    CardIssued: _card_issued,
    ErasureAnswered: _erasure_answered,
    PointsAdjusted: _adjusted,
    PointsEarned: _earned,
    PointsExpired: _expired,
    PointsReversed: _reversed,
    TierChanged: _tier_changed,
}
