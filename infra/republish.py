"""Tells the events again that a stream outage lost: events since a given time that items still carry.

A relay that gives up a record leaves the record's position in the queue `…-untold`. An item carries its events until
its next write. An event that was told already comes again under its own id, and every inbox allows for that.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.console import console, fail
from infra.deploy import Deployment
from infra.local.state import local_deployment
from shared.services import SERVICES

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

    from shared.messages.outbox import Relay


class NotTakenError(Exception):
    """The bus refused events. Nothing is lost, and another run is safe."""


def republish(deployment: Deployment, service: str, since: datetime) -> int:
    """Tell every event of the service's table again that happened at `since` or later. Returns their number.

    Reads the whole table. Raises NotTakenError when the bus refuses an event.
    """
    relay = _relay(service, f"regulars-{deployment.stage}")
    bus = deployment.session.client("events", region_name=deployment.region, endpoint_url=deployment.endpoint)
    entries = (entry for image in _carrying(deployment, service) for entry in relay.entries_of(image))
    return _put(bus, (entry for entry in entries if _happened(entry) >= since))


def _happened(entry: Mapping[str, Any]) -> datetime:
    moment: datetime = entry["Time"]
    return moment


def _relay(service: str, bus_name: str) -> Relay:
    """As the service's own relay function makes it."""
    from shared.runtime.triggers import relay_of  # noqa: PLC0415  # reads the stage from the environment

    return relay_of(service, bus_name)


def _carrying(deployment: Deployment, service: str) -> Iterator[Mapping[str, Any]]:
    dynamodb = deployment.session.client("dynamodb", region_name=deployment.region, endpoint_url=deployment.endpoint)
    name = f"regulars-{deployment.stage}-{service}"
    pages = dynamodb.get_paginator("scan").paginate(TableName=name, FilterExpression="attribute_exists(outbox)")
    return (item for page in pages for item in page["Items"])


def _put(bus: EventBridgeClient, entries: Iterable[Any]) -> int:
    from shared.messages.outbox import batches  # noqa: PLC0415  # reads the region from the environment

    told = 0
    for batch in batches(entries, lambda entry: entry):
        if bus.put_events(Entries=batch)["FailedEntryCount"]:
            raise NotTakenError(f"the bus took {told} events, and refused some of the next {len(batch)}")
        told += len(batch)
    return told


def main() -> None:
    """Tells a service's events again, on the local cloud or on a named stage."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("--since", required=True, type=_moment, help="a time with its offset: 2026-11-22T10:00:00Z")
    parser.add_argument("--stage", help="a stage in the account that the AWS settings name")
    chosen = parser.parse_args()
    deployment = Deployment.of_account(chosen.stage) if chosen.stage else local_deployment()
    os.environ["STAGE"] = deployment.stage
    try:
        told = republish(deployment, chosen.service, chosen.since)
    except (ClientError, BotoCoreError, NotTakenError) as error:
        fail(f"Not all events were told again: {error}")
    console.print(f"{told} events of {chosen.service} were told again.")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("add the offset: Z for UTC")
    return moment


if __name__ == "__main__":
    main()
