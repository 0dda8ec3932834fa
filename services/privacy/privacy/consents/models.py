"""Consents as callers see them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from shared.events.customers import Channel, Consent
from shared.http.cursors import Page
from shared.model import Input


class How(StrEnum):
    """How a person gave or withdrew a consent."""

    REGISTRATION = "registration"
    UNSUBSCRIBE_LINK = "unsubscribe_link"
    ACCOUNT = "account"  # by themselves, logged in
    STOREFRONT = "storefront"  # by the shop's own pages, a cookie banner or a checkout
    STAFF = "staff"  # told to support, who entered it


class NewConsent(Input):
    """A person's word, given now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"channel": "email", "granted": False}]})

    channel: Channel
    granted: bool


class LoggedConsent(Consent):
    """One entry of the log: what was decided, when and how, and who entered it.

    `caused_by` is the event that it came from; a call has an id of its own.
    """

    how: How
    entered_by: Annotated[str, Field(description="Customers are not told the names of staff.")]
    caused_by: str
    logged_at: AwareDatetime


class ConsentsPage(Page[LoggedConsent]):
    """What stands by channel now, and the log that it follows from, newest first. No word by a channel is no consent.

    `erased_at` is set when the person was erased: nothing stands, and the log is proof of what stood.
    """

    current: list[Consent] = Field(default_factory=list)
    erased_at: AwareDatetime | None = None
