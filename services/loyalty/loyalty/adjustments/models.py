"""What the routes of adjustments take and answer."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from loyalty.adjustments.items import Proposal, ProposalState
from loyalty.programme.sections import Slug
from shared.ids import ULID_PATTERN, CustomerId
from shared.model import PRINTABLE, ApiModel, Input

ProposalId = Annotated[str, StringConstraints(pattern=rf"^adj_{ULID_PATTERN}$")]

_WORDS: Final = StringConstraints(strip_whitespace=True, min_length=1, max_length=200)


class NewAdjustment(Input):
    """Points that staff add, or (negative) take."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"points": 100, "code": "goodwill", "reason": "A late delivery"}]},
    )

    points: Annotated[int, Field(ge=-(10**9), le=10**9, description="Not 0; the shop sets a limit.")]
    code: Annotated[Slug, Field(description="One of the programme's reasons.")] = "other"
    reason: Annotated[str, _WORDS, PRINTABLE, Field(description="The customer can read it.")]
    notify: Annotated[bool, Field(description="Whether the customer is told by mail.")] = True

    @property
    def quiet(self) -> bool | None:
        """How items keep that nobody is to be told: nothing is stored of what is usual."""
        return None if self.notify else True


class Rejection(Input):
    """Why a proposal is rejected."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "Goodwill for a delay is 500 at most"}]})

    note: Annotated[str, _WORDS, PRINTABLE, Field(description="For staff; the customer is not told.")]


class ProposalView(ApiModel):
    """An adjustment that a second person must approve, because of its size. Until then nothing is posted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "adj_01JZ0000000000000000000000",
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "state": "proposed",
                    "points": 25000,
                    "code": "goodwill",
                    "reason": "The wedding order that never came",
                    "notify": True,
                    "proposed_by": "staff:grace",
                    "proposed_at": "2026-11-22T09:30:00Z",
                    "decided_by": None,
                    "decided_at": None,
                    "note": None,
                }
            ]
        }
    )

    id: Annotated[ProposalId, Field(description="Once it is approved, the entry's cause.")]
    customer_id: CustomerId
    state: ProposalState
    points: int
    code: str
    reason: str
    notify: bool
    proposed_by: str
    proposed_at: AwareDatetime
    decided_by: str | None
    decided_at: AwareDatetime | None
    note: Annotated[str | None, Field(description="Of one that was rejected: why.")]

    @classmethod
    def of(cls, proposal: Proposal) -> ProposalView:
        return cls(**{name: getattr(proposal, name) for name in cls.model_fields})
