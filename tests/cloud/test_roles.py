"""Every function does what its policy allows, and is refused all else: each call is made under each role."""

from __future__ import annotations

import pytest

from infra.docs.roles import attempts
from infra.generate.policies import Role, roles
from infra.local.stage import LocalStage
from tests.cloud.reaching import Ground, Reacher, session_of


@pytest.fixture(scope="module")
def ground(stage: LocalStage) -> Ground:
    return Ground(stage)


@pytest.mark.parametrize("role", roles(), ids=lambda role: f"{role.service}-{role.short}")
def test_a_function_may_do_what_its_policy_says_and_nothing_else(stage: LocalStage, ground: Ground, role: Role) -> None:
    tried = {attempt.call: attempt.allowed for attempt in attempts(role) if attempt.made_locally}
    with session_of(stage, role) as session:
        reacher = Reacher(ground, session)
        answers = {call: reacher.is_allowed(call) for call in tried}
    assert {call for call in tried if answers[call] != tried[call]} == set()
