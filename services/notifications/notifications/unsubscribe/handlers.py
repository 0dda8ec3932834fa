"""Requests of the unsubscribe page."""

from __future__ import annotations

from notifications.unsubscribe import usecases as unsubscribing
from shared.http import Html, Request


def show_unsubscribe(request: Request, token: str) -> Html:
    """Show the page that asks whether to unsubscribe; changes nothing."""
    return unsubscribing.show_unsubscribe(token)


def look_at_unsubscribe(request: Request, token: str) -> Html:
    """The headers of the page alone, as scanners of links ask for them."""
    return unsubscribing.show_unsubscribe(token)


def unsubscribe(request: Request, token: str, body: bytes) -> Html:
    """Unsubscribe, at once: one click in the mail program, or the button of the page."""
    return unsubscribing.unsubscribe(token, request.cause.correlation_id)
