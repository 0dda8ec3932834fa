"""What the routes of transfers take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from loyalty.members.numbers.models import CardNumber
from loyalty.programme.sections import MOST_POINTS
from loyalty.transfers.items import Transfer
from loyalty.transfers.rules import Direction, TransferState
from shared.ids import CustomerId, TransferId
from shared.model import ApiModel, Input, Sentence

_TRANSFER: Final[dict[str, Any]] = {
    "id": "trf_01JZ0000000000000000000000",
    "direction": "sent",
    "points": 500,
    "recipient": "…0011",
    "other_id": None,
    "requested_at": "2026-12-06T15:00:00Z",
}


class NewTransfer(Input):
    """Points to send, and to whom: by the number of a card, or by a customer's id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"card_number": "430918270017", "points": 500}]})

    points: Annotated[int, Field(ge=1, le=MOST_POINTS, description="The shop sets limits.")]
    card_number: CardNumber | None = None
    customer_id: Annotated[CustomerId | None, Field(validate_default=True, description="In place of a card.")] = None

    @field_validator("customer_id")
    @classmethod
    def _one_of_the_two(cls, customer_id: str | None, info: ValidationInfo) -> str | None:
        if "card_number" in info.data and (customer_id is None) is (info.data["card_number"] is None):
            raise ValueError("Give card_number or customer_id: one of the two, and not both")
        return customer_id

    @property
    def named(self) -> str:
        """What the sender typed of the recipient."""
        return self.card_number or self.customer_id or ""


def _digits(code: str) -> str:
    return code.replace(" ", "")


class Confirmation(Input):
    """The code of the mail."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "4930 1172"}]})

    code: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9]{4} ?[0-9]{4}$"),
        AfterValidator(_digits),
        Field(description="Eight digits, also with a space in the middle, as the mail has them."),
    ]


class TransferReversal(Input):
    """Why staff give points back to their sender."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Sent to a wrong number"}]})

    reason: Annotated[Sentence, Field(description="Both customers can read it: name nobody.")]


class TransferView(ApiModel):
    """Points that one customer sent another, as one of the two sees it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_TRANSFER,
                    "state": "pending",
                    "code_ends_at": "2026-12-06T15:15:00Z",
                    "tries_left": 5,
                    "completed_at": None,
                    "reversed_at": None,
                    "returned": None,
                    "gone": None,
                },
                {
                    **_TRANSFER,
                    "state": "reversed",
                    "code_ends_at": None,
                    "tries_left": None,
                    "completed_at": "2026-12-06T15:03:20Z",
                    "reversed_at": "2026-12-07T09:00:00Z",
                    "returned": 420,
                    "gone": 80,
                },
            ]
        }
    )

    id: Annotated[TransferId, Field(description="The cause of the entries of both ledgers.")]
    direction: Direction
    state: TransferState
    points: int
    recipient: Annotated[
        str | None, Field(description="The end of what the sender typed. Recipients are not told of the sender.")
    ]
    other_id: Annotated[CustomerId | None, Field(description="The customer on the other side; for staff alone.")]
    requested_at: AwareDatetime
    code_ends_at: Annotated[AwareDatetime | None, Field(description="While it is pending: it ends unless confirmed.")]
    tries_left: Annotated[int | None, Field(description="While it is pending: so many codes may be tried.")]
    completed_at: AwareDatetime | None
    reversed_at: AwareDatetime | None
    returned: Annotated[int | None, Field(description="If it was reversed: so many came back to the sender.")]
    gone: Annotated[int | None, Field(description="If it was reversed: so many the recipient had no more.")]

    @classmethod
    def of(cls, side: Transfer, now: datetime, *, for_staff: bool) -> Self:
        """The view at a moment."""
        state = side.state_at(now)
        is_pending = state is TransferState.PENDING
        return cls(
            id=side.id,
            direction=side.direction,
            state=state,
            points=side.points,
            recipient=side.hint,
            other_id=side.other if for_staff else None,
            requested_at=side.requested_at,
            code_ends_at=side.code_ends_at if is_pending else None,
            tries_left=side.tries_left if is_pending else None,
            completed_at=side.completed_at,
            reversed_at=side.reversed_at,
            returned=side.returned,
            gone=side.points - side.returned if side.returned is not None else None,
        )
