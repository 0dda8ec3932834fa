"""What the routes of store credit take and answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from loyalty.credit.items import CreditAccount, currency_of
from loyalty.days import NEVER
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import Entry
from loyalty.points.models import VerificationView
from loyalty.programme.sections import Slug
from shared.auth import name_of
from shared.ids import CustomerId, OrderId
from shared.model import ApiModel, Input, Sentence
from shared.money import LARGEST_AMOUNT, CurrencyCode

Given = Annotated[int, Field(ge=1, le=LARGEST_AMOUNT, description="In the currency's minor unit: 2933 is $29.33")]
Code = Annotated[Slug, Field(description="One of the programme's reasons for adjustments.")]
Reason = Annotated[Sentence, Field(description="The customer can read it.")]


class NewCredit(Input):
    """Store credit that staff give."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount": 2000,
                    "currency": "USD",
                    "code": "goodwill",
                    "reason": "A parcel that never came",
                    "expires_on": "2027-12-31",
                }
            ]
        },
    )

    amount: Given
    currency: CurrencyCode
    code: Code = "other"
    reason: Reason
    expires_on: Annotated[
        date | None, Field(description="The last day on which it can be used; left out, as the programme says.")
    ] = None
    notify: Annotated[bool, Field(description="Whether the customer is told by mail.")] = True

    @property
    def quiet(self) -> bool | None:
        """How items keep that nobody is to be told: nothing is stored of what is usual."""
        return None if self.notify else True


class Revocation(Input):
    """Store credit that staff take back."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": 500, "code": "correction", "reason": "Given twice"}]},
    )

    amount: Given
    code: Code = "other"
    reason: Reason


class NextCreditExpiry(ApiModel):
    """The credit that expires next, and the last day on which it can be used."""

    on: date
    amount: int


class CreditView(ApiModel):
    """How an account stands, in the currency's minor unit. `balance` is available + held - owed."""

    customer_id: CustomerId
    currency: CurrencyCode
    balance: Annotated[int, Field(description="Negative while more is owed than there is.")]
    available: Annotated[int, Field(description="What can be used now.")]
    held: Annotated[int, Field(description="Set aside for checkouts that are not finished.")]
    owed: Annotated[int, Field(description="Came back with a cancelled order, was spent, and the order stands again.")]
    spent: Annotated[int, Field(description="Since the account began, less what came back.")]
    expired: Annotated[int, Field(description="Since the account began.")]
    next_expiry: NextCreditExpiry | None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "currency": "USD",
                    "balance": 2500,
                    "available": 2000,
                    "held": 500,
                    "owed": 0,
                    "spent": 1250,
                    "expired": 0,
                    "next_expiry": {"on": "2027-12-31", "amount": 1500},
                }
            ]
        }
    )

    @classmethod
    def of(cls, account: CreditAccount) -> CreditView:
        balances = account.balances
        day = min(balances.lots, default=NEVER)
        return cls(
            customer_id=account.customer_id,
            currency=account.currency,
            balance=balances.balance,
            available=balances.available,
            held=balances.held,
            owed=balances.owed,
            spent=balances.spent,
            expired=balances.expired,
            next_expiry=NextCreditExpiry(on=day, amount=balances.lots[day]) if day != NEVER else None,
        )


class CreditEntryView(ApiModel):
    """One entry of the ledger. Entries of an account are numbered from 1 without gaps."""

    number: int
    kind: EntryKind
    amount: Annotated[int, Field(description="The signed change of the balance; a hold changes none.")]
    currency: CurrencyCode
    balance: Annotated[int, Field(description="After this entry.")]
    available: Annotated[int, Field(description="After this entry.")]
    held: Annotated[int, Field(description="After this entry.")]
    owed: Annotated[int, Field(description="After this entry.")]
    cause: Annotated[str, Field(description="An order's id, an issue's or a hold's, or the last day of lots.")]
    order_id: Annotated[
        OrderId | None, Field(description="The order that it was held for, spent on or came back from.")
    ]
    programme: Annotated[int, Field(description="The version of the programme it was made under; 0 is the preset.")]
    reason_code: Annotated[str | None, Field(description="Of what staff gave or took back.")]
    reason: str | None
    actor: Annotated[str, Field(description="Who did it; customers are not told the names of staff.")]
    proposed_by: Annotated[str | None, Field(description="Of what a second person approved.")]
    expires_on: Annotated[date | None, Field(description="The last day on which what was given can be used.")]
    posted_at: AwareDatetime
    previous: Annotated[str, Field(description="The SHA-256 of the account's entry before, in hexadecimal digits.")]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": 1,
                    "kind": "issued",
                    "amount": 2000,
                    "currency": "USD",
                    "balance": 2000,
                    "available": 2000,
                    "held": 0,
                    "owed": 0,
                    "cause": "crd_01JZ0000000000000000000000",
                    "order_id": None,
                    "programme": 0,
                    "reason_code": "goodwill",
                    "reason": "A parcel that never came",
                    "actor": "staff:kim",
                    "proposed_by": None,
                    "expires_on": "2027-12-31",
                    "posted_at": "2026-11-22T10:00:00Z",
                    "previous": "0" * 64,
                }
            ]
        }
    )

    @classmethod
    def of(cls, entry: Entry, *, names_staff: bool) -> CreditEntryView:
        after = entry.after
        return cls(
            number=entry.seq,
            kind=entry.entry_kind,
            amount=entry.amount,
            currency=currency_of(entry),
            balance=after.balance,
            available=after.available,
            held=after.held,
            owed=after.owed,
            cause=entry.cause,
            order_id=entry.fact("order"),
            programme=entry.programme or 0,
            reason_code=entry.fact("code"),
            reason=entry.reason,
            actor=name_of(entry.actor, names_staff=names_staff),
            proposed_by=name_of(proposer, names_staff=names_staff) if (proposer := entry.fact("proposed_by")) else None,
            expires_on=entry.last_day_given,
            posted_at=entry.posted_at,
            previous=entry.previous.hex(),
        )


class CreditVerificationView(VerificationView):
    """What a verification of the whole ledger of one account of credit found."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01KAJ3M5Q6W7X8Y9Z0ABCDEFGH",
                    "currency": "USD",
                    "holds": False,
                    "entries": 4,
                    "broken_at": 3,
                    "what": "it is missing",
                    "head": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                }
            ]
        }
    )

    currency: CurrencyCode
