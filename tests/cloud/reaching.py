"""Calls made under the role of a deployed function, whatever the function itself would call."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import uuid4

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.generate.policies import STREAM, Call, Role
from infra.local.stage import LocalStage
from tests.cloud.shop import client

# Hands out the session that it runs under, as only code in the function could.
_PROBE: Final = """
import os

def handler(event, context):
    return [os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")]
"""
_REFUSED: Final = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"}
_KEY: Final = {"pk": {"S": "PROBE#none"}, "sk": {"S": "NONE"}}
_NO_RETRIES: Final = Config(retries={"total_max_attempts": 1})


@contextmanager
def session_of(stage: LocalStage, role: Role) -> Iterator[boto3.Session]:
    """A session under the role of a function, taken by a function that has no other purpose."""
    functions, name = client(stage, "lambda"), f"probe-{uuid4().hex[:8]}"
    original = f"regulars-{stage.deployment.stage}-{role.service}-{role.short}"
    arn = functions.get_function_configuration(FunctionName=original)["Role"]
    functions.create_function(
        FunctionName=name, Runtime="python3.11", Handler="probe.handler", Role=arn, Code={"ZipFile": _zipped()}
    )
    try:
        answer = functions.invoke(FunctionName=name)
        key, secret, token = json.load(answer["Payload"])
        yield boto3.Session(key, secret, token, stage.deployment.region)
    finally:
        functions.delete_function(FunctionName=name)


def _zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("probe.py", _PROBE)
    return made.getvalue()


@dataclass(frozen=True)
class Ground:
    """What there is on a stage to reach for."""

    stage: LocalStage

    @cached_property
    def ciphertext(self) -> bytes:
        """Something the stage's key has encrypted."""
        made = client(self.stage, "kms").encrypt(KeyId=self.stage.outputs["core"]["KeyArn"], Plaintext=b"x")
        return bytes(made["CiphertextBlob"])

    @cached_property
    def streams(self) -> dict[str, str]:
        """The stream of each service's table, by the service."""
        dynamodb = client(self.stage, "dynamodb")
        tables = {name: one["TableName"] for name, one in self.stage.outputs.items() if "TableName" in one}
        return {name: dynamodb.describe_table(TableName=t)["Table"]["LatestStreamArn"] for name, t in tables.items()}

    @cached_property
    def iterators(self) -> dict[str, str]:
        """A place in each of those streams."""
        streams = client(self.stage, "dynamodbstreams")
        return {name: _iterator(streams, arn) for name, arn in self.streams.items()}

    @cached_property
    def ids(self) -> dict[str, str]:
        """The physical ids of all resources, by their names in the policies."""
        cloudformation = client(self.stage, "cloudformation")
        found = {}
        for service in self.stage.outputs:
            name = self.stage.deployment.stack(service)
            for one in cloudformation.describe_stack_resources(StackName=name)["StackResources"]:
                found[f"{service}.{one['LogicalResourceId']}"] = one["PhysicalResourceId"]
        return found

    @cached_property
    def roles(self) -> dict[str, str]:
        """The ARNs of the functions' roles, by the functions' names on AWS."""
        functions = client(self.stage, "lambda").get_paginator("list_functions").paginate()
        return {one["FunctionName"]: one["Role"] for page in functions for one in page["Functions"]}

    def role_arn(self, resource: str) -> str:
        """A role, by its name in the policies: its function's with `Role` at the end."""
        return self.roles[self.ids[resource.removesuffix("Role")]]


def _iterator(streams: Any, arn: str) -> str:
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    arguments = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "LATEST"}
    iterator: str = streams.get_shard_iterator(**arguments)["ShardIterator"]
    return iterator


class Reacher:
    """Makes calls under one role; what they would do, if they were allowed, changes nothing anyone looks at."""

    def __init__(self, ground: Ground, session: boto3.Session) -> None:
        self.ground = ground
        self.session = session
        self.clients: dict[str, Any] = {}

    def is_allowed(self, call: Call) -> bool:
        """Whether the call got past its authorization; an error of another kind is an answer too."""
        service, _, operation = call.action.partition(":")
        reach: Callable[[str, str], None] = getattr(self, f"_{service.replace('-', '_')}")
        try:
            reach(operation, call.resource)
        except ClientError as error:
            return error.response["Error"]["Code"] not in _REFUSED
        return True

    def _client(self, name: str) -> Any:
        if name not in self.clients:
            endpoint = self.ground.stage.cloud.endpoint
            self.clients[name] = self.session.client(name, endpoint_url=endpoint, config=_NO_RETRIES)  # type: ignore[call-overload]
        return self.clients[name]

    def _call(self, name: str, operation: str, **arguments: Any) -> None:
        getattr(self._client(name), xform_name(operation))(**arguments)

    def _dynamodb(self, operation: str, resource: str) -> None:
        service, _, part = resource.partition(".Table")
        if part == f"/{STREAM}":
            self._stream(operation, service)
            return
        table = self.ground.stage.outputs[service]["TableName"]
        index = {"IndexName": part.removeprefix("/index/")} if part else {}
        if operation == "ConditionCheckItem":
            check = {"TableName": table, "Key": _KEY, "ConditionExpression": "attribute_exists(pk)"}
            self._call("dynamodb", "TransactWriteItems", TransactItems=[{"ConditionCheck": check}])
        elif operation == "BatchGetItem":
            self._call("dynamodb", operation, RequestItems={table: {"Keys": [_KEY]}})
        elif operation == "BatchWriteItem":
            self._call("dynamodb", operation, RequestItems={table: [{"DeleteRequest": {"Key": _KEY}}]})
        else:
            self._call("dynamodb", operation, TableName=table, **index, **_ITEM_ARGUMENTS.get(operation, {}))

    def _stream(self, operation: str, service: str) -> None:
        arn = self.ground.streams[service]
        arguments: dict[str, dict[str, Any]] = {
            "DescribeStream": {"StreamArn": arn},
            "GetShardIterator": {"StreamArn": arn, "ShardId": "s" * 30, "ShardIteratorType": "LATEST"},
            "GetRecords": {"ShardIterator": self.ground.iterators[service]},
            "ListStreams": {"TableName": self.ground.stage.outputs[service]["TableName"]},
        }
        self._call("dynamodbstreams", operation, **arguments[operation])

    def _sqs(self, operation: str, resource: str) -> None:
        service, _, queue = resource.partition(".")
        url = self.ground.stage.outputs[service][f"{queue}Url"]
        self._call("sqs", operation, QueueUrl=url, **_QUEUE_ARGUMENTS.get(operation, {}))

    def _secretsmanager(self, operation: str, resource: str) -> None:
        value = {"SecretString": "x"} if operation == "PutSecretValue" else {}
        self._call("secretsmanager", operation, SecretId=self.ground.ids[resource], **value)

    def _logs(self, operation: str, resource: str) -> None:
        stream = f"probe-{uuid4().hex}"
        arguments: dict[str, dict[str, Any]] = {
            "CreateLogStream": {"logStreamName": stream},
            "PutLogEvents": {"logStreamName": stream, "logEvents": [{"timestamp": 0, "message": "probe"}]},
        }
        self._call("logs", operation, logGroupName=self.ground.ids[resource], **arguments.get(operation, {}))

    def _events(self, operation: str, resource: str) -> None:
        bus = "default" if resource == "core.DefaultBus" else self.ground.stage.outputs["core"]["BusName"]
        # Neither a source nor a name that any rule listens to.
        entry = {"EventBusName": bus, "Source": "probe", "DetailType": "Probe", "Detail": "{}"}
        arguments: dict[str, dict[str, Any]] = {
            "PutEvents": {"Entries": [entry]},
            "PutRule": {"Name": "probe", "EventBusName": bus, "EventPattern": '{"source":["probe"]}'},
            "DeleteEventBus": {"Name": bus},
        }
        self._call("events", operation, **arguments[operation])

    def _kms(self, operation: str, resource: str) -> None:
        arguments: dict[str, dict[str, Any]] = {
            "Decrypt": {"CiphertextBlob": self.ground.ciphertext},
            "Encrypt": {"Plaintext": b"x"},
        }
        self._call("kms", operation, KeyId=self.ground.ids[resource], **arguments.get(operation, {}))

    def _s3(self, operation: str, resource: str) -> None:
        bucket = {"Bucket": self.ground.ids[resource]}
        name = {"ListBucket": "ListObjectsV2"}.get(operation, operation)
        self._call("s3", name, **bucket, **({} if operation == "ListBucket" else {"Key": "probe"}))

    def _sns(self, operation: str, resource: str) -> None:
        self._call("sns", operation, TopicArn=self.ground.ids[resource], Message="probe")

    def _cognito_idp(self, operation: str, resource: str) -> None:
        self._call("cognito-idp", operation, UserPoolId=self.ground.ids[resource], Username="probe")

    def _ses(self, operation: str, _: str) -> None:
        if operation == "DeleteEmailIdentity":
            self._call("sesv2", operation, EmailIdentity="example.com")
            return
        content = {"Simple": {"Subject": {"Data": "probe"}, "Body": {"Text": {"Data": "probe"}}}}
        sender = self.ground.stage.deployment.settings["Sender"]
        to = {"ToAddresses": ["probe@example.com"]}
        self._call("sesv2", operation, FromEmailAddress=sender, Destination=to, Content=content)

    def _lambda(self, operation: str, resource: str) -> None:
        arguments = {"UpdateFunctionCode": {"ZipFile": _zipped()}}.get(operation, {})
        operation = "Invoke" if operation == "InvokeFunction" else operation
        self._call("lambda", operation, FunctionName=self.ground.ids[resource], **arguments)

    def _iam(self, operation: str, resource: str) -> None:
        name = self.ground.role_arn(resource).rpartition("/")[2]
        self._call("iam", operation, RoleName=name, PolicyName="probe", PolicyDocument="{}")

    def _sts(self, operation: str, resource: str) -> None:
        self._call("sts", operation, RoleArn=self.ground.role_arn(resource), RoleSessionName="probe")

    def _cloudformation(self, operation: str, resource: str) -> None:
        service = resource.partition(".")[0]
        self._call("cloudformation", operation, StackName=self.ground.stage.deployment.stack(service))


_ITEM_ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    "GetItem": {"Key": _KEY},
    "DeleteItem": {"Key": _KEY},
    # A put that must find something there writes nothing.
    "PutItem": {"Item": _KEY, "ConditionExpression": "attribute_exists(pk)"},
    "UpdateItem": {"Key": _KEY, "ConditionExpression": "attribute_exists(pk)"},
    "Query": {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "PROBE#none"}}},
    "Scan": {"Limit": 1},
    "UpdateTable": {"BillingMode": "PAY_PER_REQUEST"},
    "UpdateTimeToLive": {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires_at"}},
}
_QUEUE_ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    # Larger than a message may be: it is refused after the authorization, if not by it.
    "SendMessage": {"MessageBody": "x" * (1024 * 1024 + 1)},
    "ReceiveMessage": {"VisibilityTimeout": 0},
    "DeleteMessage": {"ReceiptHandle": "none"},
    "ChangeMessageVisibility": {"ReceiptHandle": "none", "VisibilityTimeout": 0},
    "SetQueueAttributes": {"Attributes": {"DelaySeconds": "0"}},
    "GetQueueAttributes": {"AttributeNames": ["QueueArn"]},
}
