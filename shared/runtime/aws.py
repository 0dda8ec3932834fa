"""AWS clients. A process makes one client of each service, when it first needs it."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, overload

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient

# SES has no idempotency: after a missing answer, botocore's own retry would mail a second copy. The timeouts (seconds)
# end a call well within a function's 30 s, so that the caller can still record the result.
_CONFIGS: Final = {"sesv2": Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=10)}


def region() -> str:
    """The region that every call goes to."""
    return os.environ.get("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))


@overload
def client(service: Literal["events"]) -> EventBridgeClient: ...
@overload
def client(service: Literal["secretsmanager"]) -> SecretsManagerClient: ...
@overload
def client(service: Literal["sesv2"]) -> SESV2Client: ...
@overload
def client(service: Literal["sqs"]) -> SQSClient: ...
def client(service: str) -> object:
    """The process's client of an AWS service, made by botocore: boto3 would also import its resources."""
    return _client(service)


@cache
def _client(service: str) -> object:
    return botocore.session.get_session().create_client(service, region_name=region(), config=_CONFIGS.get(service))


def secret_if_set(secret_id: str) -> bytes | None:
    """A secret's text as bytes, read now; None while nobody has given it a value. A binary value has no text: b""."""
    secrets = client("secretsmanager")
    try:
        found = secrets.get_secret_value(SecretId=secret_id)
    except secrets.exceptions.ResourceNotFoundException:
        return None
    # The local cloud answers an empty text where AWS finds no value. Nobody can store an empty text.
    return found["SecretString"].encode() or None if "SecretString" in found else b""


@cache
def secret(secret_id: str) -> bytes:
    """A secret's text as bytes. A process reads it once."""
    return client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"].encode()
