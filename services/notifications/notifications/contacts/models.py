"""A contact in the form that decisions use."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events.customers import Channel, Consent, CustomerStatus


@dataclass(frozen=True)
class Recipient:
    """The recipient of a message, as known at one moment. Without `address` and `status` only a consent is known."""

    customer_id: str
    address: str | None = None
    is_verified: bool = False
    first_name: str | None = None
    locale: str | None = None
    status: CustomerStatus | None = None
    consents: tuple[Consent, ...] = ()
    erased: bool = False

    def consents_to(self, channel: Channel) -> bool:
        """Whether marketing by this channel is granted. A missing decision is a refusal."""
        return any(consent.granted for consent in self.consents if consent.channel is channel)
