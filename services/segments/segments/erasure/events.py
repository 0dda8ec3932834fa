"""The answer to an erasure, built from the tombstone that carries it."""

from __future__ import annotations

from segments.erasure.usecases import KEPT
from segments.features.items import FeatureRow
from shared.erasure import read_answer
from shared.events.privacy import ErasureAnswered
from shared.items.table import Told


def erasure_answered(tombstone: FeatureRow, told: Told) -> ErasureAnswered:
    return read_answer("segments", told, tombstone.erased, [KEPT])
