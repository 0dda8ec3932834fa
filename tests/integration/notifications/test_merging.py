"""A merged customer is forgotten, and the survivor's contact stays."""

from __future__ import annotations

from notifications.contacts.items import find_contact
from shared.events.customers import CustomersMerged
from tests.harness.heard import house_event
from tests.harness.orders import NOON
from tests.integration.notifications.post import ADDRESS
from tests.integration.notifications.stage import ADA, BEN, consent, consent_changed, hear, registered, stored, told


def test_the_merged_contact_goes_and_comes_back_by_no_late_event() -> None:
    hear(consent_changed(consent()), registered(customer_id=BEN))
    merged = house_event(CustomersMerged(customer_id=BEN, merged_id=ADA, merged_at=NOON))
    hear(merged, merged, consent_changed(consent(granted=False)))
    gone, stays = find_contact(ADA), find_contact(BEN)
    assert gone
    assert stays
    assert (gone.erased_at, list(gone.decisions), stays.email, stays.erased_at) == (NOON, [], ADDRESS, None)
    assert ADDRESS in stored()
    assert told("ErasureAnswered") == []
