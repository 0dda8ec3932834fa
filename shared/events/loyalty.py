"""Events that loyalty tells."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from shared.events.base import EventData, Moment
from shared.ids import CustomerId, OrderId, TransferId
from shared.money import Amount, CurrencyCode

# A tier's id, as the shop's programme gives it.
TierId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class CardIssued(EventData):
    """A customer was given a loyalty card."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    card_number: str


class CardReplaced(EventData):
    """A customer's card was replaced: from now on this number is theirs, and the one before leads nowhere."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    card_number: str


class CardBlocked(EventData):
    """A customer's card was blocked: nobody is to use this number. Its customer earns, and spends nothing."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    card_number: str


class CardUnblocked(EventData):
    """A customer's card that had been blocked can be used again."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    card_number: str


class FreezeReason(StrEnum):
    """Why staff froze an account, or unfroze it."""

    FRAUD_SUSPECTED = "fraud_suspected"
    DISPUTE = "dispute"
    CUSTOMER_REQUEST = "customer_request"
    # The account of a customer who turned out to be the same person was frozen.
    MERGED = "merged"
    OTHER = "other"


class AccountFrozen(EventData):
    """Staff froze a customer's account: nothing is spent until they unfreeze it, and orders earn as always."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    reason: FreezeReason


class AccountUnfrozen(EventData):
    """Staff unfroze a customer's account: points and store credit can be spent again."""

    told_by = ("loyalty",)
    customer_id: CustomerId


class PointsPosted(EventData):
    """Base of what one ledger entry tells; `points` is signed, `balance` is what the account held after it.

    `available` is what of the balance could be used after it; absent from entries of before it was told.
    """

    customer_id: CustomerId
    entry: Annotated[int, Field(ge=1, description="The entry's number in its account, without gaps")]
    points: int
    balance: int
    available: int | None = None
    cause: Annotated[str, Field(description="What caused the entry: an order's id, or the adjustment's own")]


class PointsEarned(PointsPosted):
    """Points were earned by an order, or as a bonus. Until the end of `pending_until` they cannot be used."""

    told_by = ("loyalty",)
    order_id: OrderId | None = None
    pending_until: date | None = None


class PointsRipened(PointsPosted):
    """Pending points became available: `available` grew, `balance` did not."""

    told_by = ("loyalty",)


class PointsRedeemed(PointsPosted):
    """Points were spent: on an order, for money off worth `value` in the minor unit, or for a reward."""

    told_by = ("loyalty",)
    order_id: OrderId | None = None
    reward: str | None = None
    value: int | None = None
    currency: CurrencyCode | None = None


class PointsRestored(PointsPosted):
    """Points that were spent came back: with the order they paid, or with a reward whose claim was cancelled."""

    told_by = ("loyalty",)
    order_id: OrderId | None = None
    reward: str | None = None


class PointsReinstated(PointsPosted):
    """Points given back with an order that was reinstated, or given with one that was edited to a higher total.

    Without an order, a referral reward granted again.
    """

    told_by = ("loyalty",)
    order_id: OrderId | None = None


class PointsReversed(PointsPosted):
    """Points taken back in proportion to an order's refund, or to its lower total once it was edited.

    Without an order, a referral reward withdrawn.
    """

    told_by = ("loyalty",)
    order_id: OrderId | None = None


class PointsAdjusted(PointsPosted):
    """Staff added or took points, for a reason in their own words, which may name the person."""

    told_by = ("loyalty",)
    personal = True
    reason: str
    notify: Annotated[bool, Field(description="Whether the customer is to be told of it")] = True


class PointsMove(StrEnum):
    """What a transfer between two customers did to the points of one of them."""

    SENT = "sent"
    RECEIVED = "received"
    # Staff reversed the transfer: points were taken from the recipient again, and came back to the sender.
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


class PointsTransferred(PointsPosted):
    """Points went from one customer to another, or back: one event for each of the two. The cause is the transfer."""

    told_by = ("loyalty",)
    move: PointsMove


class TransferRequested(EventData):
    """A customer asked to send points. The mail with `code` goes to this customer, who confirms the transfer by it.

    `code` is as secret as a password until `expires_at`; absent once it is over. Nobody stores this event.
    """

    told_by = ("loyalty",)
    personal = True
    customer_id: CustomerId
    transfer_id: TransferId
    points: int
    code: Annotated[str | None, Field(pattern="^[0-9]{8}$")] = None
    expires_at: Moment


class PointsExpired(PointsPosted):
    """Points reached the end of their life unspent."""

    told_by = ("loyalty",)


class PointsExpiring(EventData):
    """Points reach the end of their life at the end of the day `on`, in `days` days, unless they are spent."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    points: int
    on: date
    days: int


class RewardRedeemed(EventData):
    """A customer took a reward of the catalogue for points."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    claim_id: str
    reward_id: str
    name: str
    reward_kind: str
    points: int
    order_id: OrderId | None = None


class TierChanged(EventData):
    """A customer reached or lost a tier."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    old: TierId
    new: TierId
    rises: Annotated[
        bool | None, Field(description="Whether `new` is above `old`; null in events of before it was told")
    ] = None
    notify: Annotated[
        bool,
        Field(
            description="Whether the customer is to be told of it: of a tier reached by something new, once in a while"
        ),
    ] = False
    name: Annotated[str | None, Field(description="Of a tier that the customer is to be told of, as they read it")] = (
        None
    )


class CreditPosted(EventData):
    """Base of what one entry of store credit tells; `amount` is signed, in the minor unit, `balance` what was left."""

    customer_id: CustomerId
    entry: Annotated[int, Field(ge=1, description="The entry's number in its account, without gaps")]
    amount: int
    balance: int
    currency: CurrencyCode
    cause: Annotated[str, Field(description="What caused the entry: an order's id, or the issue's own")]


class CreditIssued(CreditPosted):
    """A customer was given store credit; it can be used until the end of `expires_on`, or for ever."""

    told_by = ("loyalty",)
    expires_on: date | None = None
    notify: Annotated[bool, Field(description="Whether the customer is to be told of it")] = True


class CreditSpent(CreditPosted):
    """Store credit paid for something."""

    told_by = ("loyalty",)
    order_id: OrderId | None = None


class CreditRestored(CreditPosted):
    """Store credit that was spent came back: its order, the cause, was cancelled or refunded."""

    told_by = ("loyalty",)


class CreditRevoked(CreditPosted):
    """Staff took store credit back."""

    told_by = ("loyalty",)


class CreditExpired(CreditPosted):
    """Store credit reached the end of its life unspent."""

    told_by = ("loyalty",)


class CreditExpiring(EventData):
    """Store credit reaches the end of its life at the end of the day `on`, in `days` days, unless it is spent."""

    told_by = ("loyalty",)
    customer_id: CustomerId
    amount: Amount
    currency: CurrencyCode
    on: date
    days: int
