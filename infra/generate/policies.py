"""Decides like IAM whether a function's policy allows a call, without a deployment.

A resource's name has its stack and its logical id in the template: `loyalty.Table`, `loyalty.Table/index/due_accounts`,
`core.Bus`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from infra.generate.grants import functions, policy
from infra.generate.template import logical_id
from shared.services import SERVICES

# On AWS a stream's name ends with its time of creation. A table has only one stream.
STREAM: Final = "stream/now"
_BUS: Final = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/regulars-${Stage}"
_PARAMETERS: Final = {"KeyArn": "core.Key"}


@dataclass(frozen=True)
class Call:
    """One call of an AWS API on one resource. `context` holds the condition keys that AWS would fill."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy. All statements allow; none denies."""

    sid: str
    actions: frozenset[str]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, Any]] = field(hash=False)

    def allows(self, call: Call) -> bool:
        """Whether this statement alone allows the call."""
        return (
            call.action in self.actions
            and any(fnmatchcase(call.resource, pattern) for pattern in self.resources)
            and all(
                _holds(operator, wanted, call.context.get(key))
                for operator, keys in self.conditions.items()
                for key, wanted in keys.items()
            )
        )


@dataclass(frozen=True)
class Role:
    """The role of one function. `function` is its name in the service's `app.py`."""

    service: str
    function: str
    statements: tuple[Statement, ...]

    @property
    def logical_id(self) -> str:
        """The function's id in the packaged template."""
        return logical_id(self.function)

    @property
    def short(self) -> str:
        """The end of the function's name on AWS."""
        return "api" if self.function == "api_handler" else self.function.replace("_", "-")

    def allows(self, call: Call) -> bool:
        """Whether the policy lets the function make the call."""
        return any(statement.allows(call) for statement in self.statements)


def roles() -> list[Role]:
    """The roles of all functions of all services. Raises ValueError for a statement of an unknown form."""
    return [role for service in SERVICES for role in _roles_of(service)]


def _roles_of(service: str) -> Iterator[Role]:
    for function in functions(service):
        statements = policy(service, function)["Statement"]
        yield Role(service, function, tuple(_statement(service, one) for one in statements))


def _statement(service: str, stated: Mapping[str, Any]) -> Statement:
    if stated["Effect"] != "Allow" or not {"Action", "Resource"} <= set(stated):
        raise ValueError(f"{service}: {stated.get('Sid')} is not a plain permission")
    resources = tuple(_name(service, one) for one in _listed(stated["Resource"]))
    return Statement(stated["Sid"], frozenset(_listed(stated["Action"])), resources, stated.get("Condition", {}))


def _name(service: str, resource: Any) -> str:
    """The resource that an intrinsic function of a template means."""
    match resource:
        case "*":
            return "*"
        case {"Fn::GetAtt": [logical, "StreamArn"]}:
            return f"{service}.{logical}/{STREAM}"
        case {"Fn::GetAtt": [logical, "Arn" | "Id"]}:
            return f"{service}.{logical}"
        case {"Ref": parameter} if parameter in _PARAMETERS:
            return _PARAMETERS[parameter]
        case {"Fn::Sub": text} if text == _BUS:
            return "core.Bus"
        case {"Fn::Sub": str(text)} if found := re.fullmatch(r"\$\{(\w+)\.Arn\}(/.+)", text):
            return f"{service}.{found[1]}{found[2]}"
        case _:
            raise ValueError(f"{service}: unknown resource {resource}")


def _holds(operator: str, wanted: Any, given: str | None) -> bool:
    """Whether one condition holds. Raises ValueError for an operator that is unknown here."""
    among = given in [_value(one) for one in _listed(wanted)]
    match operator:
        case "StringEquals":
            return among
        case "StringEqualsIfExists" | "ForAllValues:StringEquals":
            return given is None or among
        case _:
            raise ValueError(f"unknown operator {operator}")


def _value(value: Any) -> str:
    """The value of a condition. A parameter of the template is named by its name."""
    return value if isinstance(value, str) else str(value.get("Ref") or value["Fn::Sub"])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
