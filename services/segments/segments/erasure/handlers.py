"""Events about erasure."""

from __future__ import annotations

from segments.erasure.usecases import erase_customer, forget_merged
from shared.events.customers import CustomersMerged
from shared.events.privacy import ErasureRequested
from shared.messages.inbox import Heard


def hear_erasure_requested(heard: Heard[ErasureRequested]) -> None:
    """Erase the customer's row and memberships, and answer."""
    erase_customer(heard.data, heard.cause)


def hear_customers_merged(heard: Heard[CustomersMerged]) -> None:
    """Forget the merged customer; the survivor stays as it is."""
    forget_merged(heard.data.merged_id)
