"""What a refund leaves of what an order earned."""

from __future__ import annotations


def taken_back_target(earned: int, total: int, refunded: int) -> int:
    """How many of `earned` points must be taken back when `refunded` of `total` (minor units) was given back.

    What stays is the part of the money that stays, rounded down; a whole refund leaves nothing.
    """
    stays = max(total - refunded, 0)
    return earned - (earned * stays // total if total else 0)
