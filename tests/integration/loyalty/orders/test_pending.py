"""Points that wait: for days, or for the delivery."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from loyalty.ledger.balances import Activation, EntryKind
from shared.events.customers import OrderStatus
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, account, adjust, entries, expire, get, hear, order, points, told_of

Clock = Callable[[str], None]
FEBRUARY = "2026-02-01T00:00:00+00:00"
LOT = date(2027, 1, 31)
DELIVERY = {"until": "delivery", "days": 14, "longest_days": 60}


def kinds() -> list[str]:
    return [entry.entry_kind.value for entry in entries()]


def places() -> tuple[int, int]:
    """What is pending and what is available."""
    return account().balances.vector[:2]


def cancelled(order_id: str = "A1", **facts: Any) -> Any:
    return order(order_id, cancelled_at=datetime(2026, 2, 2, tzinfo=UTC), status=OrderStatus.CANCELLED, **facts)


def reinstated(order_id: str = "A1", **facts: Any) -> Any:
    return order(order_id, reinstated_at=datetime(2026, 2, 3, tzinfo=UTC), **facts)


def delivered(day: str, order_id: str = "A1", **facts: Any) -> Any:
    return order(order_id, delivered_at=datetime.fromisoformat(day).replace(tzinfo=UTC), **facts)


def test_a_delivery_that_only_moves_the_day_is_no_news(set_clock: Clock) -> None:
    set_programme(pending=DELIVERY)
    set_clock(FEBRUARY)
    hear(order(), delivered("2026-02-05"))
    assert (kinds(), told_of("PointsRipened")) == (["earned", "ripened"], [])
    set_clock("2026-02-20T00:00:00+00:00")
    expire()
    assert [event["points"] for event in told_of("PointsRipened")] == [0]


def test_points_wait_for_their_days_and_then_can_be_used(set_clock: Clock) -> None:
    set_programme(pending={"until": "days", "days": 14})
    set_clock(FEBRUARY)
    hear(order(paid_at=datetime(2026, 2, 1, tzinfo=UTC)))
    assert (places(), account().balance) == ((293, 0), 293)
    assert account().due_at == "2026-02-15T00:00Z"
    assert told_of("PointsEarned")[0]["pending_until"] == "2026-02-14"
    view = get(f"/api/customers/{ADA}/points").json
    assert (view["next_ripening"], view["next_expiry"]) == ({"on": "2026-02-15", "points": 293}, None)
    assert adjust({"points": -1, "reason": "early"}).status == 409
    set_clock("2026-02-14T23:59:59+00:00")
    expire()
    assert places() == (293, 0)
    set_clock("2026-02-15T00:00:00+00:00")
    expire()
    assert (places(), account().lots, points()) == ((0, 293), {LOT: 293}, [293, 0])
    [told] = told_of("PointsRipened")
    assert (told["points"], told["balance"], told["available"]) == (0, 293, 293)
    assert account().due_at == "2027-01-01T00:00Z"
    assert adjust({"points": -293, "reason": "late"}).status == 201


def test_points_of_one_day_ripen_together_once(set_clock: Clock) -> None:
    set_programme(pending={"until": "days", "days": 1})
    set_clock(FEBRUARY)
    hear(*(order(f"A{n}", paid_at=datetime(2026, 2, 1, tzinfo=UTC)) for n in range(3)))
    set_clock("2026-02-02T00:00:00+00:00")
    expire()
    expire()
    assert kinds() == ["earned", "earned", "earned", "ripened"]
    assert places() == (0, 879)


def test_an_order_heard_of_after_its_days_earns_at_once(set_clock: Clock) -> None:
    set_programme(pending={"until": "days", "days": 14})
    set_clock("2026-02-14T00:00:00+00:00")
    hear(order())
    assert places() == (0, 293)


def test_the_day_is_the_shops_own(set_clock: Clock) -> None:
    set_programme(time_zone="America/New_York", pending={"until": "days", "days": 14})
    set_clock("2026-02-01T03:00:00+00:00")  # still January in New York
    hear(order(paid_at=datetime(2026, 2, 1, 3, tzinfo=UTC)))
    assert account().due_at == "2026-02-14T05:00Z"


def test_a_refund_takes_from_what_waits_and_what_is_left_ripens(set_clock: Clock) -> None:
    set_programme(pending={"until": "days", "days": 14})
    set_clock(FEBRUARY)
    hear(order("B1", total=1_000), order("A1"))
    hear(order("A1", refunded=1_000, status=OrderStatus.PARTLY_REFUNDED))
    assert places() == (293, 0)
    assert account().balances.pending == {Activation(date(2026, 2, 14), LOT): 293}
    set_clock("2026-02-14T00:00:00+00:00")
    expire()
    hear(order("A1", refunded=2_933, status=OrderStatus.REFUNDED))
    assert (places(), account().balances.owed, account().lots) == ((0, 100), 0, {LOT: 100})


def test_an_order_that_is_cancelled_while_its_points_wait_and_reinstated_waits_again(set_clock: Clock) -> None:
    set_programme(pending={"until": "days", "days": 14})
    set_clock(FEBRUARY)
    hear(order(), cancelled())
    assert places() == (0, 0)
    hear(reinstated())
    assert (places(), account().balances.pending) == ((293, 0), {Activation(date(2026, 2, 14), LOT): 293})
    set_clock("2026-02-14T00:00:00+00:00")
    expire()
    assert (places(), kinds()) == ((0, 293), ["earned", "reversed", "reinstated", "ripened"])


def test_an_order_reinstated_after_its_days_gives_points_that_can_be_used(set_clock: Clock) -> None:
    set_programme(pending={"until": "days", "days": 14})
    set_clock(FEBRUARY)
    hear(order(), cancelled())
    set_clock("2026-03-01T00:00:00+00:00")
    expire()
    hear(reinstated())
    assert places() == (0, 293)
    hear(cancelled())
    assert (places(), account().balance) == ((0, 0), 0)


def test_points_wait_for_the_delivery_and_the_days_after_it(set_clock: Clock) -> None:
    set_programme(pending=DELIVERY)
    set_clock(FEBRUARY)
    hear(order("A1"), order("B1"))
    assert account().balances.pending == {Activation(date(2026, 4, 1), LOT): 586}
    set_clock("2026-02-10T00:00:00+00:00")
    heard = delivered("2026-02-09")
    assert hear(heard, heard) == 0
    assert account().balances.pending == {
        Activation(date(2026, 2, 23), LOT): 293,
        Activation(date(2026, 4, 1), LOT): 293,
    }
    assert account().due_at == "2026-02-23T00:00Z"
    set_clock("2026-02-23T00:00:00+00:00")
    expire()
    assert places() == (293, 293)
    assert kinds() == ["earned", "earned", "ripened", "ripened"]
    assert points() == [293, 293, 0, 0]


def test_an_order_delivered_before_it_is_heard_of_waits_from_its_delivery(set_clock: Clock) -> None:
    set_programme(pending=DELIVERY)
    set_clock("2026-02-10T00:00:00+00:00")
    heard = delivered("2026-02-09")
    hear(heard, heard, heard)
    assert account().balances.pending == {Activation(date(2026, 2, 23), LOT): 293}
    assert kinds() == ["earned"]
    hear(delivered("2026-01-02", "B1"))
    assert places() == (293, 293)


def test_points_of_an_order_never_said_delivered_wait_no_longer_than_the_longest(set_clock: Clock) -> None:
    set_programme(pending=DELIVERY)
    set_clock(FEBRUARY)
    hear(order())
    set_clock("2026-04-02T00:00:00+00:00")
    expire()
    assert places() == (0, 293)
    hear(delivered("2026-04-03"))
    assert (places(), kinds()) == ((0, 293), ["earned", "ripened"])


def test_a_delivery_so_long_ago_that_the_days_are_over_lets_points_be_used_at_once(set_clock: Clock) -> None:
    set_programme(pending=DELIVERY)
    set_clock(FEBRUARY)
    hear(order("A1"), order("B1"))
    set_clock("2026-03-20T00:00:00+00:00")
    hear(delivered("2026-03-01"))
    assert (places(), kinds()) == ((293, 293), ["earned", "earned", "ripened"])
    hear(delivered("2026-03-01", refunded=2_933, status=OrderStatus.REFUNDED))
    assert places() == (293, 0)


def test_the_delivery_of_what_is_left_after_a_refund_counts(set_clock: Clock) -> None:
    set_programme(pending=DELIVERY)
    set_clock(FEBRUARY)
    part = {"refunded": 1_000, "status": OrderStatus.PARTLY_REFUNDED}
    hear(order(), order(**part), delivered("2026-02-01", **part))
    assert account().balances.pending == {Activation(date(2026, 2, 15), LOT): 193}


def test_an_order_cancelled_after_its_delivery_and_reinstated_waits_as_its_delivery_said(set_clock: Clock) -> None:
    set_programme(pending=DELIVERY)
    set_clock(FEBRUARY)
    at = {"delivered_at": datetime(2026, 2, 1, tzinfo=UTC)}
    hear(order(), order(**at), cancelled(**at))
    assert places() == (0, 0)
    hear(reinstated(**at))
    assert account().balances.pending == {Activation(date(2026, 2, 15), LOT): 293}


def test_points_that_would_end_while_they_wait_can_be_used_on_the_day_they_ripen(set_clock: Clock) -> None:
    set_programme(pending={"until": "days", "days": 60}, expiry={"months": 1, "warn_days": []})
    set_clock(FEBRUARY)
    paid = datetime(2026, 2, 1, tzinfo=UTC)
    hear(order(paid_at=paid))
    activates_on = date(2026, 4, 2)
    assert account().balances.pending == {Activation(activates_on, activates_on): 293}
    set_clock("2026-04-02T00:00:00+00:00")
    expire()
    assert account().lots == {activates_on: 293}
    hear(order(paid_at=paid, refunded=1_000, status=OrderStatus.PARTLY_REFUNDED))
    assert account().lots == {activates_on: 193}
    set_clock("2026-04-03T00:00:00+00:00")
    expire()
    hear(order(paid_at=paid, refunded=2_933, status=OrderStatus.REFUNDED))
    assert (account().balance, entries()[-1].entry_kind) == (0, EntryKind.REVERSED)
