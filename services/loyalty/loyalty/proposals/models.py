"""How proposals are shown."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from loyalty.proposals.items import Proposal, ProposalKind, ProposalState
from shared.ids import ULID_PATTERN, CustomerId
from shared.model import ApiModel
from shared.money import CurrencyCode

ProposalId = Annotated[str, StringConstraints(pattern=rf"^adj_{ULID_PATTERN}$")]


class ProposalView(ApiModel):
    """Points or store credit that a second person must approve, because of their size. Until then nothing is posted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "adj_01JZ0000000000000000000000",
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "kind": "points",
                    "state": "proposed",
                    "points": 25000,
                    "amount": None,
                    "currency": None,
                    "expires_on": None,
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

    id: Annotated[
        ProposalId,
        Field(description="Once it is approved, the entry's cause; of credit with `crd_` in place of `adj_`."),
    ]
    customer_id: CustomerId
    kind: ProposalKind
    state: ProposalState
    points: Annotated[int | None, Field(description="Of points: so many are given, or (negative) taken.")]
    amount: Annotated[
        int | None, Field(description="Of credit: so much is given, or (negative) taken, in the currency's minor unit.")
    ]
    currency: Annotated[CurrencyCode | None, Field(description="Of credit.")]
    expires_on: Annotated[date | None, Field(description="Of credit that is given: its last day, if one was named.")]
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
        same = {name: getattr(proposal, name) for name in cls.model_fields if name != "kind"}
        # The item's own `kind` is that of all items.
        return cls(kind=proposal.value_kind, **same)
