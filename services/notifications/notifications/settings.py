"""The settings of notifications."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.runtime.settings import Settings


class OptIn(StrEnum):
    """What marketing needs: consent and a verified address, or consent alone."""

    DOUBLE = "double"
    SINGLE = "single"


class NotificationsSettings(Settings):
    """`link_secret_id` names the secret that signs the links in mails. The other fields are the shop's to choose."""

    link_secret_id: str
    sender: Annotated[str, Field(description="The bare address mail is sent from, of an identity verified in SES.")]
    base_url: Annotated[
        str,
        Field(description="Where customers reach the API, without a slash at the end; links in mails start with it."),
    ]
    marketing_opt_in: Annotated[
        OptIn,
        Field(
            description="Marketing mail waits until the address is verified (double), or needs only consent (single)."
        ),
    ] = OptIn.DOUBLE
    shop_name: Annotated[str, Field(description="What mails and pages call the shop.")] = "our shop"
    shop_address: Annotated[
        str,
        Field(description="The shop's postal address, which many laws ask for in marketing mail; empty leaves it out."),
    ] = ""
