"""The IAM policy of each function: the rights of its kind, and the grants of its service's contracts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from shared.contract import API, INBOX, RELAY, Grant, capabilities

Json = dict[str, Any]

_TABLE: Final[Json] = {"Fn::GetAtt": ["Table", "Arn"]}
_BUS: Final[Json] = {
    "Fn::Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/regulars-${Stage}"
}
# The rights on the table that every function of a kind has; a job is any function but the three.
_READ: Final = ("dynamodb:GetItem",)
_ORDINARY: Final = {
    API: (*_READ, "dynamodb:Query"),
    INBOX: (*_READ, "dynamodb:PutItem", "dynamodb:DeleteItem"),
    RELAY: (),
}
_JOB: Final = (*_READ, "dynamodb:PutItem")
_QUEUE_ACTIONS: Final = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


def functions(service: str) -> tuple[str, ...]:
    """The names of the service's functions, as in `app.py`."""
    jobs = [job.name for capability in capabilities(service) for job in capability.contract.schedules]
    return (API, INBOX, RELAY, *jobs)


def camel(name: str) -> str:
    """A name in snake case as templates write it: `ApiHandler` for `api_handler`."""
    return "".join(part.capitalize() for part in name.split("_"))


def logs_id(function: str) -> str:
    """The logical id of a function's log group."""
    return f"{camel(function)}Logs"


def policy(service: str, function: str) -> Json:
    """The policy document of one function's role."""
    return {"Version": "2012-10-17", "Statement": list(_statements(service, function))}


def _statements(service: str, function: str) -> Iterator[Json]:
    grants = [
        grant for capability in capabilities(service) for grant in capability.contract.grants if function in grant.to
    ]
    yield _allow("Log", ("logs:CreateLogStream", "logs:PutLogEvents"), _arn(logs_id(function)))
    yield _allow("Trace", ("xray:PutTelemetryRecords", "xray:PutTraceSegments"), "*")
    if function == RELAY:
        yield from _relay(service)
    else:
        yield from _own_table(function, grants)
        yield from _indexes(grants)
    if function == INBOX:
        yield _allow("TakeFromInbox", _QUEUE_ACTIONS, _arn("Queue"))
        yield _allow("SweepDeadLetters", (*_QUEUE_ACTIONS, "sqs:ChangeMessageVisibility"), _arn("Dead"))
    secrets = sorted({grant.secret for grant in grants if grant.secret})
    for secret in secrets:
        yield _allow(f"Read{secret}", ("secretsmanager:GetSecretValue",), {"Fn::GetAtt": [secret, "Id"]})
    if any(grant.mail for grant in grants):
        # The identity that is verified may be the sender's address, its domain or one above.
        yield _allow("SendMail", ("ses:SendEmail",), "*", StringEqualsIfExists={"ses:FromAddress": {"Ref": "Sender"}})
    yield _use_the_key("dynamodb", *(["secretsmanager"] if secrets else []))


def _own_table(function: str, grants: list[Grant]) -> Iterator[Json]:
    granted = {action for grant in grants for action in grant.table}
    actions = {*_ORDINARY.get(function, _JOB), *granted}
    writes = "dynamodb:PutItem" in actions
    yield _allow("ReadAndWriteOwnTable" if writes else "ReadOwnTable", tuple(sorted(actions)), _TABLE)


def _indexes(grants: list[Grant]) -> Iterator[Json]:
    if queried := sorted({grant.index for grant in grants if grant.index}):
        yield _allow("QueryOwnIndexes", ("dynamodb:Query",), [_index(name) for name in queried])
    if scanned := sorted({grant.index for grant in grants if grant.index and grant.scan}):
        yield _allow("ScanOwnIndexes", ("dynamodb:Scan",), [_index(name) for name in scanned])


def _relay(service: str) -> Iterator[Json]:
    stream = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
    yield _allow("FollowOwnStream", stream, {"Fn::GetAtt": ["Table", "StreamArn"]})
    yield _allow("ListOwnStreams", ("dynamodb:ListStreams",), {"Fn::Sub": "${Table.Arn}/stream/*"})
    own = {"events:source": f"regulars.{service}"}
    yield _allow("TellTheHouse", ("events:PutEvents",), _BUS, **{"ForAllValues:StringEquals": own})
    yield _allow("LeaveUntold", ("sqs:SendMessage",), _arn("Untold"))


def _use_the_key(*services: str) -> Json:
    actions = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
    via = [{"Fn::Sub": f"{service}.${{AWS::Region}}.amazonaws.com"} for service in services]
    return _allow("UseTheKey", actions, {"Ref": "KeyArn"}, StringEquals={"kms:ViaService": via})


def _allow(sid: str, actions: tuple[str, ...], resource: Any, **condition: Json) -> Json:
    statement = {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def _arn(logical_id: str) -> Json:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def _index(name: str) -> Json:
    return {"Fn::Sub": f"${{Table.Arn}}/index/{name}"}
