"""The packaged services, as they would be deployed to this machine's architecture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from infra.bundle import HOST, bundle
from shared.services import SERVICES

__all__ = ["SERVICES", "archive", "functions", "of_type", "policies", "properties", "template"]


@cache
def archive(service: str) -> Path:
    return bundle(HOST, [service])[0].archive


@cache
def template(service: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(bundle(HOST, [service])[0].template.read_text())
    return loaded


def of_type(service: str, kind: str) -> dict[str, dict[str, Any]]:
    """The resources of a CloudFormation type, by logical id."""
    return {name: part for name, part in template(service)["Resources"].items() if part["Type"] == kind}


def properties(service: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = template(service)["Resources"][name]["Properties"]
    return found


def functions(service: str) -> dict[str, dict[str, Any]]:
    """Properties of the service's functions, by logical id."""
    return {name: part["Properties"] for name, part in of_type(service, "AWS::Serverless::Function").items()}


def policies(service: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every role, with the role's logical id."""
    for name, role in of_type(service, "AWS::IAM::Role").items():
        for policy in role["Properties"]["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement
