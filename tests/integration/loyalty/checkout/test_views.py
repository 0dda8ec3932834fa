"""Every view shows what the next call finds, whether or not the hourly job has run. It writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.ledger.balances import EntryKind
from tests.harness.interruptions import calls_of
from tests.integration.loyalty import wallet
from tests.integration.loyalty.checkout.checkouts import kept
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, account, adjust, entries, expire, get, hear, order, registration
from tests.integration.loyalty.spending import capture, held, hold, post, quote, redeem

Clock = Callable[[str], None]
NOW = "2026-02-01T12:00:20+00:00"
LATER = "2026-02-01T13:00:00+00:00"
# Points of the order wait ten days.
RIPE = "2026-02-11T00:00:00+00:00"


@pytest.fixture(autouse=True)
def noon(set_clock: Clock) -> None:
    set_clock(NOW)


def seen() -> dict[str, Any]:
    """What each view says of available points and credit."""
    points = get(f"/api/customers/{ADA}/points").json
    card = get(f"/api/customers/{ADA}/card").json
    quoted = quote(100_000).json
    [credit] = wallet.look().json["data"]
    return {
        "points": (points["available"], points["held"], points["pending"]),
        "card": (card["available"], card["cash_value"]),
        "quote": (quoted["points"]["available"], quoted["credit"]["available"]),
        "credit": (credit["available"], credit["held"]),
    }


def test_a_hold_that_is_over_counts_as_released(set_clock: Clock) -> None:
    hear(registration(), order())
    wallet.issue(500)
    held(200)
    wallet.held(300)
    assert seen()["points"] == (93, 200, 0)
    assert (seen()["quote"], seen()["credit"]) == ((93, 200), (200, 300))
    set_clock(LATER)
    before = seen()
    assert before == {"points": (293, 0, 0), "card": (293, 293), "quote": (293, 500), "credit": (500, 0)}
    # As the next calls find.
    assert (hold(293, key="h2").status, wallet.hold(500, key="h2").status) == (201, 201)


def test_a_view_is_the_same_before_the_job_and_after_it(set_clock: Clock) -> None:
    set_programme(pending={"until": "days", "days": 10}, refunds={"below_zero": "debt"})
    hear(registration(), order(placed_at="2026-02-01T12:00:00Z", paid_at="2026-02-01T12:00:00Z"))
    wallet.issue(500, expires_on="2026-02-03")
    wallet.held(300)
    set_clock(RIPE)
    before = seen() | {"whole": get(f"/api/customers/{ADA}/points").json}
    expire()
    after = seen() | {"whole": get(f"/api/customers/{ADA}/points").json}
    assert before["whole"].pop("version") < after["whole"].pop("version")
    assert before == after
    assert (after["points"], after["credit"]) == ((293, 0, 0), (0, 0))


@pytest.mark.parametrize(
    "spend",
    [
        lambda: hold(293),
        lambda: redeem(293),
        lambda: adjust({"points": -293, "code": "correction", "reason": "Twice"}),
        lambda: post("holds", {"points": 293}, key="h3", by=ADA),
    ],
)
def test_points_whose_day_has_come_can_be_spent_before_the_job_runs(set_clock: Clock, spend: Callable[[], Any]) -> None:
    set_programme(pending={"until": "days", "days": 10})
    hear(registration(), order(placed_at="2026-02-01T12:00:00Z", paid_at="2026-02-01T12:00:00Z"))
    assert spend().status == 409
    set_clock(RIPE)
    assert get(f"/api/customers/{ADA}/points").json["next_ripening"] is None
    assert spend().status == 201
    assert [entry.entry_kind for entry in entries()][1] is EntryKind.RIPENED
    assert account().available == 0
    expire()
    assert [entry.entry_kind for entry in entries()].count(EntryKind.RIPENED) == 1


def test_a_checkout_uses_points_whose_day_has_come(set_clock: Clock) -> None:
    set_programme(pending={"until": "days", "days": 10})
    hear(registration(), order(placed_at="2026-02-01T12:00:00Z", paid_at="2026-02-01T12:00:00Z"))
    set_clock(RIPE)
    assert kept("most")["points"]["used"] == 293


def test_staff_take_credit_from_a_hold_that_is_over(set_clock: Clock) -> None:
    hear(registration())
    wallet.issue(500)
    hold_id = wallet.held(300)
    assert wallet.revoke(500).status == 409
    set_clock(LATER)
    assert wallet.revoke(500).status == 201
    assert wallet.capture(hold_id).json["state"] == "expired"


def test_a_view_writes_nothing(set_clock: Clock) -> None:
    hear(registration(), order())
    wallet.issue(500)
    held(200)
    set_clock(LATER)
    made = calls_of(seen)
    assert {call.removesuffix("Item") for call in made} <= {"Get", "Query"}
    assert account().balances.held == 200


def test_a_repeated_key_answers_what_became_of_the_hold(set_clock: Clock) -> None:
    hear(registration(), order())
    wallet.issue(500)
    first, credit = held(200), wallet.held(300)
    assert (hold(200).json["state"], wallet.hold(300).json["state"]) == ("held", "held")
    capture(first, points=150)
    set_clock(LATER)
    assert (hold(200).json["state"], hold(200).json["captured"]) == ("captured", 150)
    answer = wallet.hold(300)
    assert (answer.json["id"], answer.json["state"], answer.status) == (credit, "expired", 201)
