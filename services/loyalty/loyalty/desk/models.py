"""What the routes of the desk take and answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from loyalty.catalogue.claim_items import Claim
from loyalty.credit.items import currency_of
from loyalty.ledger.balances import EntryKind, Hold
from loyalty.ledger.items import Entry
from loyalty.rewards.claim_models import ClaimedReward
from shared.auth import name_of
from shared.events.loyalty import TierId
from shared.http import PageQuery
from shared.ids import ClaimId, CreditId, CustomerId, HoldId, OrderId, RewardId
from shared.model import ApiModel
from shared.money import LARGEST_AMOUNT, CurrencyCode

Owner = Annotated[CustomerId, Field(description="Of one who was merged, the customer who stays.")]


class OpenClaimView(ApiModel):
    """A reward that a customer took and has not got yet. Its code is in the claim itself, not in this list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "clm_01JZ0000000000000000000000",
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "reward": {"id": "rew_01JZ0000000000000000000000", "name": "A mug", "kind": "gift"},
                    "points": 500,
                    "order_id": None,
                    "claimed_at": "2026-12-06T15:00:00Z",
                }
            ]
        }
    )

    id: ClaimId
    customer_id: Owner
    reward: ClaimedReward
    points: Annotated[int, Field(description="What it cost.")]
    order_id: OrderId | None
    claimed_at: AwareDatetime

    @classmethod
    def of(cls, claim: Claim, customer_id: str) -> OpenClaimView:
        return cls(
            id=claim.id,
            customer_id=customer_id,
            reward=ClaimedReward(id=claim.reward_id, name=claim.name, kind=claim.reward_kind),
            points=claim.points,
            order_id=claim.order_id,
            claimed_at=claim.claimed_at,
        )


class OpenHoldView(ApiModel):
    """A hold that can be captured, or that a checkout's order spends."""

    id: Annotated[HoldId | None, Field(description="Of a checkout null: the checkout's own routes change its hold.")]
    amount: Annotated[int, Field(description="Points, or store credit in the currency's minor unit.")]
    value: Annotated[int | None, Field(description="Of points: what they are worth, in the shop's minor unit.")]
    order_id: OrderId | None
    expires_at: Annotated[AwareDatetime, Field(description="Until when it can be captured.")]


def _own_id(name: str) -> str | None:
    return name if name.startswith("hld_") else None


class AccountHoldsView(ApiModel):
    """The open holds of one account: of a customer's points, or of their store credit in one currency."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "currency": None,
                    "holds": [
                        {
                            "id": "hld_01JZ0000000000000000000000",
                            "amount": 500,
                            "value": 500,
                            "order_id": "2026-0004711",
                            "expires_at": "2026-12-06T15:30:00Z",
                        }
                    ],
                }
            ]
        }
    )

    customer_id: Owner
    currency: Annotated[CurrencyCode | None, Field(description="Of store credit; null for points.")]
    holds: Annotated[list[OpenHoldView], Field(description="The one that ends first comes first.")]

    @classmethod
    def of(cls, customer_id: str, currency: str | None, holds: Mapping[str, Hold]) -> AccountHoldsView:
        rows = [
            OpenHoldView(
                id=_own_id(name), amount=hold.amount, value=hold.value, order_id=hold.order, expires_at=hold.until
            )
            for name, hold in sorted(holds.items(), key=lambda named: (named[1].until, named[0]))
        ]
        return cls(customer_id=customer_id, currency=currency, holds=rows)


class CardsQuery(PageQuery):
    """Which cards to list."""

    blocked: Annotated[bool | None, Field(description="Only those that staff blocked, or only the others.")] = None


class AccountsOrder(StrEnum):
    """Which balances come first."""

    HIGHEST = "highest"
    LOWEST = "lowest"


class AccountsQuery(PageQuery):
    """Which accounts to list, and in which order."""

    tier: Annotated[
        TierId | None, Field(description="Only those in this tier; of a dropped one, in the tier that took its place.")
    ] = None
    least: Annotated[
        int | None, Field(ge=0, le=LARGEST_AMOUNT, description="Only those with a balance of so many points or more.")
    ] = None
    order: AccountsOrder = AccountsOrder.HIGHEST


class IssuedCreditView(ApiModel):
    """Store credit that staff issued. What became of it is in the customer's ledger."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "crd_01JZ0000000000000000000000",
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "amount": 2000,
                    "currency": "USD",
                    "reason_code": "goodwill",
                    "reason": "A parcel that never came",
                    "actor": "staff:grace",
                    "expires_on": "2027-12-31",
                    "issued_at": "2026-11-22T09:30:00Z",
                }
            ]
        }
    )

    id: Annotated[CreditId, Field(description="The cause of the ledger's entry.")]
    customer_id: Owner
    amount: Annotated[int, Field(description="In the currency's minor unit.")]
    currency: CurrencyCode
    reason_code: str | None
    reason: str | None
    actor: str
    expires_on: Annotated[date | None, Field(description="The last day on which it can be used.")]
    issued_at: AwareDatetime

    @classmethod
    def of(cls, entry: Entry, customer_id: str) -> IssuedCreditView:
        return cls(
            id=entry.cause,
            customer_id=customer_id,
            amount=entry.amount,
            currency=currency_of(entry),
            reason_code=entry.fact("code"),
            reason=entry.reason,
            actor=name_of(entry.actor, names_staff=True),
            expires_on=entry.last_day_given,
            issued_at=entry.posted_at,
        )


class LedgerDayQuery(PageQuery):
    """Which ledger's entries to tabulate, and of which day."""

    day: Annotated[date, Field(description="A day of UTC, as in the liability report.")]
    ledger: Annotated[
        str, Field(pattern=r"^(points|credit:[A-Z]{3})$", description="`points`, or `credit:USD`, and so on.")
    ] = "points"
    # Lambda writes the table as JSON, of 6 MB at most: a row of the longest words and ids has less than 6 KB there.
    limit: int = Field(default=1000, ge=1, le=1000, description="How many rows a page has at most.")


class SpendingKind(StrEnum):
    """What was spent."""

    POINTS = "points"
    CREDIT = "credit"
    REWARD = "reward"


class SpendingRow(ApiModel):
    """One entry of a ledger that an order caused: spent, given back, or taken again."""

    what: SpendingKind
    customer_id: Annotated[CustomerId, Field(description="As named before any merge.")]
    kind: EntryKind
    amount: Annotated[int, Field(description="Negative: spent. Points, or minor units of store credit.")]
    value: Annotated[int | None, Field(description="Of spent points and rewards: the worth then, in minor units.")]
    currency: CurrencyCode | None
    reward_id: RewardId | None
    cause: Annotated[str, Field(description="The id of the hold, redemption, claim or order.")]
    posted_at: AwareDatetime


class SpentSum(ApiModel):
    """What was spent of one thing, and what of it came back."""

    currency: Annotated[CurrencyCode | None, Field(description="Of store credit.")]
    spent: int
    given_back: Annotated[int, Field(description="Less what a reinstatement took again.")]
    value: Annotated[int | None, Field(description="Of points: what the spent ones were worth then, in minor units.")]


class OrderSpendingView(ApiModel):
    """What was spent on an order, as it was posted, and what of it was given back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "order_id": "2026-0004711",
                    "points": {"currency": None, "spent": 500, "given_back": 250, "value": 500},
                    "credit": [{"currency": "USD", "spent": 1200, "given_back": 600, "value": None}],
                    "rewards": {"currency": None, "spent": 0, "given_back": 0, "value": None},
                    "spent": [],
                    "given_back": [],
                }
            ]
        }
    )

    order_id: OrderId
    points: SpentSum
    credit: Annotated[list[SpentSum], Field(description="One for each currency.")]
    rewards: Annotated[SpentSum, Field(description="The points that claims for the order cost.")]
    spent: Annotated[list[SpendingRow], Field(description="The oldest first.")]
    given_back: Annotated[
        list[SpendingRow], Field(description="The oldest first. What a reinstatement took again is negative.")
    ]

    @classmethod
    def of(cls, order_id: str, spent: list[SpendingRow], given_back: list[SpendingRow]) -> OrderSpendingView:
        def total(what: SpendingKind, currency: str | None = None) -> SpentSum:
            rows, back = (
                [row for row in both if row.what is what and currency in {row.currency, None}]
                for both in (spent, given_back)
            )
            values = [row.value for row in rows if row.value is not None]
            return SpentSum(
                currency=currency,
                spent=-sum(row.amount for row in rows),
                given_back=sum(row.amount for row in back),
                value=sum(values) if values else None,
            )

        currencies = {row.currency for row in spent if row.what is SpendingKind.CREDIT and row.currency}
        return cls(
            order_id=order_id,
            points=total(SpendingKind.POINTS),
            credit=[total(SpendingKind.CREDIT, currency) for currency in sorted(currencies)],
            rewards=total(SpendingKind.REWARD),
            spent=spent,
            given_back=given_back,
        )
