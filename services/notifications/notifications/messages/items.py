"""One record a message, in the customer's partition.

The key is made of the occasion alone, its time first: so a message that is due twice meets its own record, and a query
of the partition lists a customer's messages newest first without an index.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from pynamodb.attributes import UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import UnicodeEnumAttribute

from notifications.messages.models import Due, MessageStatus, MessageView
from notifications.table import NotificationsItem
from shared.events.customers import Channel
from shared.http.cursors import invalid_cursor
from shared.items.keys import customer_partition
from shared.items.personal import DROP, Export, personal, plain
from shared.items.table import find

PREFIX: Final = "MESSAGE#"


class Message(NotificationsItem, discriminator="message"):
    """`CUSTOMER#<id>` / `MESSAGE#<time of the occasion>#<occasion>#<channel>`."""

    customer_id = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT)
    message_id = personal(UnicodeAttribute(), "user.content.private", DROP)
    template = personal(UnicodeAttribute(), "user.content.private", DROP)
    channel = personal(UnicodeEnumAttribute(Channel), "user.content.private", DROP)
    occasion = personal(UnicodeAttribute(), "user.content.private", DROP)
    status = personal(UnicodeEnumAttribute(MessageStatus), "user.content.private", DROP)
    # Which call is sending it, or was the last to: DynamoDB's answer may be lost, and the call meets its own claim.
    claim = plain(UnicodeAttribute())
    reason = personal(UnicodeAttribute(null=True), "user.content.private", DROP)
    created_at = personal(UTCDateTimeAttribute(), "user.content.private", DROP)
    sent_at = personal(UTCDateTimeAttribute(null=True), "user.content.private", DROP)
    provider_id = personal(UnicodeAttribute(null=True), "user.content.private", DROP, export=Export.LEFT_OUT)

    @classmethod
    def of(cls, due: Due, message_id: str, created_at: datetime) -> Message:
        """The record of a message that is due; its status is still to be set."""
        return cls(
            customer_partition(due.customer_id),
            _sort_key(due),
            customer_id=due.customer_id,
            message_id=message_id,
            template=due.template.name,
            channel=due.channel,
            occasion=due.occasion,
            created_at=created_at,
        )

    def view(self) -> MessageView:
        """The message as callers see it."""
        return MessageView(
            id=self.message_id,
            template=self.template,
            channel=self.channel,
            occasion=self.occasion,
            status=self.status,
            reason=self.reason,
            created_at=self.created_at,
            sent_at=self.sent_at,
        )


def find_message(due: Due) -> Message | None:
    """The record of a message that is due, as it is now, or None when nothing was decided about it yet."""
    return find(Message, customer_partition(due.customer_id), _sort_key(due))


def newest_messages(customer_id: str, limit: int, position: str | None) -> tuple[list[Message], str | None]:
    """A customer's messages, newest first, and where the next page begins. Raises InvalidError for no such place."""
    pk = customer_partition(customer_id)
    found = Message.query(
        pk,
        Message.sk.startswith(PREFIX),
        scan_index_forward=False,
        limit=limit + 1,  # one more than asked for shows whether there is a next page
        last_evaluated_key=_start_key(pk, position) if position is not None else None,
    )
    messages = list(found)
    page = messages[:limit]
    return page, page[-1].sk if len(messages) > limit else None


def _sort_key(due: Due) -> str:
    return f"{PREFIX}{due.occasion_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}#{due.occasion}#{due.channel}"


def _start_key(pk: str, sk: str) -> dict[str, dict[str, Any]]:
    if not sk.startswith(PREFIX):
        raise invalid_cursor()
    return {"pk": {"S": pk}, "sk": {"S": sk}}
