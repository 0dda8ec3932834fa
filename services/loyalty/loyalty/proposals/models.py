"""How proposals are shown."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from loyalty.proposals.items import Proposal, ProposalState
from shared.ids import ULID_PATTERN, CustomerId
from shared.model import ApiModel

ProposalId = Annotated[str, StringConstraints(pattern=rf"^adj_{ULID_PATTERN}$")]


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
