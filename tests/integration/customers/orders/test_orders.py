"""Orders come as events: twice, late, newest first, in parallel, and with or without a buyer."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from customers.orders import usecases
from customers.orders.store import find_order
from shared import ids
from shared.events.customers import OrderRecorded, OrderStatus
from shared.events.foreign import Buyer, Order, OrderLine
from tests.harness.heard import foreign_event
from tests.harness.interruptions import after_first, calls_of
from tests.harness.logs import captured_logs
from tests.harness.orders import EMAIL, NOON, cancelled, delivered, edited, order, paid, placed, refunded, reinstated
from tests.integration.customers.desk import (
    NOBODY_KNOWN,
    change,
    customer_of,
    deliver,
    hear,
    kinds,
    read,
    register,
    stage,
    told,
    totals,
)

TILL = Buyer()


def named(customer_id: str, email: str | None = None) -> Buyer:
    return Buyer(id=customer_id, email=email)


def test_each_change_of_an_order_is_told_whole_with_the_stats_after_it() -> None:
    ada = register().json["id"]
    of = order(buyer=named(ada))
    hear(placed(of))
    hear(paid(of))
    hear(refunded(of, 400))
    first, second, third = told(OrderRecorded)
    assert [each.status for each in (first, second, third)] == ["placed", "paid", "partly_refunded"]
    assert [each.refunded for each in (first, second, third)] == [0, 0, 400]
    assert [each.stats.spent for each in (first, second, third)] == [0, 1000, 600]
    assert [each.stats.version for each in (first, second, third)] == [1, 2, 3]
    assert {each.customer_id for each in (first, second, third)} == {ada}
    assert (third.stats.orders, third.stats.first_order_at, third.stats.last_order_at) == (1, NOON, NOON)
    assert (third.order_id, third.total, third.currency, third.placed_at) == ("o-1", 1000, "USD", NOON)
    assert third.paid_at == NOON + timedelta(minutes=5)
    assert third.lines == list(of.lines)


@pytest.mark.parametrize("turns", list(itertools.permutations(range(3))))
def test_any_order_of_events_ends_the_same(turns: tuple[int, ...]) -> None:
    of = order()
    events = [foreign_event(told) for told in (placed(of), paid(of), refunded(of, 400))]
    for turn in turns:
        hear(events[turn])
    assert totals(customer_of()) == (1, 600)
    found = find_order("o-1")
    assert found
    assert found.facts.status is OrderStatus.PARTLY_REFUNDED
    assert kinds() == {"email": 1, "order": 1, "profile": 1, "stats": 1}


def test_the_same_event_again_writes_and_tells_nothing() -> None:
    of = order()
    data = (
        placed(of),
        paid(of),
        refunded(of, 400),
        delivered(of),
        cancelled(of),
        reinstated(of),
        edited(order(total=900)),
    )
    events = [foreign_event(told) for told in data]
    hear(*events)
    recorded = len(stage.told())
    assert [calls_of(lambda event=event: hear(event)) for event in events] == [["GetItem"]] * 7
    assert len(stage.told()) == recorded == 7
    assert totals(customer_of()) == (1, 500)


def test_a_refund_of_before_the_payment_waits_for_it() -> None:
    of = order()
    hear(refunded(of, 400))
    assert totals(customer_of()) == (1, 0)
    hear(paid(of))
    assert totals(customer_of()) == (1, 600)


def test_refunds_never_give_back_more_than_was_paid() -> None:
    of = order()
    hear(paid(of), refunded(of, 900), refunded(of, 900, "r-2"))
    assert totals(customer_of()) == (1, 0)
    assert told(OrderRecorded)[-1].refunded == 1000


def test_the_parts_that_refunds_name_are_told_and_are_at_most_the_orders_own() -> None:
    of = order(tax=80, shipping=120)
    hear(paid(of), refunded(of, 100, tax=30, shipping=70), refunded(of, 100, tax=30, shipping=70))
    assert _refunded_parts() == (100, 30, 70)
    hear(refunded(of, 100, "r-2"), refunded(of, 160, "r-3", tax=70, shipping=90))
    assert _refunded_parts() == (360, 80, 120)


def test_an_order_from_before_refunds_named_parts_names_none() -> None:
    of = order(tax=80, shipping=120)
    hear(paid(of), refunded(of, 100))
    stored = find_order("o-1")
    assert stored
    assert not {"refunded_tax", "refunded_shipping"} & set(stored.serialize())
    assert _refunded_parts() == (100, 0, 0)


@pytest.mark.parametrize("parts", [{"tax": 101}, {"tax": 50, "shipping": 51}, {"shipping": -1}])
def test_a_refund_of_less_than_its_tax_and_shipping_counts_without_the_wrong_part(parts: dict[str, int]) -> None:
    odd = foreign_event(refunded(order(tax=200, shipping=200), 100))
    odd["detail"]["refund"] |= parts
    assert stage.deliver(odd) == []
    event = told(OrderRecorded)[-1]
    wrong = list(parts)[-1]
    assert (event.refunded, getattr(event, f"refunded_{wrong}")) == (100, 0)


def _refunded_parts() -> tuple[int, int, int]:
    event = told(OrderRecorded)[-1]
    return event.refunded, event.refunded_tax, event.refunded_shipping


def test_the_first_account_of_an_order_stands_and_the_other_is_logged_without_the_person() -> None:
    hear(placed(order()))
    with captured_logs() as lines:
        hear(paid(order(total=5000)))
    assert totals(customer_of()) == (1, 1000)
    assert "order told differently" in lines.getvalue()
    assert "ada" not in lines.getvalue().lower()


def test_what_the_total_is_made_of_is_kept_and_told_and_the_first_account_stands() -> None:
    hear(paid(order(total=1299, tax=83, shipping=399, discount=150)))
    with captured_logs() as lines:
        hear(delivered(order(total=1299, tax=84, shipping=399, discount=150)))
    assert "order told differently" in lines.getvalue()
    event = told(OrderRecorded)[-1]
    assert (event.total, event.tax, event.shipping, event.discount) == (1299, 83, 399, 150)
    assert totals(customer_of()) == (1, 1299)


def test_an_order_recorded_before_its_parts_were_told_has_none_of_them() -> None:
    hear(placed(order()))
    stored_order = find_order("o-1")
    assert stored_order
    assert not {"tax", "shipping", "discount"} & set(stored_order.serialize())
    with captured_logs() as lines:
        hear(paid(order(tax=83)))
    assert "order told differently" in lines.getvalue()
    assert told(OrderRecorded)[-1].tax == 0


def test_a_cancelled_order_has_spent_nothing_and_stays_counted_until_it_stands_again() -> None:
    of = order()
    hear(paid(of), refunded(of, 400), cancelled(of))
    event = told(OrderRecorded)[-1]
    assert (event.status, event.cancelled_at, event.refunded) == ("cancelled", NOON + timedelta(hours=1), 400)
    assert (event.stats.orders, event.stats.spent) == totals(customer_of()) == (1, 0)
    hear(reinstated(of))
    event = told(OrderRecorded)[-1]
    assert (event.status, event.stats.spent) == ("partly_refunded", 600)
    assert (event.cancelled_at, event.reinstated_at) == (None, NOON + timedelta(hours=2))
    assert totals(customer_of()) == (1, 600)


@pytest.mark.parametrize("turns", list(itertools.permutations(range(4))))
def test_the_later_of_cancelled_and_reinstated_counts_in_any_order_and_a_tie_is_cancelled(
    turns: tuple[int, ...],
) -> None:
    one, other = order("o-1"), order("o-2")
    events = [
        [paid(each), cancelled(each), reinstated(each, hours=2), cancelled(each, hours=hours)]
        for each, hours in ((one, 1), (other, 2))
    ]
    for turn in turns:
        hear(events[0][turn], events[1][turn])
    found = [find_order(order_id) for order_id in ("o-1", "o-2")]
    assert [each.facts.status for each in found if each] == ["paid", "cancelled"]
    assert totals(customer_of()) == (2, 1000)


def test_the_earliest_delivery_counts() -> None:
    of = order()
    hear(delivered(of, hours=30), delivered(of, hours=20), delivered(of, hours=40))
    assert [event.delivered_at for event in told(OrderRecorded)] == [NOON + timedelta(hours=h) for h in (30, 20)]
    assert told(OrderRecorded)[-1].status == "placed"


@pytest.mark.parametrize("turns", list(itertools.permutations(range(4))))
def test_an_edited_order_has_its_new_lines_and_total_in_any_order_of_arrival(turns: tuple[int, ...]) -> None:
    line = OrderLine(product_id="mug", quantity=2, amount=1500)
    first, last = order(total=1200), order(total=1600, tax=100, lines=[line])
    events = [placed(order()), paid(order()), edited(first, hours=1), edited(last, hours=2)]
    for turn in turns:
        hear(events[turn])
    found = find_order("o-1")
    assert found
    facts = found.facts
    assert (facts.total, facts.tax, facts.lines, facts.spent) == (1600, 100, (line,), 1600)
    assert totals(customer_of()) == (1, 1600)
    event = told(OrderRecorded)[-1]
    assert (event.total, event.edited_at, event.stats.spent) == (1600, NOON + timedelta(hours=2), 1600)
    hear(*events, refunded(first, 400))
    assert totals(customer_of()) == (1, 1200)


def test_an_edit_of_an_order_that_nobody_knew_is_the_order() -> None:
    hear(edited(order(total=700)))
    hear(paid(order()))
    assert totals(customer_of()) == (1, 700)


def test_stats_span_orders_and_keep_currencies_apart() -> None:
    hear(paid(order("o-1")))
    hear(paid(order("o-2", placed_at=NOON - timedelta(days=9), total=500)))
    hear(paid(order("o-3", currency="EUR", total=700)))
    assert totals(customer_of()) == (2, 1500)
    assert totals(customer_of(), "EUR") == (1, 700)
    stats = told(OrderRecorded)[1].stats
    assert (stats.first_order_at, stats.last_order_at) == (NOON - timedelta(days=9), NOON)


def test_an_order_between_read_and_write_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(paid(order("o-1")))
    after_first(monkeypatch, usecases, "find_order", lambda: hear(paid(order("o-2"))))
    hear(paid(order("o-3")))
    assert totals(customer_of()) == (3, 3000)


def test_two_events_of_one_order_at_once_both_count(monkeypatch: pytest.MonkeyPatch) -> None:
    of = order()
    hear(placed(of))
    after_first(monkeypatch, usecases, "find_order", lambda: hear(paid(of)))
    hear(refunded(of, 400))
    assert totals(customer_of()) == (1, 600)
    assert [event.stats.version for event in told(OrderRecorded)] == [1, 2, 3]


def test_two_first_orders_of_a_new_guest_at_once_make_one_guest(monkeypatch: pytest.MonkeyPatch) -> None:
    after_first(monkeypatch, usecases, "resolve_owner", lambda: hear(paid(order("o-2"))))
    hear(paid(order("o-1")))
    assert customer_of("o-1") == customer_of("o-2")
    assert totals(customer_of("o-1")) == (2, 2000)
    assert kinds()["profile"] == 1


# --- who bought ------------------------------------------------------------------------------------------------------


def test_a_buyer_is_found_by_id_before_the_email() -> None:
    ada, _ = register().json["id"], register("ben@example.com")
    hear(placed(order(buyer=named(ada, "ben@example.com"))))
    assert customer_of() == ada


def test_a_buyer_is_found_by_the_email_in_any_spelling() -> None:
    ada = register().json["id"]
    hear(placed(order(buyer=Buyer(email=" ADA@Example.com"))))
    assert customer_of() == ada


def test_an_unknown_id_falls_back_to_the_email() -> None:
    ada = register().json["id"]
    hear(placed(order(buyer=named(NOBODY_KNOWN, EMAIL))))
    assert customer_of() == ada


def test_an_unknown_id_alone_leaves_the_order_without_a_person() -> None:
    with captured_logs() as lines:
        hear(paid(order(buyer=named(NOBODY_KNOWN))))
    assert customer_of() is None
    assert NOBODY_KNOWN in lines.getvalue()
    [event] = told(OrderRecorded)
    assert (event.customer_id, event.stats, event.status) == (None, None, "paid")


def test_a_new_guest_keeps_the_names_and_the_order_does_not() -> None:
    hear(placed(order(buyer=Buyer(email=EMAIL, first_name="Ada", last_name="Lovelace"))))
    guest = read(customer_of() or "").json
    assert (guest["first_name"], guest["last_name"], guest["email"]) == ("Ada", "Lovelace", EMAIL)
    found = find_order("o-1")
    assert found
    assert "Ada" not in str(found.attribute_values)
    assert EMAIL not in str(found.attribute_values)


def test_an_order_with_a_bad_address_is_still_an_order() -> None:
    of = order(buyer=Buyer(email="ada at example", first_name="Ada"))
    hear(placed(of), paid(of))
    assert totals(customer_of()) == (1, 1000)
    assert read(customer_of() or "").json["email"] is None
    assert kinds() == {"order": 1, "profile": 1, "stats": 1}


@pytest.mark.parametrize("nobody", [TILL, Buyer(email="  "), Buyer(first_name="Ada")])
def test_a_sale_at_the_till_is_kept_without_a_person(nobody: Buyer) -> None:
    of = order(buyer=nobody)
    hear(placed(of), paid(of), paid(of))
    assert customer_of() is None
    assert kinds() == {"order": 1}
    assert [event.status for event in told(OrderRecorded)] == ["placed", "paid"]


def test_a_later_event_that_names_the_buyer_attaches_the_order_with_all_it_came_to() -> None:
    hear(paid(order(buyer=TILL)), refunded(order(buyer=TILL), 300))
    hear(placed(order(buyer=Buyer(email=EMAIL))))
    assert totals(customer_of()) == (1, 700)
    assert told(OrderRecorded)[-1].customer_id == customer_of()


def test_an_order_once_attached_stays() -> None:
    ada, ben = register().json["id"], register("ben@example.com").json["id"]
    hear(placed(order(buyer=named(ada))))
    hear(paid(order(buyer=named(ben))))
    assert customer_of() == ada
    assert totals(ada) == (1, 1000)


def test_a_changed_email_leads_to_a_new_guest_not_to_its_former_holder() -> None:
    ada = register().json["id"]
    change(ada, 1, email="ada@new.example.com")
    hear(placed(order()))
    assert customer_of() not in {ada, None}


# --- failures and costs ----------------------------------------------------------------------------------------------


def test_a_bad_event_fails_alone() -> None:
    bad = foreign_event(placed(order("o-2")))
    bad["detail"]["order"]["currency"] = "XXQ"
    assert len(deliver(placed(order("o-1")), bad, placed(order("o-3")))) == 1
    assert customer_of("o-1") == customer_of("o-3")


def test_of_an_order_too_large_to_be_told_of_the_last_lines_are_summed() -> None:
    lines = [OrderLine(product_id="\U0001f600" * 64, category="\U0001f600" * 64, quantity=1, amount=1)] * 200
    hear(placed(order(lines=lines)))
    [event] = told(OrderRecorded)
    assert len(event.model_dump_json().encode("unicode_escape")) < 250 * 1024
    assert (sum(line.amount for line in event.lines), sum(line.quantity for line in event.lines)) == (200, 200)
    assert event.lines[:-1] == lines[: len(event.lines) - 1]
    assert len(event.lines) > 100


def new_order(buyer: Buyer) -> Order:
    return order(str(ids.new_order_id()), buyer=buyer)


def test_a_warm_change_takes_two_reads_and_one_transaction() -> None:
    ada = register().json["id"]
    hear(placed(order(buyer=named(ada))))
    assert calls_of(lambda: hear(paid(order(buyer=named(ada))))) == ["GetItem", "GetItem", "TransactWriteItems"]
    assert calls_of(lambda: hear(placed(new_order(named(ada))))) == ["GetItem", "GetItem", "TransactWriteItems"]


def test_what_the_cold_paths_take_beside() -> None:
    ada = register().json["id"]
    by_email = calls_of(lambda: hear(placed(order())))
    assert by_email == ["GetItem", "GetItem", "GetItem", "GetItem", "TransactWriteItems"]
    # The profile says whether the e-mail is verified.
    assert calls_of(lambda: hear(placed(new_order(Buyer(email=EMAIL))))) == ["GetItem"] * 4 + ["TransactWriteItems"]
    guest = calls_of(lambda: hear(placed(new_order(Buyer(email="ben@example.com")))))
    assert guest == ["GetItem", "GetItem", "TransactWriteItems"]
    assert totals(ada) == (2, 0)
