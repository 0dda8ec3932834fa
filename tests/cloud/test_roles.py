"""A function has its own rights and nobody else's: what it reaches for beyond them is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.stage import LocalStage
from tests.cloud.shop import client

# Runs with the role of a function of loyalty, and reaches for what it is told.
PROBE = """
import boto3

def handler(event, context):
    try:
        getattr(boto3.client(event["service"]), event["call"])(**event["arguments"])
    except Exception as error:
        return getattr(error, "response", {}).get("Error", {}).get("Code") or repr(error)
    return "allowed"
"""
REFUSED = {"AccessDenied", "AccessDeniedException"}
KEY = {"pk": {"S": "CUSTOMER#x"}, "sk": {"S": "ACCOUNT"}}


@pytest.fixture(scope="module")
def probe(stage: LocalStage) -> Iterator[str]:
    """The name of a function that runs under the role of loyalty's inbox."""
    functions = client(stage, "lambda")
    role = functions.get_function_configuration(FunctionName=f"regulars-{stage.deployment.stage}-loyalty-inbox")["Role"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("probe.py", PROBE)
    functions.create_function(
        FunctionName="probe",
        Runtime="python3.11",
        Handler="probe.handler",
        Role=role,
        Code={"ZipFile": code.getvalue()},
    )
    yield "probe"
    functions.delete_function(FunctionName="probe")


def reach(stage: LocalStage, probe: str, service: str, call: str, **arguments: Any) -> str:
    payload = json.dumps({"service": service, "call": call, "arguments": arguments})
    answer = client(stage, "lambda").invoke(FunctionName=probe, Payload=payload)
    outcome: str = json.load(answer["Payload"])
    return outcome


def table(stage: LocalStage, service: str) -> str:
    return f"regulars-{stage.deployment.stage}-{service}"


def test_its_own_table_it_reads(stage: LocalStage, probe: str) -> None:
    assert reach(stage, probe, "dynamodb", "get_item", TableName=table(stage, "loyalty"), Key=KEY) == "allowed"


@pytest.mark.parametrize("service", ["customers", "segments", "notifications", "privacy"])
def test_another_services_table_is_refused(stage: LocalStage, probe: str, service: str) -> None:
    name = table(stage, service)
    assert reach(stage, probe, "dynamodb", "get_item", TableName=name, Key=KEY) in REFUSED
    assert reach(stage, probe, "dynamodb", "put_item", TableName=name, Item=KEY) in REFUSED


def test_what_would_destroy_its_own_table_is_refused(stage: LocalStage, probe: str) -> None:
    assert reach(stage, probe, "dynamodb", "delete_table", TableName=table(stage, "loyalty")) in REFUSED


def test_another_services_queue_and_the_bus_are_refused(stage: LocalStage, probe: str) -> None:
    url = stage.outputs["customers"]["QueueUrl"]
    assert reach(stage, probe, "sqs", "send_message", QueueUrl=url, MessageBody="x") in REFUSED
    entry = {
        "EventBusName": f"regulars-{stage.deployment.stage}",
        "Source": "orders",
        "DetailType": "X",
        "Detail": "{}",
    }
    assert reach(stage, probe, "events", "put_events", Entries=[entry]) in REFUSED
