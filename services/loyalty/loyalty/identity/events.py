"""The answer to an erasure, built from the account that carries it."""

from __future__ import annotations

from loyalty.identity.erasure import erased_of, kept_of
from loyalty.points.items import PointsAccount
from shared.events.privacy import ErasureAnswered
from shared.table import Told


def erasure_answered(account: PointsAccount, told: Told) -> ErasureAnswered:
    request_id, _, customer_id = (told.about or "").partition("/")
    return ErasureAnswered(
        request_id=request_id,
        customer_id=customer_id or account.customer_id,
        service="loyalty",
        erased=erased_of(account),
        kept=kept_of(account),
        answered_at=told.at,
    )
