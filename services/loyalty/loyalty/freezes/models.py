"""What the routes of freezes take and answer."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, model_validator

from loyalty.freezes.items import FreezeAct
from loyalty.points.items import PointsAccount
from shared.events.loyalty import FreezeReason
from shared.ids import CustomerId
from shared.model import PRINTABLE, ApiModel, Input

Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), PRINTABLE]


class NewFreeze(Input):
    """Whether the account is to be frozen from now on, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"frozen": True, "reason": "fraud_suspected", "note": "Six accounts with one phone"}]
        },
    )

    frozen: bool
    reason: Annotated[FreezeReason | None, Field(description="Required for a freeze")] = None
    note: Annotated[Note | None, Field(description="By staff for staff; no customer sees it")] = None

    @model_validator(mode="after")
    def _freeze_has_a_reason(self) -> Self:
        if self.frozen and self.reason is None:
            raise ValueError("A freeze needs a reason")
        return self


class FreezeActView(ApiModel):
    """One time that staff froze the account, or unfroze it."""

    number: int
    frozen: bool
    reason: FreezeReason | None
    note: str | None
    at: AwareDatetime
    by: str

    @classmethod
    def of(cls, act: FreezeAct) -> FreezeActView:
        return cls(number=act.number, frozen=act.frozen, reason=act.reason, note=act.note, at=act.at, by=act.by)


class FreezeView(ApiModel):
    """Whether an account is frozen, with the newest acts of staff that made it so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "frozen": True,
                    "acts": [
                        {
                            "number": 1,
                            "frozen": True,
                            "reason": "fraud_suspected",
                            "note": "Six accounts with one phone",
                            "at": "2026-11-20T09:30:00Z",
                            "by": "staff:ada",
                        }
                    ],
                    "version": 1,
                }
            ]
        }
    )

    customer_id: CustomerId
    frozen: bool
    acts: Annotated[list[FreezeActView], Field(description="The newest first, at most 20")]
    version: Annotated[int, Field(description="The number of acts; the account's points change without it")]

    @classmethod
    def of(cls, account: PointsAccount, acts: list[FreezeAct]) -> FreezeView:
        return cls(
            customer_id=account.customer_id,
            frozen=account.is_frozen,
            acts=[FreezeActView.of(act) for act in acts],
            version=account.freezes or 0,
        )
