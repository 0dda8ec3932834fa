"""The events of consents, built from the items that carry them."""

from __future__ import annotations

from privacy.consents.store import ConsentEntry
from shared.events.customers import Consent
from shared.events.privacy import ConsentChanged
from shared.items.table import Told


def consent_changed(entry: ConsentEntry, _: Told) -> ConsentChanged:
    consent = Consent(channel=entry.channel, granted=entry.granted, decided_at=entry.decided_at)
    return ConsentChanged(customer_id=entry.customer_id, consent=consent)
