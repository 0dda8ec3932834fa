"""The events of transfers, built from the items that carry them."""

from __future__ import annotations

from loyalty.settings import LoyaltySettings
from loyalty.transfers.items import Transfer
from loyalty.transfers.rules import code_of
from shared import clock
from shared.events.loyalty import TransferRequested
from shared.items.table import Told
from shared.runtime.aws import secret


def transfer_requested(transfer: Transfer, _: Told) -> TransferRequested:
    """With the code, while it confirms anything. Whoever republishes events has no secret and tells none."""
    secret_id = LoyaltySettings.read().transfer_secret_id
    is_open = secret_id and clock.now() < transfer.code_ends_at
    return TransferRequested(
        customer_id=transfer.customer_id,
        transfer_id=transfer.id,
        points=transfer.points,
        code=code_of(secret(secret_id), transfer.id) if is_open else None,
        expires_at=transfer.code_ends_at,
    )
