"""Guests who turn out to be customers."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract

CONTRACT: Final = Contract(hears={"CustomersMerged": "hear_customers_merged"}, tells=("CustomersMerged",))
