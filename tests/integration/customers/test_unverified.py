"""What names a registered customer by an e-mail alone is not theirs to see or use until the e-mail is verified."""

from __future__ import annotations

from datetime import timedelta

import pytest

from customers.emails.store import email_key
from customers.emails.waiting import list_waiting
from customers.orders import buyers
from customers.orders.store import find_order
from shared import clock
from shared.events.customers import CustomerUpdated, OrderRecorded, ReviewRecorded
from shared.events.foreign import Buyer
from shared.items.table import Put, commit
from tests.harness.aws.ground import items
from tests.harness.interruptions import after_first, crash_at
from tests.harness.orders import EMAIL, order, paid, placed, refunded, reviewed
from tests.integration.customers.desk import (
    call,
    change,
    create,
    customer_of,
    deliver,
    erasure,
    hear,
    kinds,
    read,
    register,
    stage,
    told,
    totals,
)

VICTIM = "victim@example.com"


def seen(customer_id: str, by: str = "") -> list[str]:
    """The orders that somebody is shown of a customer; the customer themselves, if nobody else is named."""
    answer = call("GET", f"/api/customers/{customer_id}/orders", by=by or customer_id)
    return [each["id"] for each in answer.json["data"]]


def verify(customer_id: str, *, hears: bool = True) -> CustomerUpdated:
    """Staff verify the e-mail, and customers hears of it."""
    answer = change(customer_id, read(customer_id).json["version"], email_verified=True)
    assert answer.status == 200
    event = told(CustomerUpdated)[-1]
    if hears:
        hear(event, version=answer.json["version"])
    assert isinstance(event, CustomerUpdated)
    return event


def last(name: type[OrderRecorded | ReviewRecorded]) -> tuple[bool, bool]:
    """What was told last of whose it is."""
    event = told(name)[-1]
    return event.by_email, event.waits


@pytest.mark.parametrize("days", [-2, 0, 0.9])
def test_an_order_by_e_mail_alone_waits_for_its_verification_whatever_its_time(days: float) -> None:
    mallory = register(VICTIM).json["id"]
    one = order(buyer=Buyer(email=VICTIM), placed_at=clock.now() + timedelta(days=days))
    hear(placed(one), paid(one))
    assert (seen(mallory), seen(mallory, "support"), customer_of()) == ([], ["o-1"], mallory)
    assert (last(OrderRecorded), totals(mallory)) == ((True, True), (1, 1000))
    event = verify(mallory)
    assert (seen(mallory), last(OrderRecorded)) == (["o-1"], (False, False))
    assert (told(OrderRecorded)[-1].customer_id, told(OrderRecorded)[-1].total) == (mallory, 1000)
    number = len(told(OrderRecorded))
    hear(event, event, version=2)
    assert (len(told(OrderRecorded)), list_waiting(mallory)) == (number, [])


def test_an_order_that_names_the_customers_id_does_not_wait() -> None:
    ada = register().json["id"]
    hear(placed(order(buyer=Buyer(id=ada, email=EMAIL), placed_at=clock.now())))
    assert seen(ada) == ["o-1"]
    assert last(OrderRecorded) == (False, False)


def test_an_order_after_the_verification_does_not_wait() -> None:
    ada = create(email_verified=True).json["id"]
    hear(placed(order(placed_at=clock.now())))
    assert (seen(ada), last(OrderRecorded)) == (["o-1"], (False, False))


def test_a_guests_order_is_hidden_from_whoever_registers_whatever_its_time() -> None:
    hear(placed(order(buyer=Buyer(email=VICTIM), placed_at=clock.now() + timedelta(hours=20))))
    assert last(OrderRecorded) == (True, False)
    mallory = register(VICTIM).json["id"]
    assert (customer_of(), seen(mallory)) == (mallory, [])
    verify(mallory)
    assert seen(mallory) == ["o-1"]


def test_an_order_that_names_the_id_later_waits_no_more() -> None:
    ada = register().json["id"]
    by_email, by_id = order(placed_at=clock.now()), order(buyer=Buyer(id=ada), placed_at=clock.now())
    hear(placed(by_email), placed(by_email))
    assert len(told(OrderRecorded)) == 1
    hear(placed(by_id), placed(by_id))
    assert (len(told(OrderRecorded)), last(OrderRecorded), seen(ada)) == (2, (False, False), ["o-1"])
    assert (list_waiting(ada), totals(ada)) == ([], (1, 0))


def test_an_order_that_waits_keeps_waiting_through_its_events() -> None:
    ada = register().json["id"]
    one = order(placed_at=clock.now())
    hear(placed(one), paid(one), refunded(one, 400, at=clock.now()))
    assert (last(OrderRecorded), seen(ada), totals(ada)) == ((True, True), [], (1, 600))
    verify(ada)
    assert (last(OrderRecorded), told(OrderRecorded)[-1].refunded) == ((False, False), 400)


def test_only_the_verification_of_the_same_address_ends_the_waiting() -> None:
    mallory = register(VICTIM).json["id"]
    hear(placed(order(buyer=Buyer(email=VICTIM), placed_at=clock.now())))
    change(mallory, 1, email="mallory@example.com")
    verify(mallory)
    assert (seen(mallory), seen(mallory, "support"), last(OrderRecorded)) == ([], ["o-1"], (True, True))


def test_orders_of_a_verified_address_stay_theirs_once_they_have_another() -> None:
    ada = create(email_verified=True).json["id"]
    hear(placed(order("o-1", placed_at=clock.now())))
    change(ada, 1, email="new@example.com")
    hear(placed(order("o-2", buyer=Buyer(email="new@example.com"), placed_at=clock.now())))
    assert seen(ada) == ["o-1"]
    verify(ada)
    assert sorted(seen(ada)) == ["o-1", "o-2"]


def test_a_late_word_of_an_earlier_verification_tells_nothing_that_waits_since() -> None:
    ada = register().json["id"]
    event = verify(ada, hears=False)
    change(ada, 2, email_verified=False)
    hear(placed(order(placed_at=clock.now())))
    hear(event, version=2)
    assert (seen(ada), last(OrderRecorded)) == ([], (True, True))
    verify(ada)
    assert seen(ada) == ["o-1"]


def test_an_order_that_is_recorded_while_the_e_mail_is_verified_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = register().json["id"]
    after_first(monkeypatch, buyers, "find_account", lambda: change(ada, 1, email_verified=True))
    hear(placed(order(placed_at=clock.now())))
    assert (seen(ada), last(OrderRecorded), list_waiting(ada)) == (["o-1"], (False, False), [])


def test_a_telling_cut_off_before_any_write_goes_on_when_it_comes_again() -> None:
    ada = register().json["id"]
    for number in range(3):
        hear(placed(order(f"o-{number}", placed_at=clock.now())), reviewed(f"rev-{number}"))
    event = verify(ada, hears=False)
    before, number = items("customers"), 0
    for number in range(1, 20):
        stage.empty(before)
        if not crash_at(number, lambda: deliver(event, version=2)):
            break
        hear(event, version=2)
        assert (len(seen(ada)), list_waiting(ada)) == (3, [])
    assert number == 7


def test_an_erasure_leaves_nothing_that_waits() -> None:
    ada = register().json["id"]
    hear(*(placed(order(f"o-{number}", placed_at=clock.now())) for number in range(11)))
    event = verify(ada, hears=False)
    hear(erasure(ada))
    assert "waiting" not in kinds()
    hear(event, version=2)
    found = find_order("o-1")
    assert found
    assert (found.customer_id, found.by_email, found.waits) == (None, None, None)


def test_an_order_of_somebody_erased_meanwhile_is_not_told_again() -> None:
    ada = register().json["id"]
    hear(placed(order(placed_at=clock.now())))
    event = verify(ada, hears=False)
    found = find_order("o-1")
    assert found
    found.anonymise()
    commit(Put(found))
    number = len(told(OrderRecorded))
    hear(event, version=2)
    assert (list_waiting(ada), len(told(OrderRecorded))) == ([], number)


def test_an_order_of_an_earlier_release_is_shown_as_before() -> None:
    ada = register().json["id"]
    hear(placed(order(placed_at=clock.now() + timedelta(seconds=1))))
    found = find_order("o-1")
    assert found
    found.prove()
    commit(Put(found))
    assert seen(ada) == ["o-1"]


def test_a_review_by_e_mail_alone_waits_too() -> None:
    ada = register().json["id"]
    hear(reviewed("rev-1"), reviewed("rev-2", Buyer(id=ada)))
    assert [(event.by_email, event.waits) for event in told(ReviewRecorded)] == [(True, True), (False, False)]
    event = verify(ada)
    hear(event, version=2)
    assert [event.review_id for event in told(ReviewRecorded)].count("rev-1") == 2
    assert last(ReviewRecorded) == (False, False)
    assert "waiting" not in kinds()
    hear(reviewed("rev-3"))
    assert last(ReviewRecorded) == (False, False)


def test_a_guests_review_is_told_as_one_by_e_mail() -> None:
    hear(placed(order()), reviewed())
    assert last(ReviewRecorded) == (True, False)


def test_who_reviews_by_id_has_not_bought_what_waits() -> None:
    ada = register().json["id"]
    hear(paid(order("o-1", placed_at=clock.now())), reviewed("rev-1", Buyer(id=ada), order_id="o-1"))
    assert told(ReviewRecorded)[-1].bought is False
    verify(ada)
    hear(reviewed("rev-2", Buyer(id=ada), order_id="o-1"))
    assert told(ReviewRecorded)[-1].bought is True


def test_what_waits_names_the_address_by_its_keyed_hash_alone() -> None:
    ada = register().json["id"]
    hear(placed(order(placed_at=clock.now())))
    assert [lead.sk for lead in list_waiting(ada)] == [f"WAITS#{email_key(EMAIL)}#ORDER#o-1"]


def test_a_guests_past_shows_by_the_verification_of_the_guests_own_address_alone() -> None:
    hear(placed(order("o-1", buyer=Buyer(email=VICTIM))))
    mallory = register(VICTIM).json["id"]
    change(mallory, 2, email="mallory@example.com")
    assert verify(mallory).profile.past_unproven
    hear(placed(order("o-2", buyer=Buyer(email="mallory@example.com"), placed_at=clock.now())))
    assert seen(mallory) == ["o-2"]
    change(mallory, read(mallory).json["version"], email=VICTIM)
    assert not verify(mallory).profile.past_unproven
    assert sorted(seen(mallory)) == ["o-1", "o-2"]
