"""What the policies grant: exact actions on exact resources, in the files and in the packaged templates alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from infra.docs import roles as matrix
from infra.docs.roles import attempts
from infra.generate.grants import policy
from infra.generate.policies import Call, roles
from tests.contract.packaging.packaged import SERVICES, functions, of_type, policies

# The only resources with a star in them, by the actions they are granted for, each with its reason.
UNSCOPED: Final = {
    ("xray:PutTraceSegments", "*"): "AWS knows no resource for it",
    ("xray:PutTelemetryRecords", "*"): "AWS knows no resource for it",
    ("dynamodb:ListStreams", "${Table.Arn}/stream/*"): "it lists the own table's streams, whatever moment each began",
    ("ses:SendEmail", "*"): "the identity that is verified may be the sender's address, its domain or one above; the "
    "condition names the one address to send from",
}
BY_SENDER: Final = {"StringEqualsIfExists": {"ses:FromAddress": {"Ref": "Sender"}}}

each_service = pytest.mark.parametrize("service", SERVICES)


def everything_granted(service: str) -> Iterator[dict[str, Any]]:
    """Every statement of the template."""
    yield from (statement for _, statement in policies(service))


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@each_service
def test_no_statement_grants_an_action_by_a_star_or_all_but_some(service: str) -> None:
    for statement in everything_granted(service):
        assert statement["Effect"] == "Allow"
        assert not {"NotAction", "NotResource", "Principal"} & set(statement)
        assert not any("*" in action for action in listed(statement["Action"])), statement


@each_service
def test_no_resource_has_a_star_but_where_aws_leaves_no_choice(service: str) -> None:
    for statement in everything_granted(service):
        for resource in listed(statement["Resource"]):
            text = resource if isinstance(resource, str) else str(resource.get("Fn::Sub", ""))
            if "*" in text:
                assert {(action, text) for action in listed(statement["Action"])} <= set(UNSCOPED), statement


@each_service
def test_no_resource_is_named_by_hand(service: str) -> None:
    for statement in everything_granted(service):
        for resource in listed(statement["Resource"]):
            assert resource == "*" or isinstance(resource, dict), statement


@each_service
def test_mail_is_sent_from_the_shops_address_and_an_event_told_as_the_services_own(service: str) -> None:
    for statement in everything_granted(service):
        if "ses:SendEmail" in statement["Action"]:
            assert statement["Condition"] == BY_SENDER
        if "events:PutEvents" in statement["Action"]:
            wanted = {"ForAllValues:StringEquals": {"events:source": f"regulars.{service}"}}
            assert statement["Condition"] == wanted


@each_service
def test_the_key_is_used_by_way_of_the_services_that_keep_data_only(service: str) -> None:
    for statement in everything_granted(service):
        if any(action.startswith("kms:") for action in statement["Action"]):
            assert set(statement["Condition"]["StringEquals"]) == {"kms:ViaService"}


@each_service
def test_every_function_has_a_role_of_its_own_with_the_policy_of_its_contracts_and_no_other(service: str) -> None:
    packaged = of_type(service, "AWS::IAM::Role")
    wanted = {role.logical_id: role.function for role in roles() if role.service == service}
    assert set(wanted) == set(functions(service))
    taken = {name: function["Role"]["Fn::GetAtt"][0] for name, function in functions(service).items()}
    assert sorted(taken.values()) == sorted(packaged)
    for name, role in taken.items():
        [attached] = packaged[role]["Properties"]["Policies"]
        assert "ManagedPolicyArns" not in packaged[role]["Properties"]
        assert attached["PolicyDocument"]["Statement"] == policy(service, wanted[name])["Statement"]


@each_service
def test_only_lambda_takes_a_role(service: str) -> None:
    for role in of_type(service, "AWS::IAM::Role").values():
        [statement] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_no_role_reaches_what_is_anothers() -> None:
    for role in roles():
        foreign = [one for one in attempts(role) if one.on.startswith("another")]
        assert foreign
        assert not [one for one in foreign if one.allowed]


def test_a_relay_speaks_for_its_own_service_only() -> None:
    for role in roles():
        for service in (*SERVICES, "orders"):
            source = service if service == "orders" else f"regulars.{service}"
            may = role.allows(Call("events:PutEvents", "core.Bus", {"events:source": source}))
            assert may == (role.function == "relay" and role.service == service)


def test_every_action_that_is_granted_is_among_the_calls_that_are_tried() -> None:
    for role in roles():
        tried = {attempt.call.action for attempt in attempts(role) if attempt.allowed}
        granted = {action for statement in role.statements for action in statement.actions}
        # X-Ray's have no resource; the key is never used directly.
        assert {one for one in granted - tried if not one.startswith(("xray:", "kms:"))} == set()


def test_the_page_of_roles_and_calls_is_up_to_date() -> None:
    assert matrix.main(["--check"]) == 0
