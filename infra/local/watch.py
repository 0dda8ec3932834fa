"""Looks on while a stage on the local cloud works: what its services tell, and when all of it is settled.

An event is known from the item that carries it as soon as it is written, by the table's stream; that it was told is
known from the bus. In between it lies nowhere that could be counted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from infra.deploy import Deployment
from shared.services import SERVICES

# A batch takes a second at worst; what fails is handed out again after three minutes, and is stuck.
PATIENCE_SECONDS: Final = 150
_PAUSE_SECONDS: Final = 0.05
_COUNTS: Final = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


class UnsettledError(Exception):
    """The services did not come to rest; the message says what is left."""


@dataclass
class Watch:
    """What was told since it began, kept until it is taken."""

    sqs: Any
    streams: Any
    queue: str
    inboxes: dict[str, str]
    # By stream: where to read on.
    places: dict[str, str]
    carried: set[str] = field(default_factory=set)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take_settled(self) -> list[dict[str, Any]]:
        """Waits until nothing is under way; the events told since the last time, as they lay on the bus.

        Raises UnsettledError when that takes too long.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (self._is_quiet() and self._is_quiet()):
            if time.monotonic() > deadline:
                waiting = [service for service, url in self.inboxes.items() if self._waiting(url)]
                untold = len(self.carried - self.told.keys())
                raise UnsettledError(f"{untold} events are untold; in work still: {', '.join(waiting) or 'none'}")
            time.sleep(_PAUSE_SECONDS)
        taken = list(self.told.values())
        self.carried.clear()
        self.told.clear()
        return taken

    def _is_quiet(self) -> bool:
        """Whether nothing waits and nothing was written since the last look; in the order in which work moves on."""
        self._hear()
        waiting = any(self._waiting(url) for url in self.inboxes.values())
        wrote = [self._follow(stream) for stream in self.places]
        return not waiting and not any(wrote) and self.carried <= self.told.keys()

    def _waiting(self, url: str) -> int:
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_COUNTS)["Attributes"]
        return sum(int(attributes[name]) for name in _COUNTS)

    def _hear(self) -> None:
        while found := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in found:
                event = json.loads(message["Body"])
                self.told[event["detail"]["metadata"]["event_id"]] = event
            entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(found)]
            self.sqs.delete_message_batch(QueueUrl=self.queue, Entries=entries)

    def _follow(self, stream: str) -> bool:
        """Notes the events that new records of a stream carry; whether there were any records."""
        answer = self.streams.get_records(ShardIterator=self.places[stream])
        self.places[stream] = answer["NextShardIterator"]
        for record in answer["Records"]:
            image = record["dynamodb"].get("NewImage", {})
            # A deletion's image is the old one, and what it carries is told already.
            if "outbox" in image and record["eventName"] != "REMOVE":
                self.carried |= {one["M"]["id"]["S"] for one in image["events"]["L"]}
        return bool(answer["Records"])


@contextmanager
def watch(deployment: Deployment, inboxes: dict[str, str]) -> Iterator[Watch]:
    """Looks on from now until the context ends, with a queue of its own on the bus; `inboxes` are URLs by service."""
    sqs, events = _client(deployment, "sqs"), _client(deployment, "events")
    queue = sqs.create_queue(QueueName=f"regulars-{deployment.stage}-watch")["QueueUrl"]
    rule = {"Name": f"regulars-{deployment.stage}-watch", "EventBusName": f"regulars-{deployment.stage}"}
    try:
        sqs.purge_queue(QueueUrl=queue)
        _listen(sqs, events, queue, rule)
        yield Watch(sqs, _client(deployment, "dynamodbstreams"), queue, inboxes, _places(deployment))
    finally:
        events.remove_targets(Rule=rule["Name"], EventBusName=rule["EventBusName"], Ids=["watch"])
        events.delete_rule(**rule)
        sqs.delete_queue(QueueUrl=queue)


def _listen(sqs: Any, events: Any, queue: str, rule: dict[str, str]) -> None:
    """Has the bus copy every event of the house to the queue."""
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": [f"regulars.{service}" for service in SERVICES]}
    rule_arn = events.put_rule(**rule, EventPattern=json.dumps(pattern))["RuleArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    targets = [{"Id": "watch", "Arn": arn}]
    events.put_targets(Rule=rule["Name"], EventBusName=rule["EventBusName"], Targets=targets)


def _places(deployment: Deployment) -> dict[str, str]:
    """The end of each table's stream."""
    dynamodb, streams = _client(deployment, "dynamodb"), _client(deployment, "dynamodbstreams")
    places = {}
    for service in SERVICES:
        table = f"regulars-{deployment.stage}-{service}"
        arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        # The local cloud keeps a stream in one shard.
        shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][-1]["ShardId"]
        end = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="LATEST")
        places[arn] = end["ShardIterator"]
    return places


def _client(deployment: Deployment, service: str) -> Any:
    return deployment.session.client(service, region_name=deployment.region, endpoint_url=deployment.endpoint)  # type: ignore[call-overload]
