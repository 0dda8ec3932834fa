"""Decides on messages, sends them once, and lists them.

The message's record is claimed before the call to SES and settled after it. A crash between the two leaves the status
`sending`. The next delivery of the event finds it and changes it to `interrupted`. But the call that made the claim
knows the real result, so its result stands in the end.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from notifications.contacts.items import find_contact, find_recipient
from notifications.contacts.models import Recipient
from notifications.messages.items import Message, find_message, newest_messages
from notifications.messages.models import Due, MessageStatus, MessageView, Outcome, SkipReason
from notifications.messages.rules import gate, is_too_late, is_unproven, may_become_known
from notifications.messages.ses import Mail, MailNotTakenError, MailRefusedError, OutcomeUnknownError, send_mail
from notifications.settings import NotificationsSettings
from notifications.templates.models import WELCOME, Purpose
from notifications.templates.rules import name_to_greet
from notifications.templates.usecases import render_template
from notifications.unsubscribe.usecases import unsubscribe_url
from shared import clock, ids
from shared.errors import NotFoundError
from shared.events.notifications import MessageSent
from shared.http.cursors import Page
from shared.items.table import Delete, LostRaceError, Put, commit, retry_lost_races
from shared.messages.cause import Cause
from shared.runtime.observability import count, logger


class DecidedBeforeError(Exception):
    """The message has a record already."""


class NotKnownYetError(Exception):
    """The recipient is not known yet, but may be known at the next delivery of the event."""


def send_welcome(customer_id: str, registered_at: datetime, cause: Cause) -> None:
    """Send the customer's one welcome mail, if the gate lets it pass."""
    send_once(_welcome(customer_id, registered_at), cause)


def send_waiting_welcome(customer_id: str, registered_at: datetime, cause: Cause) -> None:
    """Send the welcome if it waits, for the verification or for SES, or settle the same call that stopped in between.

    Raises MailNotTakenError.
    """
    message = find_message(_welcome(customer_id, registered_at))
    if message and message.status in {MessageStatus.WAITING, MessageStatus.SENDING}:
        send_once(_welcome(customer_id, registered_at), cause)


def send_once(due: Due, cause: Cause) -> None:
    """Send a due message, or record the reason against it. A second call does nothing, or continues the first.

    Raises MailNotTakenError if SES cannot take the mail now, and NotKnownYetError if the recipient may become known. A
    later call then sends or decides.
    """
    claim = uuid.uuid4().hex
    claimed = retry_lost_races(lambda: _claim(due, claim))
    if claimed:
        _send_claimed(claimed, due, cause)


def list_messages(customer_id: str, limit: int, position: str | None) -> Page[MessageView]:
    """A page of the customer's messages, newest first. Raises NotFoundError for an unknown or erased customer."""
    contact = find_contact(customer_id)
    if contact is None or contact.erased_at is not None:
        raise NotFoundError
    messages, following = newest_messages(customer_id, limit, position)
    return Page.of([message.view() for message in messages], following)


def _welcome(customer_id: str, registered_at: datetime) -> Due:
    return Due(customer_id, WELCOME, "registration", registered_at)


def _claim(due: Due, claim: str) -> Message | None:
    """The message's record, claimed by this call. None if this call has nothing to send."""
    recipient, now = find_recipient(due.customer_id), clock.now()
    reason = _refusal(due, recipient, now)
    if reason is SkipReason.ERASED:
        _forget(due)
        return None
    if may_become_known(recipient, due, now):
        raise NotKnownYetError
    claimed = _write_down(due, claim, reason, now)
    if reason:
        _look_again(due, reason)
    return claimed


def _write_down(due: Due, claim: str, reason: SkipReason | None, now: datetime) -> Message | None:
    """Write the record of the decision, unless the message has one. Returns the record if this call claims it."""
    message = Message.of(due, ids.new_message_id(), now)
    _set(message, _first_outcome(reason))
    message.claim = claim
    try:
        commit(Put(message, error=DecidedBeforeError()))
    except DecidedBeforeError:
        return _take_up(due, claim, reason)
    return _claimed(message)


def _refusal(due: Due, recipient: Recipient, now: datetime) -> SkipReason | None:
    """The reason against sending the message now, or None."""
    late = SkipReason.TOO_LATE if is_too_late(due, now) else None
    opt_in = NotificationsSettings.read().marketing_opt_in
    unproven = SkipReason.UNPROVEN_ADDRESS if is_unproven(recipient, due) else None
    return gate(recipient, due.channel, due.template.purpose, opt_in) or unproven or late


def _take_up(due: Due, claim: str, reason: SkipReason | None) -> Message | None:
    """Continue a message that was decided before. Only a waiting message can still be sent."""
    message = find_message(due)
    if message is None:
        raise LostRaceError
    if message.claim == claim and message.status is not MessageStatus.WAITING:
        return _claimed(message)
    first = _first_outcome(reason)
    if message.status is MessageStatus.SENDING:
        # Its claim is not settled: the function stopped during the call to SES, or is still in it.
        _set(message, Outcome(MessageStatus.INTERRUPTED, "stopped_while_sending"))
    elif message.status is MessageStatus.WAITING and message.reason != first.reason:
        _set(message, first)
        message.claim = claim
    else:
        return None
    commit(Put(message))
    return _claimed(message)


def _claimed(message: Message) -> Message | None:
    if message.status is MessageStatus.SENDING:
        return message
    _report(message)
    return None


def _look_again(due: Due, reason: SkipReason) -> None:
    """Delete the record of a skipped message if its person was erased between the decision and the record.

    Raises LostRaceError if the address that the message waits for was verified in between: whoever heard that did not
    see the record.
    """
    recipient = find_recipient(due.customer_id)
    if recipient.erased:
        _forget(due)
    elif reason is SkipReason.NOT_VERIFIED and recipient.is_verified:
        raise LostRaceError


def _forget(due: Due) -> None:
    """Delete the record of a message to an erased person, such as a claim made during the erasure."""
    if message := find_message(due):
        commit(Delete(message))


def _first_outcome(reason: SkipReason | None) -> Outcome:
    if reason is SkipReason.NOT_VERIFIED:
        return Outcome(MessageStatus.WAITING, reason)
    return Outcome(MessageStatus.SKIPPED, reason) if reason else Outcome(MessageStatus.SENDING)


def _send_claimed(message: Message, due: Due, cause: Cause) -> None:
    try:
        outcome = _try_to_send(due)
    except Exception as error:
        # The mail was certainly not sent. The next delivery may claim it again.
        reason = error.code if isinstance(error, MailNotTakenError) else type(error).__name__
        _settle(message, due, Outcome(MessageStatus.WAITING, reason), cause)
        raise
    _settle(message, due, outcome, cause)


def _try_to_send(due: Due) -> Outcome:
    """The result of the try. Raises only if SES has certainly not taken the mail and may take it later."""
    # Read again under the claim: an opt-out or an erasure since the decision counts.
    recipient = find_recipient(due.customer_id)
    reason = _refusal(due, recipient, clock.now())
    if reason is SkipReason.NOT_VERIFIED:
        # Who verifies it now does not see a message that waits. The event comes again and decides.
        raise MailNotTakenError(reason)
    if reason:
        return Outcome(MessageStatus.SKIPPED, reason)
    try:
        return Outcome(MessageStatus.SENT, provider_id=send_mail(_compose(due, recipient)))
    except MailRefusedError as error:
        return Outcome(MessageStatus.FAILED, error.code)
    except OutcomeUnknownError:
        return Outcome(MessageStatus.INTERRUPTED, "no_answer")


def _compose(due: Due, recipient: Recipient) -> Mail:
    settings = NotificationsSettings.read()
    is_marketing = due.template.purpose is Purpose.MARKETING
    link = unsubscribe_url(due.customer_id, due.channel) if is_marketing else None
    values = {
        **due.values,
        "name": name_to_greet(recipient.first_name),
        "shop_name": settings.shop_name,
        "shop_address": settings.shop_address,
        **({"unsubscribe_url": link} if link else {}),
    }
    return Mail(settings.sender, recipient.address or "", render_template(due.template, values), link)


def _settle(message: Message, due: Due, outcome: Outcome, cause: Cause) -> None:
    """Record the result of this call's claim, over any change that others made meanwhile."""
    try:
        _record(message, outcome, cause)
    except LostRaceError:
        retry_lost_races(lambda: _record(find_message(due), outcome, cause))


def _record(message: Message | None, outcome: Outcome, cause: Cause) -> None:
    if message is None:
        return  # an erasure deleted it meanwhile
    if message.status is outcome.status:
        return  # recorded already: only DynamoDB's answer was lost
    if outcome.reason == SkipReason.ERASED:
        commit(Delete(message))
        return
    _set(message, outcome)
    if outcome.status is MessageStatus.SENT:
        message.sent_at = clock.now()
        message.tell(MessageSent, cause)
    commit(Put(message))
    _report(message)


def _set(message: Message, outcome: Outcome) -> None:
    message.status = outcome.status
    message.reason = outcome.reason
    message.provider_id = outcome.provider_id


def _report(message: Message) -> None:
    """Write a log line and a metric such as `MessagesSent`. The alarms watch the metrics."""
    # The line's own text and the queue's message already use the keys `message` and `message_id`.
    about = {"customer_id": message.customer_id, "record": message.message_id, "reason": message.reason}
    logger.info("message %s", message.status.value, extra=about)
    count(f"Messages{message.status.value.capitalize()}")
