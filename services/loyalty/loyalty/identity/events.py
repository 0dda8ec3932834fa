"""The answer to an erasure, built from the tombstone that carries it."""

from __future__ import annotations

from loyalty.identity.erasure import erased_of, kept_of
from loyalty.points.items import PointsAccount
from shared.erasure import read_answer
from shared.events.privacy import ErasureAnswered
from shared.items.table import Told


def erasure_answered(tombstone: PointsAccount, told: Told) -> ErasureAnswered:
    return read_answer("loyalty", told, erased_of(tombstone), kept_of(tombstone))
