"""Events about erasure: privacy erases what it keeps itself, and hears what the other services answer."""

from __future__ import annotations

from privacy.erasure import usecases as erasure
from shared.events.customers import CustomersMerged
from shared.events.privacy import ErasureAnswered, ErasureRequested
from shared.messages.inbox import Heard


def hear_erasure_requested(heard: Heard[ErasureRequested]) -> None:
    """Erase what privacy keeps; it is waited for like every other service."""
    erasure.erase_customer(heard.data, heard.cause)


def hear_erasure_answered(heard: Heard[ErasureAnswered]) -> None:
    """Keep what a service answered."""
    erasure.hear_answer(heard)


def hear_customers_merged(heard: Heard[CustomersMerged]) -> None:
    """Let the merged id lead to the survivor, and forget what stood under it."""
    erasure.forget_merged(heard.data)
