"""Events about merged customers."""

from __future__ import annotations

from customers.merging.usecases import move_past
from shared.events.customers import CustomersMerged
from shared.messages.inbox import Heard


def hear_customers_merged(heard: Heard[CustomersMerged]) -> None:
    """Give the merged guest's orders and reviews to the survivor, and tell the orders again."""
    move_past(heard.data.merged_id, heard.cause)
