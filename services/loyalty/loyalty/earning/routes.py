"""The routes of earning."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.earning.models import Simulation, SimulationView
from loyalty.earning.simulation import simulate_order
from shared.http import Request, Routes

endpoint = Routes(ACCESS["earning"])


@endpoint.post("/api/loyalty/simulate")
def simulate(request: Request, body: Simulation) -> SimulationView:
    """What an order would earn, and by which rules. Nothing is posted."""
    return simulate_order(body)
