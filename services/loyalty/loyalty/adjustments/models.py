"""What the routes of adjustments take."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from loyalty.programme.sections import Slug
from shared.model import Input, Sentence


class NewAdjustment(Input):
    """Points that staff add, or (negative) take."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"points": 100, "code": "goodwill", "reason": "A late delivery"}]},
    )

    points: Annotated[int, Field(ge=-(10**9), le=10**9, description="Not 0; the shop sets a limit.")]
    code: Annotated[Slug, Field(description="One of the programme's reasons.")] = "other"
    reason: Annotated[Sentence, Field(description="The customer can read it.")]
    notify: Annotated[bool, Field(description="Whether the customer is told by mail.")] = True

    @property
    def quiet(self) -> bool | None:
        """How items keep that nobody is to be told: nothing is stored of what is usual."""
        return None if self.notify else True


class Rejection(Input):
    """Why a proposal is rejected."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"note": "Goodwill for a delay is 500 at most"}]})

    note: Annotated[Sentence, Field(description="For staff; the customer is not told.")]
