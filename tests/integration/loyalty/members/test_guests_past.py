"""What a guest collected shows to whoever registers with the guest's e-mail once the e-mail is verified."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared import clock
from shared.events.customers import CustomersMerged, OrderStatus
from shared.roles import Role
from tests.integration.loyalty.shop import ADA, BOB, account, entries, erasure, get, hear, order, registration, update

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


def test_an_order_that_waits_for_its_e_mail_earns_once_it_is_told_again() -> None:
    register_now()
    hear(order("A2", placed_at=clock.now()))
    before = account().balance
    hear(order(placed_at=clock.now(), by_email=True, waits=True), version=101)
    assert (statuses(), account().balance) == ([200, 200, 200], before)
    assert "A1" not in get(f"/api/customers/{ADA}/points/entries", by=ADA).text
    hear(order(placed_at=clock.now()), version=102)
    hear(order(placed_at=clock.now(), by_email=True, waits=True), version=101)
    assert (statuses(), account().balance) == ([200, 200, 200], 2 * before)


def test_of_an_order_refunded_while_it_waited_the_rest_earns() -> None:
    register_now()
    waiting = {"total": 10000, "placed_at": clock.now(), "by_email": True, "waits": True}
    hear(order(**waiting), version=101)
    hear(order(**waiting, refunded=5000), version=102)
    assert not account().entries
    hear(order(total=10000, placed_at=clock.now(), refunded=5000), version=103)
    assert [entry.amount for entry in entries()] == [1000, -500]


@pytest.mark.parametrize("registers_first", [True, False])
def test_what_a_guests_e_mail_brought_hides_whatever_its_time_and_its_turn(registers_first: bool) -> None:
    if registers_first:
        register_now()
    hear(order(placed_at=clock.now() + timedelta(hours=20), by_email=True))
    if not registers_first:
        register_now()
    assert statuses() == [403, 403, 403]
    update_now(2, verified=True)
    assert statuses() == [200, 200, 200]


def test_an_unpaid_order_of_a_guest_hides_too() -> None:
    register_now()
    hear(order(placed_at=clock.now(), paid_at=None, status=OrderStatus.PLACED, by_email=True))
    hear(order(placed_at=clock.now(), by_email=True))
    assert statuses() == [403, 403, 403]


def test_a_merge_takes_over_what_a_guests_e_mail_brought() -> None:
    hear(order(placed_at=clock.now(), customer_id=BOB, by_email=True))
    register_now()
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at=clock.now()))
    assert statuses() == [403, 403, 403]


def test_another_address_that_is_verified_shows_nothing_of_the_guests() -> None:
    hear(order())
    register_now()
    assert hear(update(registered_at=clock.now(), email_verified=True, past_unproven=True), version=2) == 0
    assert statuses() == [403, 403, 403]
    update_now(3, verified=True)
    assert statuses() == [200, 200, 200]
