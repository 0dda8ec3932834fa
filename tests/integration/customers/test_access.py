"""Every route with every role, and with another customer's id."""

from __future__ import annotations

import pytest

from customers.access import ACCESS
from shared import ids
from shared.auth import Role
from tests.integration.customers.desk import app, call

ADA = ids.new_customer_id()
BEN = ids.new_customer_id()
CALLERS = [*(role.value for role in Role if role not in {Role.SELF, Role.PUBLIC, Role.CUSTOMER}), ADA, BEN]


def test_the_access_table_names_every_route_and_no_other() -> None:
    app.endpoint.check_access()
    assert set(ACCESS) == {route.key for route in app.endpoint.routes}


@pytest.mark.parametrize("route", sorted(ACCESS))
def test_a_route_answers_those_whom_the_table_names_and_nobody_else(route: str) -> None:
    method, path = route.split()
    path = path.format(customer_id=ADA, order_id="o-1") if "{" in path else path
    for caller in CALLERS:
        answer = call(method, path, {}, by=caller)
        is_self = caller == ADA and Role.SELF in ACCESS[route]
        allowed = is_self or caller in {role.value for role in ACCESS[route]}
        assert (answer.status == 403) is not allowed, caller


def test_without_a_token_nothing_is_answered() -> None:
    for route in ACCESS:
        method, path = route.split()
        headers = {"Authorization": ""}
        answer = call(method, path.format(customer_id=ADA, order_id="o-1"), {}, headers=headers)
        assert answer.status == 401
