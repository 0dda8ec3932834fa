"""Tiers that staff give by hand: until a day, with a reason, and never below what the orders reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from loyalty.points import store as points_store
from loyalty.programme.usecases import current_programme
from loyalty.tiers import usecases
from shared import clock
from shared.events.loyalty import TierChanged
from shared.roles import Role
from tests.harness.interruptions import crash_at, once
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    call,
    entries,
    erasure,
    expire,
    get,
    hear,
    order,
    registration,
    stage,
)

Clock = Callable[[str], None]
TODAY: Final = "2026-02-10T12:00:00+00:00"


@pytest.fixture(autouse=True)
def february(set_clock: Clock) -> None:
    set_clock(TODAY)
    hear(registration())


def give(tier: str | None, until: str | None = None, by: Role | str = Role.SUPPORT, customer_id: str = ADA) -> Any:
    body = {"tier": tier, "until": until, "reason": "Wrote about us"}
    return call("PUT", f"/api/customers/{customer_id}/tier", body, by=by)


def test_a_given_tier_earns_as_any_other_and_ends_with_its_last_day(set_clock: Clock) -> None:
    given = give("gold", "2026-02-20")
    assert given.status == 200, given.text
    assert (given.json["tier"], given.json["given"]) == ("gold", {"tier": "gold", "until": "2026-02-20"})
    hear(order(total=10_000, placed_at=TODAY, paid_at=TODAY))
    assert entries()[-1].amount == 1_500
    set_clock("2026-02-21T00:30:00+00:00")
    expire()
    assert (account().tier, get(f"/api/customers/{ADA}/tier", by=ADA).json["given"]) == ("silver", None)
    assert [(told.old, told.new) for told in stage.told_of(TierChanged)] == [("bronze", "gold"), ("gold", "silver")]


def test_the_ledger_names_who_gave_it_and_why() -> None:
    give("silver")
    entry = get(f"/api/customers/{ADA}/points/entries", by=Role.SUPPORT).json["data"][0]
    assert (entry["kind"], entry["points"], entry["tier"]) == ("tier_set", 0, "silver")
    assert (entry["reason"], entry["actor"].partition(":")[0]) == ("Wrote about us", "staff")
    changes = get(f"/api/customers/{ADA}/tier/history", by=ADA).json["data"]
    assert [(change["old"], change["new"], change["kind"]) for change in changes] == [("bronze", "silver", "tier_set")]


def test_a_repeated_call_changes_nothing() -> None:
    assert give("silver", "2026-03-01").json == give("silver", "2026-03-01").json
    assert len(entries()) == 1
    assert give(None).json["tier"] == "bronze"
    assert give(None).status == 200
    assert len(entries()) == 2


def test_of_two_calls_at_once_both_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    other = once(lambda: give("silver"), usecases.give)
    monkeypatch.setattr(usecases, "give", other)
    answer = give("gold")
    assert (answer.status, answer.json["tier"]) == (200, "gold")
    assert [entry.tier for entry in entries()] == ["silver", "gold"]


def test_a_process_that_does_not_know_a_new_tier_yet_leaves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads the programme once a minute, and a tier may be added and given within that."""
    old = current_programme(clock.now())
    rungs = [level.model_dump(mode="json") for level in old.programme.tiers.rungs]
    rungs.append({"tier": "sponsor", "threshold": 900_000})
    set_programme(tiers={"rungs": rungs})
    assert give("sponsor").status == 200
    with monkeypatch.context() as patched:
        patched.setattr(points_store, "current_programme", lambda _: old)
        patched.setattr(points_store, "programme_then", lambda *_: old)
        hear(order(total=10_000, placed_at=TODAY, paid_at=TODAY))
    assert account().tier == "sponsor"
    given = get(f"/api/customers/{ADA}/tier", by=ADA).json
    assert (given["tier"], given["given"]) == ("sponsor", {"tier": "sponsor", "until": None})
    assert give(None).json["tier"] == "silver"


def test_a_call_that_dies_before_its_write_leaves_nothing_and_can_be_repeated() -> None:
    assert crash_at(1, lambda: give("gold"))
    assert (account().tier, account().entries) == ("bronze", 0)
    assert give("gold").json["tier"] == "gold"
    assert len(entries()) == 1


@pytest.mark.parametrize(
    ("tier", "until", "field"),
    [
        ("platinum", None, "tier"),
        ("bronze", None, "tier"),
        ("gold", "2026-02-09", "until"),
        ("gold", "soon", "until"),
        ("gold", "9999-12-31", "until"),
    ],
)
def test_what_cannot_be_given_is_refused_by_the_name_of_its_field(tier: str, until: str | None, field: str) -> None:
    refused = give(tier, until)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, field)
    assert account().entries == 0


@pytest.mark.parametrize("by", [ADA, Role.STOREFRONT, Role.MARKETING])
def test_only_the_service_desk_gives_tiers(by: Role | str) -> None:
    assert give("gold", by=by).status == 403


def test_nobody_unknown_or_erased_gets_a_tier() -> None:
    assert give("gold", customer_id=BOB).status == 404
    give("gold")
    hear(erasure())
    assert give("gold").status == 404
    assert "Wrote about us" not in stage.stored()


def test_what_an_order_earned_in_a_given_tier_stays_when_other_orders_are_returned() -> None:
    hear(order("A1", total=20_000))
    give("gold")
    hear(order("A2", total=10_000, placed_at=TODAY, paid_at=TODAY))
    hear(order("A1", total=20_000, refunded=20_000))
    assert account().tier == "gold"
    assert sum(entry.amount for entry in entries()) == 1_500


def test_a_dropped_tier_that_was_given_is_the_one_in_its_place() -> None:
    give("gold")
    set_programme(
        tiers={
            "rungs": [{"tier": "fan", "threshold": 0}, {"tier": "vip", "threshold": 9_000}],
            "former": {"gold": "vip", "silver": "fan", "bronze": "fan"},
        }
    )
    assert get(f"/api/customers/{ADA}/tier", by=ADA).json["tier"] == "vip"
    hear(order(total=100))
    assert account().tier == "vip"


def test_who_is_given_a_tier_is_told_of_it_by_its_name() -> None:
    vip = {"tier": "vip", "name": "Inner circle", "threshold": 9_000}
    set_programme(tiers={"rungs": [{"tier": "fan", "threshold": 0}, vip]})
    give("vip")
    [told] = stage.told_of(TierChanged)
    assert (told.rises, told.notify, told.name) == (True, True, "Inner circle")
    give(None)
    give("vip")
    assert [(told.new, told.notify) for told in stage.told_of(TierChanged)] == [
        ("vip", True),
        ("fan", False),
        ("vip", False),
    ]


def test_an_order_in_a_tier_both_given_and_reached_keeps_its_points() -> None:
    hear(order("A1", total=60_000))
    give("gold")
    hear(order("A2", total=10_000, placed_at=TODAY, paid_at=TODAY))
    hear(order("A1", total=60_000, refunded=60_000))
    assert (account().tier, sum(entry.amount for entry in entries())) == ("gold", 1_500)


def test_a_grace_beneath_a_given_tier_begins_and_ends_by_the_job(set_clock: Clock) -> None:
    set_programme(tiers={"window": "calendar_year"})
    hear(order(total=15_000, placed_at=TODAY, paid_at=TODAY))
    give("gold", "2027-01-10")
    for day, found in (("01-01", "gold"), ("01-11", "silver"), ("01-30", "silver"), ("01-31", "bronze")):
        set_clock(f"2027-{day}T00:30:00+00:00")
        expire()
        expire()
        assert account().tier == found
    assert [entry.entry_kind.value for entry in entries()].count("reviewed") == 3
