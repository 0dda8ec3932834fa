"""The answer to an erasure, built from the tombstone that carries it."""

from __future__ import annotations

from notifications.contacts.items import Contact
from notifications.erasure.usecases import KEPT
from shared.erasure import read_answer
from shared.events.privacy import ErasureAnswered
from shared.items.table import Told


def erasure_answered(tombstone: Contact, told: Told) -> ErasureAnswered:
    return read_answer("notifications", told, tombstone.erased, [KEPT])
