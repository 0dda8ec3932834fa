"""The time of arrival: what counts on which day, and as of when."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from typing import Any

from loyalty.earning.quota import Quota
from loyalty.orders import recorded_order
from loyalty.orders import usecases as orders
from tests.simulation.bugs.planting import Replaced, bug


@bug("An order earns as of the moment at which it is heard of, not of its own")
def earned_on_arrival() -> Replaced:
    return [(recorded_order, "plausible", lambda _, now: now)]


@bug("An order counts towards the limits of the day on which it is heard of")
def limited_on_arrival() -> Replaced:
    class OnArrival(Quota):
        """A quota of today, whatever day it is asked for."""

        @classmethod
        def of(cls, stored: Any, _: Any, today: Any = None) -> Any:
            return Quota.of(stored, today)

    return [(recorded_order, "Quota", OnArrival)]


@bug("An order earns by the tier in which the customer is when it is heard of")
def tier_on_arrival() -> Replaced:
    class Store:
        """The store of accounts, in which everybody always was what they are."""

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        @staticmethod
        def tier_on(account: Any, _: Any) -> Any:
            return account.tier

    store = orders.store
    return [(orders, "store", Store())]
