"""The events of freezes, built from the acts that carry them."""

from __future__ import annotations

from loyalty.freezes.items import FreezeAct
from shared.events.loyalty import AccountFrozen, AccountUnfrozen, FreezeReason
from shared.items.table import Told


def account_frozen(act: FreezeAct, _: Told) -> AccountFrozen:
    return AccountFrozen(customer_id=act.customer_id, reason=act.reason or FreezeReason.OTHER)


def account_unfrozen(act: FreezeAct, _: Told) -> AccountUnfrozen:
    return AccountUnfrozen(customer_id=act.customer_id)
