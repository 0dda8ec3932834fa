"""Simulates an order: prices it, and posts nothing."""

from __future__ import annotations

from loyalty.earning.models import Member, PartView, Simulation, SimulationView
from loyalty.earning.quota import Quota
from loyalty.earning.rules import price
from loyalty.points.items import PointsAccount
from loyalty.points.store import existing_account
from loyalty.programme.models import Programme
from loyalty.programme.usecases import current_programme
from shared import clock
from shared.errors import InvalidError


def simulate_order(simulation: Simulation) -> SimulationView:
    """The points that the order would earn now. The account is read only if the request names a customer.

    Raises NotFoundError for a customer without an account.
    """
    now = clock.now()
    in_force = current_programme(now)
    programme = in_force.programme
    account = existing_account(simulation.customer_id) if simulation.customer_id else None
    who = _member(simulation, account, programme)
    order = simulation.order.facts(programme.currency, now)
    left = Quota.of(account.quota, programme.day_of(now)).left(programme.earning.limits) if account else None
    earned = price(order, who, programme, left)
    return SimulationView(
        points=earned.points,
        parts=tuple(PartView(rule=part.rule, points=part.points) for part in earned.parts),
        base=earned.base,
        currency=order.currency,
        tier=who.tier,
        programme=in_force.version,
    )


def _member(simulation: Simulation, account: PointsAccount | None, programme: Programme) -> Member:
    """The customer's facts: from the request, else from the account, else the first tier alone.

    Raises InvalidError for a tier that the programme never had.
    """
    if simulation.tier and programme.tiers.unknown([simulation.tier]):
        raise InvalidError.of("tier", f"There is no tier {simulation.tier}")
    known = Member(programme.tiers.rungs[0].tier)
    if account:
        known = Member.of(
            account.tier_in(programme.tiers), account.groups, account.birthday, account.status, account.birthdays
        )
    return Member(
        tier=simulation.tier or known.tier,
        groups=known.groups if simulation.groups is None else simulation.groups,
        birthday=simulation.birthday or known.birthday,
        status=known.status,
        birthdays=known.birthdays,
    )
