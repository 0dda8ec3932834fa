"""Applies CloudFormation templates by change sets, to an account and to the local cloud alike."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError, WaiterError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

Outputs = dict[str, str]
# A CloudFront distribution takes the longest: minutes.
PATIENCE: Any = {"Delay": 1, "MaxAttempts": 1800}
NOTHING_TO_DO = ("didn't contain changes", "No updates are to be performed")


class DeploymentError(Exception):
    """A template could not be applied. The message holds CloudFormation's reasons."""


@dataclass(frozen=True)
class Shelf:
    """The place of a template that is too large for the call itself (over 51,200 bytes)."""

    s3: "S3Client"
    bucket: str
    key: str

    def put(self, template: str) -> dict[str, str]:
        """Store the template. Returns the argument that names its place."""
        self.s3.put_object(Bucket=self.bucket, Key=self.key, Body=template.encode())
        signed = self.s3.generate_presigned_url("get_object", Params={"Bucket": self.bucket, "Key": self.key})
        return {"TemplateURL": signed.split("?", maxsplit=1)[0]}


def apply(
    cloudformation: "CloudFormationClient",
    name: str,
    template: Mapping[str, Any],
    parameters: Mapping[str, str],
    shelf: Shelf | None = None,
) -> Outputs:
    """Apply the template to a stack, and return the stack's outputs. It gets only the parameters that it names.

    A parameter that is not given keeps its deployed value. If it has none, it takes the template's default. Raises
    DeploymentError with CloudFormation's reasons.
    """
    text = json.dumps(template)
    source = shelf.put(text) if shelf else {"TemplateBody": text}
    stack = _stack(cloudformation, name)
    created = stack.get("StackStatus", "REVIEW_IN_PROGRESS") == "REVIEW_IN_PROGRESS"
    change: Any = cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=f"deploy-{uuid4().hex}",
        ChangeSetType="CREATE" if created else "UPDATE",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=_parameters(template["Parameters"], parameters, {} if created else _settings(stack)),
        **source,  # type: ignore[arg-type]
    )
    if _has_changes(cloudformation, name, change["Id"]):
        cloudformation.execute_change_set(ChangeSetName=change["Id"])
        _wait(cloudformation, name, created=created)
    return outputs(cloudformation, name)


def outputs(cloudformation: "CloudFormationClient", name: str) -> Outputs:
    """The outputs of a stack. Empty if the stack does not exist."""
    stack = _stack(cloudformation, name)
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def settings(cloudformation: "CloudFormationClient", name: str) -> dict[str, str]:
    """The parameters of a stack's last deployment. Empty if the stack does not exist."""
    return _settings(_stack(cloudformation, name))


def _settings(stack: Mapping[str, Any]) -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}


def _parameters(named: Collection[str], given: Mapping[str, str], deployed: Collection[str]) -> list[Any]:
    """The parameters to send. CloudFormation resets a parameter to its default if an update does not mention it."""
    return [
        {"ParameterKey": key, "ParameterValue": given[key]}
        if key in given
        else {"ParameterKey": key, "UsePreviousValue": True}
        for key in named
        if key in given or key in deployed
    ]


def _stack(cloudformation: "CloudFormationClient", name: str) -> Mapping[str, Any]:
    try:
        return cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise


def _has_changes(cloudformation: "CloudFormationClient", name: str, change_id: str) -> bool:
    """Wait until the change set is ready. An empty one is removed. Raises DeploymentError."""
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(ChangeSetName=change_id, WaiterConfig=PATIENCE)
    except WaiterError:
        reason = cloudformation.describe_change_set(ChangeSetName=change_id).get("StatusReason", "")
        cloudformation.delete_change_set(ChangeSetName=change_id)
        if any(phrase in reason for phrase in NOTHING_TO_DO):
            return False
        raise DeploymentError(f"{name}: {reason}") from None
    return True


def _wait(cloudformation: "CloudFormationClient", name: str, *, created: bool) -> None:
    try:
        if created:
            cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=PATIENCE)
        else:
            cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=PATIENCE)
    except WaiterError:
        raise DeploymentError(f"{name}:\n{_reasons(cloudformation, name)}") from None


def _reasons(cloudformation: "CloudFormationClient", name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [event for event in reversed(events) if event.get("ResourceStatus", "").endswith("_FAILED")]
    return "\n".join(f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed)
