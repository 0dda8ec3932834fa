"""Referral rewards: how often, and for how long."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from loyalty.orders import referral_rewards
from loyalty.orders import rules as order_rules
from loyalty.points.referral_rules import Referral
from tests.simulation.bugs.planting import Replaced, bug


@bug("Nothing says that the rewards are granted: each order that is heard of while one qualifies grants them again")
def reward_granted_twice() -> Replaced:
    def another(referee: str, bonus: str, _: int) -> tuple[str, str]:
        return f"REFERRAL#{referee}", f"{bonus.upper()}#{uuid.uuid4().hex}"

    return [(Referral, "changed", property(lambda self: self)), (referral_rewards, "key_of_reward", another)]


@bug("An order that is reversed leaves the referral rewards that it brought")
def reward_kept() -> Replaced:
    counted = order_rules.counted

    def only_up(referrals: Any, referees: Iterable[str], change: int) -> Any:
        return counted(referrals, referees, max(change, 0))

    return [(order_rules, "counted", only_up)]
