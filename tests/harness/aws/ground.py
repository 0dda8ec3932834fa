"""What a service needs of AWS, made on moto from the service's own resources.yaml."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws

from infra.generate.tables import table_properties
from infra.generate.template import additions
from shared.services import SERVICES
from tests.harness.aws.direct import direct_calls
from tests.harness.aws.tables import quick_tables

STAGE = "test"
BUS = f"regulars-{STAGE}"
SENDER = "hello@shop.example"
ROOT = Path(__file__).parents[3]

# Making a client takes longer than all that it is used for here, and moto serves old ones too.
aws_client: Any = cache(boto3.client)


@contextmanager
def ground(*services: str) -> Iterator[None]:
    """An empty AWS in this process with the tables of `services`, the bus, the secrets and a mail sender."""
    with mock_aws(), quick_tables(), direct_calls():
        for service in services or SERVICES:
            create_table(service)
        forget()
        aws_client("events").create_event_bus(Name=BUS)
        secrets = aws_client("secretsmanager")
        secrets.create_secret(Name="email-secret", SecretString="the key of the e-mail hashes")
        secrets.create_secret(Name="link-secret", SecretString="the key of the unsubscribe links")
        # Without a value, as a deployment leaves them.
        secrets.create_secret(Name="apple-pass-secret")
        secrets.create_secret(Name="google-pass-secret")
        secrets.create_secret(Name="transfer-secret", SecretString="the key of the codes of transfers")
        aws_client("sesv2").create_email_identity(EmailIdentity=SENDER)
        yield


def forget() -> None:
    """Let go of what this process remembers of the tables of the test before."""
    if programme := sys.modules.get("loyalty.programme.usecases"):
        programme.forget_cached_programme()


def table_name(service: str) -> str:
    """The name of a service's table."""
    return f"regulars-{STAGE}-{service}"


def create_table(service: str) -> None:
    """The service's table as its template has it, with its stream."""
    properties = table_properties(service)
    aws_client("dynamodb").create_table(
        TableName=table_name(service),
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        **properties,
    )


@cache
def resources(service: str) -> dict[str, Any]:
    """The template of a service, but for what Chalice adds to it. To be read, and not to be changed."""
    return additions(ROOT, service)


def replace_table(service: str, *items: dict[str, Any]) -> None:
    """A new table with these items in place of the old one, its stream too: cheaper than an AWS of its own."""
    dynamodb, name = aws_client("dynamodb"), table_name(service)
    dynamodb.delete_table(TableName=name)
    create_table(service)
    forget()
    for item in items:
        dynamodb.put_item(TableName=name, Item=item)


def items(service: str) -> list[dict[str, Any]]:
    """Every item of a service's table, in DynamoDB's own form."""
    pages = aws_client("dynamodb").get_paginator("scan").paginate(TableName=table_name(service))
    return [item for page in pages for item in page["Items"]]
