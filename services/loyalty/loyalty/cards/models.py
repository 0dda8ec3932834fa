"""What the card's route answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from shared.events import Tier
from shared.ids import CustomerId
from shared.model import ApiModel


class CardView(ApiModel):
    """A customer's card, and how its account stands."""

    customer_id: CustomerId
    number: Annotated[str, Field(description="Twelve digits with a Luhn check digit.", examples=["402938475612"])]
    tier: Tier
    balance: int
    issued_at: AwareDatetime
    member_since: AwareDatetime
