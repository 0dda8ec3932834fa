"""Sends what five tries could not handle back to its service's inbox, once the reason is mended.

Messages are copied and then deleted: they come back under new ids, and one may come back twice where this is
interrupted. The inboxes are safe under both.
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

# The most that SQS hands out and takes at once.
BATCH = 10


def redrive(deployment: Deployment, service: str) -> int:
    """Moves all messages of the service's dead-letter queue to its inbox; gives how many there were."""
    outputs = stacks.outputs(deployment.cloudformation(), deployment.stack(service))
    sqs = deployment.session.client("sqs", region_name=deployment.region, endpoint_url=deployment.endpoint)
    return move(sqs, outputs["DeadUrl"], outputs["QueueUrl"])


def move(sqs: "SQSClient", dead: str, inbox: str) -> int:
    """Moves what lies in `dead` now; what fails again while this runs returns there and is left for the next time."""
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
    """Sends a service's dead letters back to its inbox; on the local cloud unless a stage is named."""
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
