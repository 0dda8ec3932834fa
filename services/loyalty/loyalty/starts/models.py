"""What a card may start with, as staff write it and as it is answered."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field

from loyalty.adjustments.models import NewAdjustment
from loyalty.proposals.models import ProposalId
from loyalty.tiers.models import NewGivenTier
from shared.events.loyalty import TierId
from shared.model import ApiModel, Input


class StartingPoints(NewAdjustment):
    """Points that a card starts with: an adjustment like any other, under the same limits."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"points": 500, "code": "other", "reason": "From your former card"}]},
    )

    points: Annotated[int, Field(ge=1, le=10**9, description="The shop sets a limit.")]


class StartingTier(NewGivenTier):
    """A tier that a card starts with: a given one, until the end of a day. A better one that was given stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"tier": "gold", "until": "2027-03-31", "reason": "From your former card"}]}
    )

    tier: TierId
    until: Annotated[date, Field(description="The last day, in the shop's time zone.")]


class Start(Input):
    """What a card starts with, beside what its customer has already. By default nothing."""

    starting_points: StartingPoints | None = None
    starting_tier: StartingTier | None = None


class StartedPoints(ApiModel):
    """What became of starting points: they are in the ledger, or a second person must approve them first."""

    points: int
    entry: Annotated[int | None, Field(description="Their number in the ledger; null while nobody has approved them.")]
    proposal_id: Annotated[
        ProposalId | None, Field(description="What somebody else must approve; null if that was not needed.")
    ]
