"""The answer to an erasure, built from the tombstone that carries it."""

from __future__ import annotations

from notifications.contacts.items import Contact
from notifications.erasure.usecases import KEPT
from shared.events.privacy import ErasureAnswered
from shared.table import Told


def erasure_answered(tombstone: Contact, told: Told) -> ErasureAnswered:
    return ErasureAnswered(
        request_id=told.about or "",
        customer_id=tombstone.customer_id,
        service="notifications",
        erased=tombstone.erased_counts or {},
        kept=[KEPT],
        answered_at=tombstone.answered_at or told.at,
    )
