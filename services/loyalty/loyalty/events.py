"""What loyalty hears and does about it, and what it tells."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from loyalty.credit.items import CreditAccount, currency_of
from loyalty.ledger.items import Entry
from loyalty.members.items import Card
from loyalty.points.items import PointsAccount
from loyalty.rewards.claim_items import Claim
from shared.events.customers import CustomerRegistered, CustomersMerged, CustomerUpdated, OrderRecorded, ReviewRecorded
from shared.events.loyalty import (
    CardBlocked,
    CardIssued,
    CardReplaced,
    CardUnblocked,
    CreditExpired,
    CreditExpiring,
    CreditIssued,
    CreditRestored,
    CreditRevoked,
    CreditSpent,
    PointsAdjusted,
    PointsEarned,
    PointsExpired,
    PointsExpiring,
    PointsRedeemed,
    PointsReinstated,
    PointsRestored,
    PointsReversed,
    PointsRipened,
    RewardRedeemed,
    TierChanged,
)
from shared.events.privacy import ErasureAnswered, ErasureRequested
from shared.inbox import Handlers, Heard
from shared.outbox import Builders
from shared.table import Told


def _hear_order(heard: Heard[OrderRecorded]) -> None:
    from loyalty.orders.usecases import record_order

    record_order(heard.data, heard.version, heard.cause)


def _hear_registration(heard: Heard[CustomerRegistered]) -> None:
    from loyalty.earning.bonuses import reward_sign_up
    from loyalty.members.cards import issue_card

    issue_card(heard.data, heard.version, heard.cause)
    reward_sign_up(heard.data.customer_id, heard.cause)


def _hear_update(heard: Heard[CustomerUpdated]) -> None:
    from loyalty.points.usecases import keep_profile

    keep_profile(heard.data, heard.version)


def _hear_review(heard: Heard[ReviewRecorded]) -> None:
    from loyalty.earning.bonuses import reward_review

    reward_review(heard.data, heard.cause)


def _hear_erasure(heard: Heard[ErasureRequested]) -> None:
    from loyalty.identity.erasure import erase_customer

    erase_customer(heard.data, heard.cause)


def _hear_merge(heard: Heard[CustomersMerged]) -> None:
    from loyalty.identity.merge import merge_customers

    merge_customers(heard.data, heard.cause)


def _posted(entry: Entry) -> dict[str, Any]:
    return {
        "customer_id": entry.customer_id,
        "entry": entry.seq,
        "points": entry.amount,
        "balance": entry.after.balance,
        "available": entry.after.available,
        "cause": entry.cause,
    }


def _order_of(entry: Entry) -> str | None:
    """The order whose points they are; a bonus is no order's."""
    return entry.cause if entry.pk.startswith("ORDER#") else None


def _earned(entry: Entry, _: Told) -> PointsEarned:
    # Usable from that day on: they wait until the end of the one before.
    ripens_on = min((where.on for where in entry.pending or {}), default=None)
    waits_until = ripens_on - timedelta(days=1) if ripens_on else None
    return PointsEarned(**_posted(entry), order_id=_order_of(entry), pending_until=waits_until)


def _reversed(entry: Entry, _: Told) -> PointsReversed:
    return PointsReversed(**_posted(entry), order_id=_order_of(entry))


def _reinstated(entry: Entry, _: Told) -> PointsReinstated:
    return PointsReinstated(**_posted(entry), order_id=_order_of(entry))


def _restored(entry: Entry, _: Told) -> PointsRestored:
    return PointsRestored(**_posted(entry), order_id=entry.fact("order"), reward=entry.fact("reward"))


def _redeemed(entry: Entry, _: Told) -> PointsRedeemed:
    facts = {name: entry.fact(name) for name in ("reward", "value", "currency")}
    return PointsRedeemed(**_posted(entry), order_id=entry.fact("order"), **facts)


def _ripened(entry: Entry, _: Told) -> PointsRipened:
    return PointsRipened(**_posted(entry))


def _adjusted(entry: Entry, _: Told) -> PointsAdjusted:
    return PointsAdjusted(**_posted(entry), reason=entry.reason or "", notify=not entry.fact("quiet"))


def _expired(entry: Entry, _: Told) -> PointsExpired:
    return PointsExpired(**_posted(entry))


def _expiring(account: PointsAccount, told: Told) -> PointsExpiring:
    on, points, days = (told.about or "").split("/")
    return PointsExpiring(
        customer_id=account.customer_id, on=date.fromisoformat(on), points=int(points), days=int(days)
    )


def _credit_posted(entry: Entry) -> dict[str, Any]:
    return {
        "customer_id": entry.customer_id,
        "entry": entry.seq,
        "amount": entry.amount,
        "balance": entry.after.balance,
        "currency": currency_of(entry),
        "cause": entry.cause,
    }


def _credit_issued(entry: Entry, _: Told) -> CreditIssued:
    return CreditIssued(**_credit_posted(entry), expires_on=entry.last_day_given)


def _credit_spent(entry: Entry, _: Told) -> CreditSpent:
    return CreditSpent(**_credit_posted(entry), order_id=entry.fact("order"))


def _credit_restored(entry: Entry, _: Told) -> CreditRestored:
    return CreditRestored(**_credit_posted(entry))


def _credit_revoked(entry: Entry, _: Told) -> CreditRevoked:
    return CreditRevoked(**_credit_posted(entry))


def _credit_expired(entry: Entry, _: Told) -> CreditExpired:
    return CreditExpired(**_credit_posted(entry))


def _credit_expiring(account: CreditAccount, told: Told) -> CreditExpiring:
    on, amount, days = (told.about or "").split("/")
    return CreditExpiring(
        customer_id=account.customer_id,
        amount=int(amount),
        currency=account.currency,
        on=date.fromisoformat(on),
        days=int(days),
    )


def _tier_changed(entry: Entry, _: Told) -> TierChanged:
    return TierChanged(customer_id=entry.customer_id, old=entry.tier_before, new=entry.tier)


def _reward_redeemed(claim: Claim, _: Told) -> RewardRedeemed:
    return RewardRedeemed(
        customer_id=claim.customer_id,
        claim_id=claim.id,
        reward_id=claim.reward_id,
        name=claim.name,
        reward_kind=claim.reward_kind,
        points=claim.points,
        order_id=claim.order_id,
    )


def _card_issued(card: Card, _: Told) -> CardIssued:
    return CardIssued(customer_id=card.customer_id, card_number=card.number)


def _card_replaced(card: Card, _: Told) -> CardReplaced:
    return CardReplaced(customer_id=card.customer_id, card_number=card.number)


def _card_blocked(card: Card, _: Told) -> CardBlocked:
    return CardBlocked(customer_id=card.customer_id, card_number=card.number)


def _card_unblocked(card: Card, _: Told) -> CardUnblocked:
    return CardUnblocked(customer_id=card.customer_id, card_number=card.number)


def _erasure_answered(account: PointsAccount, told: Told) -> ErasureAnswered:
    from loyalty.identity.erasure import erased_of, kept_of

    request_id, _, customer_id = (told.about or "").partition("/")
    return ErasureAnswered(
        request_id=request_id,
        customer_id=customer_id or account.customer_id,
        service="loyalty",
        erased=erased_of(account),
        kept=kept_of(account),
        answered_at=told.at,
    )


HEARS: Final[Handlers] = {
    CustomerRegistered: _hear_registration,
    CustomersMerged: _hear_merge,
    CustomerUpdated: _hear_update,
    ErasureRequested: _hear_erasure,
    OrderRecorded: _hear_order,
    ReviewRecorded: _hear_review,
}

TELLS: Final[Builders] = {
    CardBlocked: _card_blocked,
    CardIssued: _card_issued,
    CardReplaced: _card_replaced,
    CardUnblocked: _card_unblocked,
    CreditExpired: _credit_expired,
    CreditExpiring: _credit_expiring,
    CreditIssued: _credit_issued,
    CreditRestored: _credit_restored,
    CreditRevoked: _credit_revoked,
    CreditSpent: _credit_spent,
    ErasureAnswered: _erasure_answered,
    PointsAdjusted: _adjusted,
    PointsEarned: _earned,
    PointsExpired: _expired,
    PointsExpiring: _expiring,
    PointsRedeemed: _redeemed,
    PointsReinstated: _reinstated,
    PointsRestored: _restored,
    PointsReversed: _reversed,
    PointsRipened: _ripened,
    RewardRedeemed: _reward_redeemed,
    TierChanged: _tier_changed,
}
