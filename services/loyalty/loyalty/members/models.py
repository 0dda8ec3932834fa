"""What the routes of cards and referrals take and answer."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from loyalty.ledger.terms import Terms
from loyalty.members.items import Card
from loyalty.members.milestones import Milestone, MilestoneKind
from loyalty.members.numbers.models import CardNumber, OwnNumber, ShownNumber
from loyalty.members.pictures import PictureForm
from loyalty.members.rules import BlockReason, CardStatus
from loyalty.points.items import PointsAccount
from loyalty.programme.tiers import TierBy
from loyalty.rewards.offers.models import NextRewardView
from loyalty.starts.models import Start, StartedPoints
from shared.events.loyalty import TierId
from shared.ids import CustomerId
from shared.model import PRINTABLE, ApiModel, Input
from shared.money import CurrencyCode

_NUMBER: Final = "402938475611"
_START: Final[dict[str, Any]] = {
    "starting_points": {"points": 500, "code": "other", "reason": "From your former card"},
    "starting_tier": {"tier": "gold", "until": "2027-03-31", "reason": "From your former card"},
}
Notes = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    PRINTABLE,
    Field(description="By staff for staff; no customer sees them."),
]
LastDay = Annotated[date, Field(description="The last day on which it can be used, in the shop's time zone.")]


class MilestoneView(ApiModel):
    """What the customer reaches next: a tier, or points enough for a redemption."""

    kind: MilestoneKind
    missing: int
    unit: Annotated[TierBy, Field(description="Of `missing`; money is in the minor unit.")]
    tier: TierId | None
    value: Annotated[int | None, Field(description="What the points are worth at the checkout then.")]

    @classmethod
    def of(cls, milestone: Milestone) -> MilestoneView:
        return cls(
            kind=milestone.kind,
            missing=milestone.missing,
            unit=milestone.unit,
            tier=milestone.tier,
            value=milestone.value,
        )


class CardView(ApiModel):
    """A customer's card as they see it, with their balance and tier."""

    customer_id: CustomerId
    number: Annotated[
        ShownNumber | None, Field(description="While the card is not active, staff alone see it: nobody is to use it.")
    ]
    status: CardStatus
    balance: int
    available: Annotated[int, Field(description="The points that can be used now.")]
    cash_value: Annotated[int, Field(description="What the available points are worth, in the minor unit.")]
    currency: CurrencyCode
    tier: TierId
    member_since: AwareDatetime
    next_milestone: MilestoneView | None
    next_reward: Annotated[
        NextRewardView | None,
        Field(description="Of the catalogue: the cheapest for which the customer lacks points alone."),
    ]
    issued_at: AwareDatetime
    expires_on: LastDay | None
    version: Annotated[int, Field(description="The card's own; its points change without it.")]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "number": _NUMBER,
                    "status": "active",
                    "balance": 793,
                    "available": 693,
                    "cash_value": 693,
                    "currency": "USD",
                    "tier": "bronze",
                    "member_since": "2026-01-31T12:00:00Z",
                    "next_milestone": {
                        "kind": "tier",
                        "missing": 207,
                        "unit": "points",
                        "tier": "silver",
                        "value": None,
                    },
                    "next_reward": {
                        "id": "rew_01JZ0000000000000000000000",
                        "name": "A mug with the shop's sign",
                        "points": 800,
                        "missing": 107,
                    },
                    "issued_at": "2026-01-31T12:00:00Z",
                    "expires_on": None,
                    "version": 1,
                }
            ]
        }
    )


class CardRecord(ApiModel):
    """A card by its number: whose it is and what it is good for. What follows `expires_on` is for staff alone."""

    number: ShownNumber
    customer_id: CustomerId
    status: CardStatus
    tier: TierId
    issued_at: AwareDatetime
    expires_on: LastDay | None
    blocked_at: AwareDatetime | None = None
    block_reason: BlockReason | None = None
    replaced_by: Annotated[str | None, Field(description="The number that came after it.")] = None
    notes: str | None = None
    version: int

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": _NUMBER,
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "status": "blocked",
                    "tier": "silver",
                    "issued_at": "2026-01-31T12:00:00Z",
                    "expires_on": None,
                    "blocked_at": "2026-03-02T09:30:00Z",
                    "block_reason": "lost",
                    "replaced_by": None,
                    "notes": "Left on a train; she will call if it turns up.",
                    "version": 2,
                }
            ]
        }
    )

    @classmethod
    def of(
        cls, card: Card, account: PointsAccount, terms: Terms, *, for_staff: bool, version: int, **more: Any
    ) -> Self:
        """The record as of today, at `version`, which may be the one that the card is about to be written with."""
        return cls(
            number=card.number,
            customer_id=account.customer_id,
            status=card.status(terms.today),
            tier=account.tier_in(terms.programme.tiers),
            issued_at=card.issued_at,
            expires_on=card.expires_on,
            version=version,
            **(card.private if for_staff else {}),
            **more,
        )


class IssuedCard(CardRecord):
    """A card that staff have just issued, and what became of its starting points."""

    starting_points: StartedPoints | None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "SHOP-00417",
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "status": "active",
                    "tier": "gold",
                    "issued_at": "2026-11-22T09:30:00Z",
                    "expires_on": None,
                    "version": 1,
                    "starting_points": {"points": 500, "entry": 2, "proposal_id": None},
                }
            ]
        }
    )


class CardDetails(Input):
    """All of a card that staff can change."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"expires_on": "2030-12-31", "notes": "Picked up at the counter"}]},
    )

    expires_on: LastDay | None = None
    notes: Notes | None = None


class CardPatch(CardDetails):
    """What to change of a card; null removes the last day or the notes."""


class NewCard(CardDetails, Start):
    """A card that staff give to somebody who has none: a guest, say."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": "SHOP-00417", **_START}]})

    number: OwnNumber | None = None


class NamedCard(Input):
    """The card that is meant, so that none issued meanwhile is hit by mistake."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": _NUMBER}]})

    number: CardNumber


class NewBlock(NamedCard):
    """A card that is not to be used any more, or not for now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": _NUMBER, "reason": "lost"}]})

    reason: BlockReason


class Replacement(CardDetails, Start):
    """A card to replace by a new number; the new one keeps the old one's notes where none are given."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"number": _NUMBER, "expires_on": "2030-12-31"}]})

    number: CardNumber
    new_number: OwnNumber | None = None


class PictureQuery(Input):
    """How to draw a card's number."""

    form: PictureForm = PictureForm.QR


class NewReferral(Input):
    """Who referred this customer, by the number of their card."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"card_number": "430918270017"}]})

    card_number: CardNumber


class ReferralState(StrEnum):
    """How far it has come: nobody is named; somebody is, and a qualifying order is awaited; both have their rewards.

    `same_person` is the end: both turned out to be one person, and the rewards of both sides were withdrawn.
    """

    NONE = "none"
    WAITING = "waiting"
    REWARDED = "thanked"
    SAME_PERSON = "same_person"


class ReferralView(ApiModel):
    """Whether somebody referred this customer, and what that gives both.

    Until the rewards are first granted, the points are what the programme gives today, which the limits on earning may
    cut; then what was first granted, though the state is `waiting` again without a qualifying order, or `same_person`.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "state": "waiting",
                    "referrer_id": "cus_01JZ0000000000000000000001",
                    "customer_points": 50,
                    "referrer_points": 50,
                }
            ]
        }
    )

    customer_id: CustomerId
    state: ReferralState
    referrer_id: Annotated[CustomerId | None, Field(description="Customers are not told.")]
    customer_points: Annotated[int, Field(description="For the referred customer.")]
    referrer_points: Annotated[int, Field(description="For the referrer.")]
