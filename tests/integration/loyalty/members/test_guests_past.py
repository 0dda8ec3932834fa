"""What a guest collected shows to whoever registers with the guest's e-mail once the e-mail is verified."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared import clock
from shared.events.customers import OrderStatus
from shared.roles import Role
from tests.integration.loyalty.shop import ADA, account, erasure, get, hear, order, registration, update

READS = ("points", "points/entries", "card")


def statuses(by: Role | str = ADA) -> list[int]:
    return [get(f"/api/customers/{ADA}/{path}", by=by).status for path in READS]


def register_now(*, verified: bool = False) -> None:
    assert hear(registration(registered_at=clock.now(), email_verified=verified), version=1) == 0


def update_now(version: int, *, verified: bool) -> None:
    assert hear(update(registered_at=clock.now(), email_verified=verified), version=version) == 0


def test_a_stranger_who_registers_reads_nothing_of_the_guest() -> None:
    hear(order())
    register_now()
    hear(order("A2"))
    answer = get(f"/api/customers/{ADA}/points/entries", by=ADA)
    assert (answer.status, answer.json["type"]) == (403, "/problems/email-not-verified")
    assert "once the e-mail is verified" in answer.json["detail"]
    assert "A1" not in answer.text
    assert statuses() == [403, 403, 403]


def test_a_guests_order_paid_after_the_registration_does_not_show_either() -> None:
    hear(order(paid_at=None, status=OrderStatus.PLACED))
    register_now()
    hear(order())
    assert statuses() == [403, 403, 403]


@pytest.mark.parametrize("by", [Role.SUPPORT, Role.STOREFRONT])
def test_staff_and_storefront_see_all(by: Role) -> None:
    hear(order())
    register_now()
    assert statuses(by) == [200, 200, 200]


def test_the_past_shows_once_the_email_is_verified_and_hides_when_it_is_not_any_more() -> None:
    hear(order())
    register_now()
    update_now(2, verified=True)
    assert statuses() == [200, 200, 200]
    update_now(3, verified=False)
    assert statuses() == [403, 403, 403]


def test_an_older_profile_changes_nothing() -> None:
    hear(order())
    update_now(3, verified=False)
    register_now(verified=True)
    update_now(2, verified=True)
    assert account().card_number
    assert statuses() == [403, 403, 403]


def test_a_registration_with_a_verified_email_hides_nothing() -> None:
    hear(order())
    register_now(verified=True)
    assert statuses() == [200, 200, 200]


def test_an_account_that_began_after_the_registration_is_not_affected() -> None:
    register_now()
    hear(order(placed_at=clock.now()))
    assert statuses() == [200, 200, 200]


def test_a_guests_order_that_is_heard_after_the_registration_does_not_show_either() -> None:
    register_now()
    hear(order("A2", placed_at=clock.now()))
    assert statuses() == [200, 200, 200]
    hear(order(placed_at=clock.now() - timedelta(days=1)))
    assert statuses() == [403, 403, 403]
    update_now(2, verified=True)
    assert statuses() == [200, 200, 200]


def test_an_order_heard_before_the_registration_it_came_after_hides_only_until_that_is_heard() -> None:
    registered_at = clock.now() - timedelta(seconds=5)
    hear(order(placed_at=clock.now()))
    assert statuses()[:2] == [403, 403]
    hear(registration(registered_at=registered_at))
    assert statuses() == [200, 200, 200]


def test_an_erased_account_learns_nothing_any_more() -> None:
    hear(order())
    register_now()
    hear(erasure())
    update_now(2, verified=True)
    kept = account().attribute_values
    assert [kept.get(name) for name in ("registered_at", "email_verified", "profile_version", "opened_at")] == [
        None
    ] * 4
