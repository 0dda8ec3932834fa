"""A new staff role is one line in shared/roles.py: here `analyst`, who may only read segments."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import Any

from infra.apps import ROOT
from shared.contract import capabilities
from shared.services import SERVICES

LINE = '    ANALYST = "analyst", "Segments, to read", ("segments",)\n'
BEFORE = '    STOREFRONT = "storefront"\n'
PROGRAM = """
import importlib.util, json, sys, types
source = sys.stdin.read()
roles = types.ModuleType("shared.roles")
sys.modules["shared.roles"] = roles
exec(compile(source, "roles.py", "exec"), roles.__dict__)

from pathlib import Path
from infra.generate.core import core_template
from infra.tokens import STAFF_ROLES
from shared.auth import _staff_or_machine
from shared.contract import capabilities
from shared.services import SERVICES

routes = {
    f"{service} {route.key}": sorted(route.roles_in(service))
    for service in SERVICES
    for each in capabilities(service)
    for route in each.contract.routes
}
principal = _staff_or_machine({"username": "ann", "cognito:groups": ["analyst"]})
groups = [
    part["Properties"]["GroupName"]
    for part in core_template(Path()) ["Resources"].values()
    if part["Type"] == "AWS::Cognito::UserPoolGroup"
]
print(json.dumps({"routes": routes, "roles": sorted(principal.roles), "groups": groups, "tokens": STAFF_ROLES}))
"""


@cache
def with_analyst() -> dict[str, Any]:
    """What a process sees whose shared/roles.py has the line."""
    source = (ROOT / "shared" / "roles.py").read_text()
    assert source.count(BEFORE) == 1
    changed = source.replace(BEFORE, LINE + BEFORE)
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", PROGRAM], input=changed, cwd=ROOT, capture_output=True, text=True, check=True
    )
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_an_analyst_may_call_exactly_the_reads_of_segments() -> None:
    may = {key for key, roles in with_analyst()["routes"].items() if "analyst" in roles}
    assert may == {
        f"segments {route.key}"
        for capability in capabilities("segments")
        for route in capability.contract.routes
        if route.method == "GET"
    }


def test_nobody_else_may_do_more_or_less() -> None:
    now = {
        f"{service} {route.key}": sorted(route.roles_in(service))
        for service in SERVICES
        for capability in capabilities(service)
        for route in capability.contract.routes
    }
    without = {key: [role for role in roles if role != "analyst"] for key, roles in with_analyst()["routes"].items()}
    assert without == now


def test_the_user_pool_has_the_group_and_a_token_of_it_gives_the_role() -> None:
    seen = with_analyst()
    assert "analyst" in seen["groups"]
    assert "analyst" in seen["tokens"]
    assert seen["roles"] == ["analyst"]
