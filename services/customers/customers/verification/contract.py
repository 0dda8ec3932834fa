"""What follows once a customer's e-mail is verified."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract

CONTRACT: Final = Contract(hears={"CustomerUpdated": "hear_customer_updated"})
