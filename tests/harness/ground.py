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

from infra.tables import table_properties
from infra.template import additions
from shared.services import SERVICES
from tests.harness.snapshots import cheap_transactions

STAGE = "test"
BUS = f"regulars-{STAGE}"
SENDER = "hello@shop.example"
ROOT = Path(__file__).parents[2]

# Making a client takes longer than all that it is used for here, and moto serves old ones too.
_client = cache(boto3.client)


@contextmanager
def ground(*services: str) -> Iterator[None]:
    """An empty AWS in this process with the tables of `services`, the bus, the secrets and a mail sender."""
    with mock_aws(), cheap_transactions():
        for service in services or SERVICES:
            create_table(service)
        _forget()
        _client("events").create_event_bus(Name=BUS)
        secrets = _client("secretsmanager")
        secrets.create_secret(Name="email-secret", SecretString="the key of the e-mail hashes")
        secrets.create_secret(Name="link-secret", SecretString="the key of the unsubscribe links")
        _client("sesv2").create_email_identity(EmailIdentity=SENDER)
        yield


def _forget() -> None:
    """Let go of what this process remembers of the tables of the test before."""
    if programme := sys.modules.get("loyalty.programme.usecases"):
        programme.forget_cached_programme()


def create_table(service: str) -> None:
    """The service's table as its template has it, with its stream."""
    properties = table_properties(service)
    _client("dynamodb").create_table(
        TableName=f"regulars-{STAGE}-{service}",
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        **properties,
    )


def resources(service: str) -> dict[str, Any]:
    """The template of a service, but for what Chalice adds to it."""
    return additions(ROOT, service)


def items(service: str) -> list[dict[str, Any]]:
    """Every item of a service's table, in DynamoDB's own form."""
    pages = _client("dynamodb").get_paginator("scan").paginate(TableName=f"regulars-{STAGE}-{service}")
    return [item for page in pages for item in page["Items"]]
