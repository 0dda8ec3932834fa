"""Somebody with the storefront's token gives consents for ids that nobody has."""

from __future__ import annotations

from random import Random

import pytest

from shared import ids
from tests.flows.shop import order, placed, read, register
from tests.harness.aws.ground import items
from tests.harness.house import House, Weather, open_house


@pytest.mark.parametrize("seed", range(4))
def test_consents_of_nobody_are_gone_and_those_of_people_stay(seed: int) -> None:
    weather = Weather(Random(seed), copies=1 + seed % 3, shuffled=True, late=0.3)  # noqa: S311  # a seeded test
    with open_house(weather) as house:
        nobody = ids.new_customer_id()
        house.send(placed(order("A-1", 2_000, email="guest@example.com")))
        house.settle()
        [guest] = [one["id"] for one in read(house, "/api/customers")["data"]]
        # Nobody has heard of her yet when she changes her mind.
        ada = register(house, marketing=True)
        for who in (nobody, ada, guest, nobody):
            give(house, who, "sms")
        give(house, ada, "email", granted=False)
        house.settle()
        assert house.all_dead() == {}
        assert stands(house, nobody) == {}
        assert stands(house, ada) == {"email": False, "sms": True}
        assert stands(house, guest) == {"sms": True}
        assert told_unknown(house) == {nobody}
        assert contacts() == {
            nobody: (frozenset(), True),
            ada: (frozenset({("email", False), ("sms", True)}), False),
            guest: (frozenset({("sms", True)}), False),
        }


def give(house: House, customer_id: str, channel: str, *, granted: bool = True) -> None:
    path, body = f"/api/customers/{customer_id}/consents", {"channel": channel, "granted": granted}
    assert house.call("POST", path, by="storefront", body=body).status == 201


def stands(house: House, customer_id: str) -> dict[str, bool]:
    current = read(house, f"/api/customers/{customer_id}/consents")["current"]
    return {one["channel"]: one["granted"] for one in current}


def told_unknown(house: House) -> set[str]:
    return {one["detail"]["data"]["customer_id"] for one in house.told if one["detail-type"] == "CustomerUnknown"}


def contacts() -> dict[str, tuple[frozenset[tuple[str, bool]], bool]]:
    """What notifications holds of each id: the decisions, and whether the contact goes by itself."""
    return {
        item["pk"]["S"].removeprefix("CUSTOMER#"): (
            frozenset((one["M"]["channel"]["S"], one["M"]["granted"]["BOOL"]) for one in item["consents"]["L"]),
            "expires_at" in item,
        )
        for item in items("notifications")
        if item["kind"]["S"] == "contact"
    }
