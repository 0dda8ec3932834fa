"""What lies between the services: queues with their dead letters, streams, mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.harness.aws.carriage import Message


@dataclass(frozen=True)
class SentMail:
    """A mail that SES took. `link` is the way out of what needs consent."""

    customer_id: str
    template: str
    occasion: str
    recipient: str
    link: str | None

    @classmethod
    def of(cls, params: Mapping[str, Any], claim: Mapping[str, Any]) -> SentMail:
        """The mail of a call of SendEmail, under the record that was claimed for it."""
        headers = {header["Name"]: header["Value"] for header in params["Content"]["Simple"]["Headers"]}
        link = headers["List-Unsubscribe"].strip("<>") if headers else None
        who, template, occasion = (claim[name]["S"] for name in ("customer_id", "template", "occasion"))
        return cls(who, template, occasion, params["Destination"]["ToAddresses"][0], link)

    @property
    def cause(self) -> tuple[str, str]:
        """What it may be sent for once."""
        return self.customer_id, self.occasion


@dataclass
class Queue:
    """An inbox and its dead letters. A letter is hidden from those who look, until its moment (seconds)."""

    waiting: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    hidden_until: dict[str, float] = field(default_factory=dict)

    def answer(self, operation: str, params: Mapping[str, Any], now: float) -> dict[str, Any]:
        """What SQS says to a call about the dead letters."""
        match operation:
            case "ReceiveMessage":
                return self.hand_out(params, now)
            case "DeleteMessage":
                return self.delete(params)
            case "ChangeMessageVisibility":
                return self.show(params, now)
            case _:
                return self.count(now)

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

    def count(self, now: float) -> dict[str, Any]:
        """GetQueueAttributes of the dead letters."""
        hidden = sum(self.hidden_until.get(letter.id, 0) > now for letter in self.dead)
        counts = {
            "ApproximateNumberOfMessages": str(len(self.dead) - hidden),
            "ApproximateNumberOfMessagesNotVisible": str(hidden),
        }
        return {"Attributes": counts}


@dataclass
class Stream:
    """Records of a table that its relay has not told yet; `late` are those to come after their successors."""

    pending: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)
