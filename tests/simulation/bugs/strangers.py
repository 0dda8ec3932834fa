"""What somebody sees who registers with an e-mail that a guest has bought with."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from typing import Any

from customers.accounts.items import ProfileItem
from customers.orders import usecases as orders
from customers.orders.store import Sight
from customers.verification import usecases as verification
from loyalty.orders import usecases as orders_of_loyalty
from loyalty.orders.recorded_order import RecordedOrder
from loyalty.points import usecases as points_of_loyalty
from loyalty.points.items import PointsAccount
from tests.simulation.bugs.planting import Replaced, bug


@bug("Whoever registers gets the guest's name, phone and verified e-mail too")
def guest_details_kept() -> Replaced:
    return [(ProfileItem, "forget_person", lambda _: None)]


@bug("Whoever registers is shown the guest's orders at once")
def past_orders_shown() -> Replaced:
    newest = orders.list_newest_orders

    def all_of_them(customer_id: str, limit: int, position: Any, *_: Any) -> Any:
        return newest(customer_id, limit, position, None, Sight.STAFF)

    return [(orders, "list_newest_orders", all_of_them)]


@bug("Whoever registers is shown the guest's points at once")
def past_points_shown() -> Replaced:
    return [(PointsAccount, "hides_past", False)]


@bug("A guest's order that loyalty hears of after the registration hides nothing")
def late_past_shown() -> Replaced:
    return [(RecordedOrder, "opened_at", lambda _, before: before)]


@bug("Loyalty does not hear that an e-mail was verified, or is not any more")
def profile_change_unheard() -> Replaced:
    return [(points_of_loyalty, "keep_profile", lambda *_: None)]


@bug("What arrives by an unverified e-mail alone earns at once")
def waiting_orders_earn() -> Replaced:
    return [(orders_of_loyalty, "_owned", lambda order: order)]


@bug("Nobody tells again what waited for an e-mail that is verified now")
def waiting_goes_on() -> Replaced:
    return [(verification, "list_waiting", lambda *_: [])]
