"""What lies between the services: queues with their dead letters, streams, mails."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.harness.house import Message


@dataclass(frozen=True)
class SentMail:
    """A mail that SES took."""

    customer_id: str
    recipient: str
    link: str

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> SentMail:
        """The mail of a call of SendEmail; whom it is for stands in plain sight in its unsubscribe link."""
        headers = {header["Name"]: header["Value"] for header in params["Content"]["Simple"]["Headers"]}
        link = headers["List-Unsubscribe"].strip("<>")
        token = link.rpartition("/")[2]
        # A signature of 32 bytes, then the customer's id and the channel.
        subject = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[32:].decode("ascii")
        return cls(subject.partition(":")[0], params["Destination"]["ToAddresses"][0], link)


@dataclass
class Queue:
    """An inbox and its dead letters. A letter is hidden from those who look, until its moment (seconds)."""

    waiting: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    hidden_until: dict[str, float] = field(default_factory=dict)

    def hand_out(self, params: Mapping[str, Any], now: float) -> dict[str, Any]:
        """ReceiveMessage of the dead letters."""
        visible = [letter for letter in self.dead if self.hidden_until.get(letter.id, 0) <= now]
        handed = visible[: params["MaxNumberOfMessages"]]
        for letter in handed:
            self.hidden_until[letter.id] = now + params["VisibilityTimeout"]
        return {"Messages": [{"MessageId": one.id, "ReceiptHandle": one.id, "Body": one.body} for one in handed]}

    def delete(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """DeleteMessage of a dead letter."""
        self.dead = [letter for letter in self.dead if letter.id != params["ReceiptHandle"]]
        return {}

    def show(self, params: Mapping[str, Any], now: float) -> dict[str, Any]:
        """ChangeMessageVisibility of a dead letter."""
        self.hidden_until[params["ReceiptHandle"]] = now + params["VisibilityTimeout"]
        return {}


@dataclass
class Stream:
    """Records of a table that its relay has not told yet; `late` are those to come after their successors."""

    pending: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)
