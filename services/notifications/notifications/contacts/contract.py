"""Contacts: whom mail reaches, and what they agreed to."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract

CONTRACT: Final = Contract(
    hears={"ConsentChanged": "hear_consent_changed", "CustomerUnknown": "hear_customer_unknown"},
    tells=("Unsubscribed",),
)
