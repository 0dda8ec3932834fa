"""Tiers of any number and name: what a shop calls them, and what becomes of customers once it drops one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from loyalty.points.store import account_of
from shared.events.loyalty import TierChanged
from shared.roles import Role
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, account, call, entries, get, hear, order, registration, stage

FAN: Final = {
    "rungs": [
        {"tier": "fan", "threshold": 0},
        {"tier": "super-fan", "threshold": 500, "multiplier": "1.1"},
        {"tier": "vip", "name": "VIP ♥", "threshold": 1_000, "multiplier": "1.2"},
        {"tier": "family", "threshold": 9_000, "multiplier": "1.5"},
    ]
}


def tier(customer_id: str = ADA) -> dict[str, Any]:
    found: dict[str, Any] = get(f"/api/customers/{customer_id}/tier", by=Role.SUPPORT).json
    return found


def put_programme(newest: int, **sections: Any) -> Any:
    programme = {"programme": sections}
    return call("PUT", "/api/loyalty/programme", programme, by=Role.ADMIN, headers={"If-Match": f'"{newest}"'})


def test_a_shop_names_its_own_tiers() -> None:
    set_programme(tiers=FAN)
    hear(registration(), order(total=5_000))
    assert (tier()["tier"], tier()["name"], tier()["next_tier"]) == (
        "super-fan",
        "Super fan",
        {"tier": "vip", "name": "VIP ♥", "threshold": 1_000, "missing": 500},
    )
    hear(order("A2", total=10_000))
    assert (tier()["tier"], tier()["name"], tier()["multiplier"]) == ("vip", "VIP ♥", "1.2")
    assert [(told.old, told.new) for told in stage.told_of(TierChanged)] == [("fan", "super-fan"), ("super-fan", "vip")]


def test_nobody_is_told_of_the_lowest_tier_in_which_they_begin() -> None:
    set_programme(tiers=FAN)
    hear(registration(), order(total=100))
    assert (tier()["tier"], account().tier, entries()[0].tier_before) == ("fan", "fan", "fan")
    assert stage.told_of(TierChanged) == []
    assert tier(BOB).get("tier") is None


def test_a_renamed_tier_keeps_its_customers_and_their_grace_until_they_move() -> None:
    hear(registration(), order(total=15_000))
    assert tier()["tier"] == "silver"
    assert put_programme(0, tiers=FAN).status == 200
    assert (tier()["tier"], tier()["name"], tier()["multiplier"]) == ("vip", "VIP ♥", "1.2")
    assert {get(path).json["tier"] for path in (f"/api/customers/{ADA}/{view}" for view in ("points", "card"))} == {
        "vip"
    }
    assert get(f"/api/loyalty/cards/{account().card_number}").json["tier"] == "vip"
    assert account().tier == "silver"
    hear(order("A2", total=100))
    assert (account().tier, entries()[-1].amount) == ("vip", 12)
    assert [(told.old, told.new) for told in stage.told_of(TierChanged)] == [("bronze", "silver"), ("silver", "vip")]


def test_the_programme_says_what_took_the_place_of_a_dropped_tier() -> None:
    assert put_programme(0, tiers=FAN).status == 200
    written = get("/api/loyalty/programme", by=Role.ADMIN).json["programme"]
    assert written["tiers"]["former"] == {"bronze": "fan", "silver": "vip", "gold": "vip"}
    # What the programme answers can be put again.
    assert put_programme(1, **written).status == 200
    again = get("/api/loyalty/programme", by=Role.ADMIN).json["programme"]
    assert again == written


def test_a_multiplier_names_a_tier_that_there_is_or_was() -> None:
    doubled = {"name": "double", "factor": "2", "tiers": ["golden"]}
    refused = put_programme(0, tiers=FAN, earning={"multipliers": [doubled]})
    assert refused.status == 422
    assert refused.json["errors"] == [
        {"field": "programme.earning.multipliers.0.tiers.0", "message": "There is no tier golden"}
    ]
    assert put_programme(0, tiers=FAN, earning={"multipliers": [doubled | {"tiers": ["silver"]}]}).status == 200
    hear(order(total=10_000), order("A2", total=10_000))
    assert [entry.amount for entry in entries()] == [1_000, 2_400]


def test_a_reward_for_a_dropped_tier_is_for_the_one_in_its_place() -> None:
    mug = {"name": "A mug", "kind": "gift", "points": 10, "tiers": ["silver"]}
    made = call("POST", "/api/loyalty/rewards", mug, by=Role.ADMIN, key="mug")
    assert made.status == 201
    for unknown in ("vip", "golden"):
        refused = call("POST", "/api/loyalty/rewards", mug | {"tiers": [unknown]}, by=Role.ADMIN, key=unknown)
        assert (refused.status, refused.json["errors"][0]["field"]) == (422, "tiers.0")
    assert put_programme(0, tiers=FAN).status == 200
    hear(registration(), order(total=5_000))
    claim = {"reward_id": made.json["id"]}
    refused = call("POST", f"/api/customers/{ADA}/claims", claim, by=Role.STOREFRONT, key="1")
    assert (refused.status, refused.json["why"]) == (409, "tier")
    hear(order("A2", total=10_000))
    assert call("POST", f"/api/customers/{ADA}/claims", claim, by=Role.STOREFRONT, key="2").status == 201


@pytest.mark.parametrize("stored", ["bronze", "gold", "of-another-time"])
def test_an_account_of_an_earlier_release_is_read_whatever_its_tier(stored: str) -> None:
    hear(registration(), order(total=100))
    held = account_of(ADA)
    held.tier = stored
    held.save()
    set_programme(tiers=FAN)
    assert tier()["tier"] == "fan"
    hear(order("A2", total=10_000))
    assert account().tier == "vip"


def test_the_first_tier_of_the_presets_may_be_a_higher_one_here() -> None:
    wood = {"rungs": [{"tier": "wood", "threshold": 0}, {"tier": "bronze", "threshold": 1_000, "multiplier": "1.5"}]}
    set_programme(tiers=wood)
    hear(registration())
    assert (tier()["tier"], get(f"/api/customers/{ADA}/points").json["tier"]) == ("wood", "wood")
    hear(order(total=1_000))
    assert (entries()[0].amount, tier()["tier"]) == (100, "wood")


@pytest.mark.parametrize("earlier", [0, 1])
def test_an_order_from_before_a_renaming_earns_by_its_own_tier_whenever_it_is_told(
    set_clock: Callable[[str], None], earlier: int
) -> None:
    set_clock("2026-02-01T12:00:00+00:00")
    hear(registration(), order(total=60_000))
    assert tier()["tier"] == "gold"
    set_clock("2026-02-02T12:00:00+00:00")
    assert put_programme(0, tiers=FAN).status == 200
    set_clock("2026-02-03T12:00:00+00:00")
    late = order("L1", total=10_000, placed_at="2026-02-01T13:00:00Z", paid_at="2026-02-01T13:00:00Z")
    new = order("N1", total=100, placed_at="2026-02-03T11:00:00Z", paid_at="2026-02-03T11:00:00Z")
    hear(*[new] * earlier, late)
    assert entries()[-1].amount == 1_500
