"""The table's base item with every kind of it known, for who reads items of whatever kind."""

# ruff: noqa: F401  # a kind is known once its module is imported

from __future__ import annotations

import loyalty.anchors.items
import loyalty.catalogue.claim_items
import loyalty.catalogue.items
import loyalty.credit.items
import loyalty.earning.items
import loyalty.freezes.items
import loyalty.ledger.items
import loyalty.liability.items
import loyalty.members.items
import loyalty.members.numbers.items
import loyalty.orders.items
import loyalty.points.items
import loyalty.programme.items
import loyalty.proposals.items
import loyalty.transfers.items
from loyalty.table import LoyaltyItem

# A query of a base finds the kinds that are known, and leaves the others out without a word.
AnyItem = LoyaltyItem
