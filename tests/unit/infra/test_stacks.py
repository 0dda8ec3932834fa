"""What CloudFormation is sent: a setting that is not given stays as it was deployed."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from infra import deploy, stacks
from infra.deploy import Deployment
from infra.stacks import DeploymentError

TEMPLATE = {"Parameters": {name: {"Type": "String"} for name in ("Stage", "AllowedOrigins", "Currency", "New")}}


class Waiter:
    def wait(self, **_: Any) -> None:
        """Everything is there at once."""


class CloudFormation:
    """As much of the client as an update calls; holds one stack, or none."""

    def __init__(self, parameters: dict[str, str] | None) -> None:
        self.deployed = parameters
        self.sent: list[dict[str, Any]] = []

    def describe_stacks(self, **_: Any) -> dict[str, Any]:
        if self.deployed is None:
            error: Any = {"Error": {"Code": "ValidationError", "Message": "Stack with id x does not exist"}}
            raise ClientError(error, "DescribeStacks")
        had = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.deployed.items()]
        return {"Stacks": [{"StackStatus": "UPDATE_COMPLETE", "Parameters": had}]}

    def create_change_set(self, **arguments: Any) -> dict[str, Any]:
        self.sent = arguments["Parameters"]
        return {"Id": "change"}

    def execute_change_set(self, **_: Any) -> None:
        """Nothing to do: what was sent is what counts."""

    def get_waiter(self, _: str) -> Waiter:
        return Waiter()


def applied(deployed: dict[str, str] | None, given: dict[str, str]) -> list[dict[str, Any]]:
    client = CloudFormation(deployed)
    stacks.apply(cast("Any", client), "regulars-prod-segments", TEMPLATE, given)
    return client.sent


def test_an_update_keeps_what_is_not_given_and_leaves_new_parameters_to_their_defaults() -> None:
    deployed = {"Stage": "prod", "AllowedOrigins": "https://shop.example", "Currency": "EUR", "Gone": "x"}
    assert applied(deployed, {"Stage": "prod", "Currency": "USD", "Sender": "of another template"}) == [
        {"ParameterKey": "Stage", "ParameterValue": "prod"},
        {"ParameterKey": "AllowedOrigins", "UsePreviousValue": True},
        {"ParameterKey": "Currency", "ParameterValue": "USD"},
    ]


def test_what_is_given_empty_is_emptied() -> None:
    sent = applied({"AllowedOrigins": "https://shop.example"}, {"AllowedOrigins": ""})
    assert sent == [{"ParameterKey": "AllowedOrigins", "ParameterValue": ""}]


def test_a_first_deployment_sends_what_is_given_alone() -> None:
    assert applied(None, {"Stage": "prod"}) == [{"ParameterKey": "Stage", "ParameterValue": "prod"}]


def test_a_first_deployment_to_an_account_asks_for_the_sender() -> None:
    with pytest.raises(DeploymentError, match=r'SET="Sender=shop@example\.com"'):
        deploy._require_sender(Deployment("prod"), {})


@pytest.mark.parametrize(
    ("deployment", "deployed"),
    [
        (Deployment("prod", {"Sender": "shop@example.com"}), {}),
        (Deployment("prod"), {"Sender": "shop@example.com"}),
        (Deployment("local", endpoint="http://127.0.0.1:8081"), {}),
    ],
)
def test_a_sender_given_now_or_before_will_do_and_the_local_cloud_has_one(
    deployment: Deployment, deployed: dict[str, str]
) -> None:
    deploy._require_sender(deployment, deployed)


@pytest.mark.parametrize(
    ("mail", "kept"),
    [
        ({}, None),
        ({"BaseUrl": "https://front.example"}, None),
        ({"BaseUrl": deploy.UNKNOWN_URL}, None),
        ({"BaseUrl": "https://chosen.example"}, "https://chosen.example"),
    ],
)
def test_an_address_chosen_for_mails_is_kept_and_the_fronts_own_followed(mail: dict[str, str], kept: str) -> None:
    assert deploy._kept_url(mail, "https://front.example") == kept
