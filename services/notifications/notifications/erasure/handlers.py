"""Events about erasure."""

from __future__ import annotations

from notifications.erasure.usecases import erase_customer
from shared.events.privacy import ErasureRequested
from shared.messages.inbox import Heard


def hear_erasure_requested(heard: Heard[ErasureRequested]) -> None:
    """Erase the contact and the messages, and answer."""
    erase_customer(heard.data, heard.cause)
