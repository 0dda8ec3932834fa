"""Mails that go twice, or to whom they may not."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from notifications.messages import usecases as messages
from notifications.messages.models import MessageStatus
from shared.items.table import Put, commit
from tests.simulation.bugs.planting import Replaced, bug


@bug("A message whose sending was interrupted is sent again")
def message_sent_again() -> Replaced:
    take_up = messages._take_up

    def again(due: Any, claim: str, reason: Any) -> Any:
        message = messages.find_message(due)
        if message is not None and message.status is MessageStatus.SENDING and not reason:
            message.claim = claim
            commit(Put(message))
            return message
        return take_up(due, claim, reason)

    return [(messages, "_take_up", again)]


@bug("A message is sent before there is a record of it")
def sent_before_claimed() -> Replaced:
    send_once = messages.send_once

    def early(due: Any, cause: Any) -> None:
        recipient = messages.find_recipient(due.customer_id)
        if messages.find_message(due) is None and not messages._refusal(due, recipient, due.occasion_at):
            messages.send_mail(messages._compose(due, recipient))
            with patch.object(messages, "send_mail", lambda _: "sent"):
                return send_once(due, cause)
        return send_once(due, cause)

    return [(messages, "send_once", early)]


@bug("Consent is not asked for")
def gate_left_open() -> Replaced:
    gate = messages.gate

    def lenient(recipient: Any, channel: Any, purpose: Any, opt_in: Any) -> Any:
        reason = gate(recipient, channel, purpose, opt_in)
        return None if reason == "no_consent" else reason

    return [(messages, "gate", lenient)]


@bug("Marketing does not wait until the address is verified")
def gate_open_to_strangers() -> Replaced:
    gate = messages.gate

    def lenient(recipient: Any, channel: Any, purpose: Any, opt_in: Any) -> Any:
        reason = gate(recipient, channel, purpose, opt_in)
        return None if reason == "not_verified" else reason

    return [(messages, "gate", lenient)]


@bug("A welcome that waits is forgotten once the address is verified")
def welcome_waits_for_ever() -> Replaced:
    return [(messages, "send_waiting_welcome", lambda *_: None)]


@bug("A warning of points that end is mailed however late it is heard")
def warning_after_its_day() -> Replaced:
    return [(messages, "is_too_late", lambda *_: False)]
