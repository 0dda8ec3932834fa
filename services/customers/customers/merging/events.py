"""The events of merging, built from the items that carry them."""

from __future__ import annotations

from customers.accounts.items import MergedProfile
from shared.events.customers import CustomersMerged
from shared.items.table import Told


def customers_merged(merged: MergedProfile, _: Told) -> CustomersMerged:
    """The merge that the merged guest's item carries."""
    return CustomersMerged(customer_id=merged.merged_into, merged_id=merged.customer_id, merged_at=merged.merged_at)
