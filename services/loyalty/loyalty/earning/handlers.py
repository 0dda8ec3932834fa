"""Requests and events of earning: each calls one use case."""

from __future__ import annotations

from loyalty.earning.bonuses import reward_review
from loyalty.earning.models import Simulation, SimulationView
from loyalty.earning.simulation import simulate_order
from shared.events.customers import ReviewRecorded
from shared.http import Request
from shared.messages.inbox import Heard


def simulate(request: Request, body: Simulation) -> SimulationView:
    """What an order would earn, and by which rules. Nothing is posted."""
    return simulate_order(body)


def hear_review_recorded(heard: Heard[ReviewRecorded]) -> None:
    """Reward a review."""
    reward_review(heard.data, heard.cause)
