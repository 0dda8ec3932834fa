"""The events of store credit, built from the items that carry them."""

from __future__ import annotations

from datetime import date
from typing import Any

from loyalty.credit.items import CreditAccount, currency_of
from loyalty.ledger.items import Entry
from shared.events.loyalty import (
    CreditExpired,
    CreditExpiring,
    CreditIssued,
    CreditRestored,
    CreditRevoked,
    CreditSpent,
)
from shared.items.table import Told


def credit_expired(entry: Entry, _: Told) -> CreditExpired:
    return CreditExpired(**_credit_posted(entry))


def credit_expiring(account: CreditAccount, told: Told) -> CreditExpiring:
    on, amount, days = (told.about or "").split("/")
    return CreditExpiring(
        customer_id=account.customer_id,
        amount=int(amount),
        currency=account.currency,
        on=date.fromisoformat(on),
        days=int(days),
    )


def credit_issued(entry: Entry, _: Told) -> CreditIssued:
    return CreditIssued(**_credit_posted(entry), expires_on=entry.last_day_given, notify=not entry.fact("quiet"))


def credit_restored(entry: Entry, _: Told) -> CreditRestored:
    return CreditRestored(**_credit_posted(entry))


def credit_revoked(entry: Entry, _: Told) -> CreditRevoked:
    return CreditRevoked(**_credit_posted(entry))


def credit_spent(entry: Entry, _: Told) -> CreditSpent:
    return CreditSpent(**_credit_posted(entry), order_id=entry.fact("order"))


def _credit_posted(entry: Entry) -> dict[str, Any]:
    return {
        "customer_id": entry.customer_id,
        "entry": entry.seq,
        "amount": entry.amount,
        "balance": entry.after.balance,
        "currency": currency_of(entry),
        "cause": entry.cause,
    }
