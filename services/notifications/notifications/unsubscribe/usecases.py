"""Unsubscribes by the link in a mail. Scanners open links, so opening changes nothing. A POST acts (RFC 8058)."""

from __future__ import annotations

from http import HTTPStatus

from notifications.contacts.usecases import withdraw_consent
from notifications.settings import NotificationsSettings
from notifications.unsubscribe import pages, rules
from shared.events.customers import Channel
from shared.http.replies import Html
from shared.messages.cause import Cause
from shared.runtime.aws import secret


def unsubscribe_url(customer_id: str, channel: Channel) -> str:
    """The link by which the customer unsubscribes from the channel without logging in."""
    settings = NotificationsSettings.read()
    return f"{settings.base_url}/unsubscribe/{rules.make_token(_key(), customer_id, channel)}"


def show_unsubscribe(token: str) -> Html:
    """The page that asks, or a 404 page for an invalid token."""
    if rules.read_token(_key(), token) is None:
        return Html(pages.unknown_page(), HTTPStatus.NOT_FOUND)
    return Html(pages.ask_page(NotificationsSettings.read().shop_name))


def unsubscribe(token: str, correlation_id: str) -> Html:
    """Withdraw the consent that the token names. A repetition, and an erased person, give the same page."""
    read = rules.read_token(_key(), token)
    if read is None:
        return Html(pages.unknown_page(), HTTPStatus.NOT_FOUND)
    customer_id, channel = read
    withdraw_consent(customer_id, channel, Cause(f"customer:{customer_id}", correlation_id))
    return Html(pages.done_page(NotificationsSettings.read().shop_name))


def _key() -> bytes:
    return secret(NotificationsSettings.read().link_secret_id)
