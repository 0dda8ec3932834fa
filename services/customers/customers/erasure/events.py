"""The answer to an erasure, built from the tombstone that carries it."""

from __future__ import annotations

from customers.accounts.items import ProfileTombstone
from customers.erasure.usecases import kept_of
from shared.erasure import read_answer
from shared.events.privacy import ErasureAnswered
from shared.items.table import Told


def erasure_answered(tombstone: ProfileTombstone, told: Told) -> ErasureAnswered:
    return read_answer("customers", told, tombstone.erased, kept_of(tombstone))
