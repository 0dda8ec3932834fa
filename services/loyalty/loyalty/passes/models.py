"""What the routes of passes answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from shared.model import ApiModel


class GooglePassView(ApiModel):
    """A pass for Google Wallet, to be saved by whoever opens its link."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "save_url": "https://pay.google.com/gp/v/save/eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJ3YWxsZXQifQ.c2ln",
                    "object_id": "3388000000012345678.402938475611",
                }
            ]
        }
    )

    save_url: Annotated[
        str,
        Field(
            pattern=r"^https://pay\.google\.com/gp/v/save/[A-Za-z0-9_.-]+$",
            description="For the button `Add to Google Wallet`. It holds the card: show it to nobody but the customer.",
        ),
    ]
    object_id: Annotated[
        str,
        Field(pattern=r"^[0-9]{1,20}\.[A-Z0-9-]{4,32}$", description="Google's id of the pass, for Google's own API."),
    ]
