"""A person is erased: at once, wholly, whatever happens meanwhile, and for good."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from customers.accounts.items import ProfileItem, ProfileTombstone
from customers.accounts.store import find_account
from customers.erasure import usecases
from customers.orders import usecases as orders
from customers.orders.items import OrderItem
from customers.orders.store import find_order, find_stats
from shared.events.customers import OrderRecorded
from shared.events.foreign import Buyer
from shared.events.privacy import ErasureAnswered
from tests.harness.aws.ground import items
from tests.harness.heard import foreign_event
from tests.harness.interruptions import after_first, crash_at
from tests.harness.orders import EMAIL, order, paid, placed, refunded, reviewed
from tests.integration.customers.desk import (
    NOBODY_KNOWN,
    REQUEST,
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
    stored,
    told,
)

PERSON = {"first_name": "Ada-Canary", "last_name": "Lovelace-Canary", "phone": "+442079460000"}
CANARIES = (EMAIL, "ada-canary", "lovelace-canary", "442079460000", "1990-12-10", "group-canary")
ERASED = {"erased_email": 1, "erased_profile": 1, "erased_stats": 1}


def ada_with_orders(number: int = 2) -> str:
    """A customer with orders, and with an answer kept for a repeated request."""
    hear(*(paid(order(f"o-{n}")) for n in range(1, number + 1)))
    made = register(**PERSON, date_of_birth="1990-12-10", headers={"Idempotency-Key": "k-1"})
    customer_id: str = made.json["id"]
    change(customer_id, made.json["version"], groups=["group-canary"])
    return customer_id


def answers() -> list[ErasureAnswered]:
    return told(ErasureAnswered)


def forgotten(order_id: str) -> bool:
    found = find_order(order_id)
    return found is not None and bool(found.anonymised) and found.customer_id is None


def test_nothing_of_the_person_is_left_and_orders_keep_their_amounts() -> None:
    ada = ada_with_orders()
    assert all(canary in stored() for canary in CANARIES)
    hear(erasure(ada))
    assert not [canary for canary in CANARIES if canary in stored()]
    assert kinds() == ERASED | {"order": 2, "receipt": 1}  # this receipt says no more than where the answer was
    for each in ("o-1", "o-2"):
        found = find_order(each)
        assert found
        assert (found.total, found.facts.spent, found.anonymised, found.history) == (1000, 1000, True, None)
        assert ada not in str(found.attribute_values)


def test_the_answer_counts_what_was_erased_and_names_what_was_kept() -> None:
    ada = ada_with_orders()
    hear(erasure(ada))
    [answer] = answers()
    assert (answer.request_id, answer.customer_id, answer.service) == (REQUEST, ada, "customers")
    assert answer.erased == {"profiles": 1, "emails": 1, "stats": 1, "receipts": 1, "dead_letters": 0}
    assert [(kept.what, kept.count) for kept in answer.kept] == [("orders", 2)]


def test_an_erased_customer_is_not_found_by_anyone() -> None:
    ada = ada_with_orders()
    hear(erasure(ada))
    for by in ("support", ada):
        assert [call("GET", f"/api/customers/{ada}{part}", by=by).status for part in ("", "/orders")] == [404, 404]
    assert call("GET", f"/api/customers/{ada}/stats").status == 404
    assert call("GET", "/api/customers").json == {"data": [], "next_cursor": None}
    order_ = call("GET", "/api/orders/o-1").json
    assert (order_["customer_id"], order_["total"], order_["status"]) == (None, 1000, "paid")


def test_a_repeated_registration_request_is_not_answered_from_before() -> None:
    hear(erasure(ada_with_orders()))
    again = register(**PERSON, date_of_birth="1990-12-10", headers={"Idempotency-Key": "k-1"})
    assert again.status == 410


def test_any_number_of_orders_is_anonymised() -> None:
    ada = ada_with_orders(25)
    hear(erasure(ada))
    assert [answer.kept[0].count for answer in answers()] == [25]
    assert all(forgotten(f"o-{n}") for n in range(1, 26))


def test_somebody_who_never_was_here_cannot_come_later() -> None:
    hear(erasure(NOBODY_KNOWN))
    [answer] = answers()
    assert (answer.erased, answer.kept) == ({"profiles": 0, "emails": 0, "dead_letters": 0}, [])
    hear(paid(order(buyer=Buyer(id=NOBODY_KNOWN, email=EMAIL))))
    assert customer_of() is None
    assert kinds() == {"erased_profile": 1, "order": 1}


def test_a_guest_without_an_email_is_erased_too() -> None:
    hear(paid(order(buyer=Buyer(email="nonsense", first_name="Ada-Canary"))))
    hear(erasure(customer_of() or ""))
    assert forgotten("o-1")
    assert "canary" not in stored()


# --- late events -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_email", [True, False])
def test_an_order_that_names_the_erased_person_is_kept_without_them(by_email: bool) -> None:
    ada = register(**PERSON).json["id"]
    hear(erasure(ada))
    buyer = Buyer(email="ADA@example.com", first_name="Ada-Canary") if by_email else Buyer(id=ada)
    hear(paid(order("o-9", buyer=buyer)))
    assert forgotten("o-9")
    event = told(OrderRecorded)[-1]
    assert (event.order_id, event.customer_id, event.stats, event.total) == ("o-9", None, None, 1000)
    assert not [canary for canary in CANARIES if canary in stored()]


def test_a_late_event_of_an_anonymised_order_moves_its_amounts_only() -> None:
    hear(paid(order("o-1")))
    ada = customer_of() or ""
    hear(erasure(ada))
    hear(refunded(order("o-1"), 400))
    event = told(OrderRecorded)[-1]
    assert (event.refunded, event.customer_id, event.stats) == (400, None, None)
    assert forgotten("o-1")
    hear(refunded(order("o-1"), 400))
    assert len(told(OrderRecorded)) == 2


def test_orders_of_before_do_not_follow_the_person_who_comes_back() -> None:
    ada = ada_with_orders()
    hear(erasure(ada))
    again = register().json["id"]
    hear(refunded(order("o-1"), 400), paid(order("o-2")))
    assert forgotten("o-1")
    assert forgotten("o-2")
    assert call("GET", f"/api/customers/{again}/orders").json["data"] == []


# --- twice, late, crashed, and in between ----------------------------------------------------------------------------


def test_the_request_heard_again_is_answered_again_with_the_same_counts() -> None:
    ada = ada_with_orders()
    hear(erasure(ada), erasure(ada))
    first, second = answers()
    assert (first.erased, first.kept) == (second.erased, second.kept)


def test_an_erasure_cut_off_before_any_write_ends_right_when_it_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usecases, "PAGE", 2)
    ada = ada_with_orders(3)
    before = items("customers")
    for number in range(1, 60):
        stage.empty(before)
        if not crash_at(number, lambda: deliver(erasure(ada))):
            break
        hear(erasure(ada))
        answer = answers()[-1]
        assert answer.erased == {"profiles": 1, "emails": 1, "stats": 1, "receipts": 1, "dead_letters": 0}, number
        assert answer.kept[0].count == 3, number
        assert not [canary for canary in CANARIES if canary in stored()], number
    assert number == 7


def test_an_order_recorded_while_the_person_is_erased_is_anonymised_too(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = ada_with_orders()
    after_first(
        monkeypatch,
        usecases,
        "_suppress",
        lambda: hear(
            paid(
                order("o-8"),
            ),
            paid(order("o-9", buyer=Buyer(id=ada))),
        ),
    )
    hear(erasure(ada))
    assert forgotten("o-8")
    assert forgotten("o-9")
    assert answers()[-1].kept[0].count == 3


def test_an_event_between_the_tombstones_and_the_orders_does_the_erasures_part(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = ada_with_orders()
    after_first(monkeypatch, usecases, "_close_stats", lambda: hear(refunded(order("o-1"), 400)))
    hear(erasure(ada))
    assert forgotten("o-1")
    assert forgotten("o-2")
    assert answers()[-1].kept[0].count == 2
    stats: Any = find_stats(ada, "USD")
    assert stats.orders_left == 0


def test_a_first_order_in_another_currency_meanwhile_finds_the_person_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = ada_with_orders()
    after_first(monkeypatch, orders, "resolve_owner", lambda: hear(erasure(ada)))
    hear(paid(order("o-9", buyer=Buyer(id=ada), currency="EUR")))
    assert forgotten("o-9")
    assert kinds()["erased_stats"] == 1
    assert "stats" not in kinds()


def test_an_event_of_an_order_in_between_makes_the_page_start_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = ada_with_orders()
    after_first(monkeypatch, usecases, "reload_orders", lambda: hear(refunded(order("o-1"), 400)))
    hear(erasure(ada))
    found = find_order("o-1")
    assert found
    assert (found.facts.refunded, found.anonymised) == (400, True)


def test_an_index_that_lags_is_waited_for_and_then_the_request_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = ada_with_orders()
    with monkeypatch.context() as lagging:
        lagging.setattr(OrderItem.by_customer, "query", lambda *_, **__: iter(()))
        lagging.setattr("time.sleep", lambda _: None)
        assert len(deliver(erasure(ada))) == 1
        assert answers() == []
        assert read(ada).status == 404
    hear(erasure(ada))
    assert answers()[-1].kept[0].count == 2


def test_a_registration_in_between_makes_the_suppression_start_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(paid(order()))
    guest = customer_of() or ""
    after_first(monkeypatch, usecases, "find_account", lambda: register(**PERSON))
    hear(erasure(guest))
    assert read(guest).status == 404
    assert not [canary for canary in CANARIES if canary in stored()]


def test_dead_letters_of_the_person_are_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = register().json["id"]
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="regulars-test-customers-dead")["QueueUrl"]
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", url)
    for buyer in (Buyer(email="Ada@Example.com"), Buyer(id=ada), Buyer(email="ben@example.com")):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(foreign_event(placed(order(buyer=buyer)))))
    hear(erasure(ada))
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert int(left["ApproximateNumberOfMessagesNotVisible"]) + int(left["ApproximateNumberOfMessages"]) == 1
    assert answers()[-1].erased["dead_letters"] == 2
    tombstone = find_account(ada)
    assert isinstance(tombstone, ProfileTombstone)
    assert tombstone.sweep_for is None


OLD, NEW = "old@example.com", "new@example.com"


def moved() -> str:
    """Somebody who had the old address before the new one."""
    ada: str = register(OLD).json["id"]
    assert change(ada, 1, email=NEW).status == 200
    return ada


@pytest.mark.parametrize("written", [OLD, NEW, " OLD@Example.com "])
def test_an_order_under_any_former_address_is_nobodys(written: str) -> None:
    ada = moved()
    hear(erasure(ada))
    hear(
        placed(order(buyer=Buyer(email=written, first_name="Ada", last_name="Lovelace"))),
        reviewed("r", Buyer(email=written)),
    )
    assert customer_of() is None
    assert "lovelace" not in stored()
    assert not {"profile", "review", "email"} & set(kinds())
    assert create(OLD).json["type"] == "/problems/email-erased"
    assert register(OLD).status == 201


def test_a_former_address_that_somebody_else_has_now_stays_theirs() -> None:
    ada = moved()
    ben = register(OLD).json["id"]
    hear(erasure(ada))
    hear(placed(order(buyer=Buyer(email=OLD))))
    assert customer_of() == ben


def test_an_address_that_is_used_again_is_buried_once() -> None:
    ada = moved()
    change(ada, 2, email=OLD)
    hear(erasure(ada))
    assert kinds()["erased_email"] == 2
    assert answers()[-1].erased["emails"] == 1


def test_a_profile_of_an_earlier_release_has_no_former_addresses() -> None:
    ada = register(OLD).json["id"]
    profile = find_account(ada)
    assert isinstance(profile, ProfileItem)
    assert profile.former_emails is None
    hear(erasure(ada))
    assert kinds()["erased_email"] == 1


def test_letters_under_a_former_address_are_swept_also_those_that_die_later(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = moved()
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="regulars-test-customers-later")["QueueUrl"]
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", url)

    def die(*emails: str) -> None:
        for email in emails:
            body = json.dumps(foreign_event(placed(order(buyer=Buyer(email=email)))))
            sqs.send_message(QueueUrl=url, MessageBody=body)

    sqs.send_message(QueueUrl=url, MessageBody="old@example.com is no event")
    die("Old@Example.com", NEW, "ben@example.com")
    hear(erasure(ada))
    assert answers()[-1].erased["dead_letters"] == 2
    die(" OLD@example.com", NEW)
    hear(erasure(ada))
    assert answers()[-1].erased["dead_letters"] == 4
    register(OLD)
    die(OLD, NEW)
    hear(erasure(ada))
    assert answers()[-1].erased["dead_letters"] == 5
