"""Sends the messages that five tries could not handle back to their service's inbox. Mend the reason first.

Each message is copied and then deleted. So it comes back under a new id, and twice if this command is interrupted.
The inboxes allow for both.
"""

import argparse
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from infra import stacks
from infra.console import console, fail
from infra.deploy import Deployment
from infra.local.state import local_deployment
from shared.services import SERVICES

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# SQS gives out and takes at most ten messages in one call.
BATCH = 10


def redrive(deployment: Deployment, service: str) -> int:
    """Moves all messages of the service's dead-letter queue to its inbox. Returns their number."""
    outputs = stacks.outputs(deployment.cloudformation(), deployment.stack(service))
    sqs = deployment.session.client("sqs", region_name=deployment.region, endpoint_url=deployment.endpoint)
    return move(sqs, outputs["DeadUrl"], outputs["QueueUrl"])


def move(sqs: "SQSClient", dead: str, inbox: str) -> int:
    """Moves the messages that are in `dead` now. A message that fails again meanwhile waits there for the next call."""
    waiting = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessages"])
    limit = int(waiting["Attributes"]["ApproximateNumberOfMessages"])
    moved = 0
    while moved < limit and (count := _move_some(sqs, dead, inbox)):
        moved += count
    return moved


def _move_some(sqs: "SQSClient", dead: str, inbox: str) -> int:
    messages = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=BATCH, WaitTimeSeconds=1).get("Messages", [])
    for message in messages:
        sqs.send_message(QueueUrl=inbox, MessageBody=message["Body"])
        sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
    return len(messages)


def main() -> None:
    """Sends a service's dead letters back to its inbox, on the local cloud or on a named stage."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("--stage", help="a stage in the account that the AWS settings name")
    chosen = parser.parse_args()
    deployment = Deployment.of_account(chosen.stage) if chosen.stage else local_deployment()
    try:
        moved = redrive(deployment, chosen.service)
    except (ClientError, BotoCoreError, KeyError) as error:
        fail(f"Not redriven: {error}")
    console.print(f"{moved} messages went back to the inbox of {chosen.service}.")


if __name__ == "__main__":
    main()
