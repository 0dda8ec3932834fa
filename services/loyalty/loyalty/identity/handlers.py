"""Events of identity: each calls one use case."""

from __future__ import annotations

from loyalty.identity.erasure import erase_customer
from loyalty.identity.merge import merge_customers
from shared.events.customers import CustomersMerged
from shared.events.privacy import ErasureRequested
from shared.messages.inbox import Heard


def hear_customers_merged(heard: Heard[CustomersMerged]) -> None:
    """Give the survivor all that the merged customer had."""
    merge_customers(heard.data, heard.cause)


def hear_erasure_requested(heard: Heard[ErasureRequested]) -> None:
    """Erase the person and answer."""
    erase_customer(heard.data, heard.cause)
