"""Watches a stage on the local cloud: the events that its services tell, and whether all work is settled.

The table's stream shows each event when its item is written. The bus shows each event when it is told. Between the two
no queue holds the event, so nothing could count it there.
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

# A batch takes at most a second. A failed message comes again only after three minutes, and counts as stuck here.
PATIENCE_SECONDS: Final = 150
_PAUSE_SECONDS: Final = 0.05
_COUNTS: Final = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


class UnsettledError(Exception):
    """The services did not settle. The message names the work that is left."""


@dataclass
class Watch:
    """Collects the events told since the start of the watch, until `take_settled` takes them."""

    sqs: Any
    streams: Any
    queue: str
    inboxes: dict[str, str]
    # The next position to read, by stream.
    places: dict[str, str]
    carried: set[str] = field(default_factory=set)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take_settled(self) -> list[dict[str, Any]]:
        """Wait until all work is settled. Returns the events told since the last call, in their form on the bus.

        Raises UnsettledError after PATIENCE_SECONDS.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (self._is_quiet() and self._is_quiet()):
            if time.monotonic() > deadline:
                waiting = [service for service, url in self.inboxes.items() if self._waiting(url)]
                untold = len(self.carried - self.told.keys())
                busy = f"These services are still busy: {', '.join(waiting)}." if waiting else "No inbox is busy."
                raise UnsettledError(f"{untold} events are not told yet. {busy}")
            time.sleep(_PAUSE_SECONDS)
        taken = list(self.told.values())
        self.carried.clear()
        self.told.clear()
        return taken

    def _is_quiet(self) -> bool:
        """Whether no message waits and no item was written since the last look. Looks in the order of the work."""
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
        """Note the events of new records of a stream. Returns whether there were any records."""
        answer = self.streams.get_records(ShardIterator=self.places[stream])
        self.places[stream] = answer["NextShardIterator"]
        for record in answer["Records"]:
            image = record["dynamodb"].get("NewImage", {})
            # The image of a deletion is the old one, and its events are told already.
            if "outbox" in image and record["eventName"] != "REMOVE":
                self.carried |= {one["M"]["id"]["S"] for one in image["events"]["L"]}
        return bool(answer["Records"])


@contextmanager
def watch(deployment: Deployment, inboxes: dict[str, str]) -> Iterator[Watch]:
    """Watch until the context ends, through a queue of its own on the bus. `inboxes` are queue URLs by service."""
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
