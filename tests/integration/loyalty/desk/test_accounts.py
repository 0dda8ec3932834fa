"""The list of accounts, by tier and by balance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from loyalty.points.rules import band_of
from shared.events.customers import OrderStatus
from shared.items.keys import SHARDS, customer_partition, shard_of
from shared.items.table import Put, commit
from shared.roles import Role
from tests.harness.interruptions import crash_at
from tests.integration.loyalty.catalogue import give
from tests.integration.loyalty.desk.lists import DENIED, crowd, merge, pages, rows, statuses
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    CAT,
    account,
    call,
    erasure,
    get,
    hear,
    order,
    registration,
    stage,
)
from tests.meter.bill import Bill
from tests.meter.dynamodb.seam import Seam

ACCOUNTS: Final = "/api/loyalty/accounts"
STEPS: Final = {
    "rungs": [
        {"tier": "copper", "threshold": 0},
        {"tier": "iron", "threshold": 500},
        {"tier": "gold", "threshold": 900},
    ]
}
Clock = Callable[[str], None]


def listed(**filters: Any) -> list[str]:
    return [row["customer_id"] for row in rows(ACCOUNTS, **filters)]


def test_an_account_is_listed_from_its_beginning_with_what_its_page_says() -> None:
    hear(registration(), order("B1", BOB))
    assert listed() == [BOB, ADA]
    assert rows(ACCOUNTS) == [get(f"/api/customers/{person}/points").json for person in (BOB, ADA)]


def test_the_highest_balances_come_first_or_the_lowest() -> None:
    hear(order("A1", ADA, total=500), order("B1", BOB), order("C1", CAT, total=4000))
    people = [BOB, CAT, ADA]
    assert [account(person).balance for person in people] == [293, 400, 50]
    # 293 and 400 are of one band: from 200 to 499.
    assert listed() in ([BOB, CAT, ADA], [CAT, BOB, ADA])
    give(250, BOB)
    assert listed() == [BOB, CAT, ADA]
    assert listed(order="lowest") == [ADA, CAT, BOB]


def test_who_owes_is_last_of_all() -> None:
    hear(order("A1", ADA), registration(BOB))
    give(-293, ADA)
    hear(order("A1", ADA, refunded=2_933, status=OrderStatus.REFUNDED))
    assert account().balance == -293
    assert (listed(), listed(order="lowest")) == ([BOB, ADA], [ADA, BOB])


def test_a_tier_is_listed_alone_and_follows_the_orders() -> None:
    hear(order("A1", ADA, total=12_000), order("B1", BOB))
    assert account().tier == "silver"
    assert (listed(tier="silver"), listed(tier="bronze"), listed(tier="gold")) == ([ADA], [BOB], [])
    hear(order("A2", ADA, total=60_000))
    assert (listed(tier="silver"), listed(tier="gold")) == ([], [ADA])
    assert listed() == [ADA, BOB]


def test_a_dropped_tier_leaves_its_accounts_in_the_list_of_the_tier_in_its_place() -> None:
    hear(order("A1", ADA, total=12_000), order("B1", BOB), registration(CAT))
    set_programme(tiers=STEPS | {"former": {"bronze": "copper", "silver": "gold"}})
    assert [(row["customer_id"], row["tier"]) for row in rows(ACCOUNTS)] == [
        (ADA, "gold"),
        (BOB, "copper"),
        (CAT, "copper"),
    ]
    assert (listed(tier="gold"), listed(tier="copper"), listed(tier="iron")) == ([ADA], [BOB, CAT], [])
    # Whoever still asks for a dropped tier gets the one in its place.
    assert (listed(tier="silver"), listed(tier="bronze")) == ([ADA], [BOB, CAT])
    give(1, ADA)
    give(1, BOB)
    assert [account(person).tier for person in (ADA, BOB)] == ["gold", "copper"]
    assert (listed(tier="gold"), listed(tier="copper")) == ([ADA], [BOB, CAT])


def test_who_has_no_entries_is_in_the_lowest_tier_also_where_another_one_is_called_bronze() -> None:
    set_programme(tiers={"rungs": [{"tier": "member", "threshold": 0}, {"tier": "bronze", "threshold": 1_000}]})
    hear(registration(BOB), order("A1", ADA, total=12_000), order("C1", CAT))
    assert (listed(tier="bronze"), listed(tier="member")) == ([ADA], [CAT, BOB])
    assert listed() == [ADA, CAT, BOB]


def test_a_tier_that_an_earlier_release_dropped_without_a_word_is_listed_with_the_lowest() -> None:
    hear(order("A1", ADA, total=12_000))
    set_programme(tiers=STEPS)
    assert [(row["customer_id"], row["tier"]) for row in rows(ACCOUNTS, tier="copper")] == [(ADA, "copper")]
    assert (listed(tier="gold"), listed()) == ([], [ADA])


def test_a_tier_that_staff_gave_is_listed_as_the_account_shows_it(set_clock: Clock) -> None:
    set_clock("2026-02-10T12:00:00Z")
    hear(registration(ADA), registration(BOB))
    body = {"tier": "gold", "until": "2026-02-20", "reason": "Wrote about us"}
    assert call("PUT", f"/api/customers/{ADA}/tier", body, by=Role.SUPPORT).status == 200
    assert (listed(tier="gold"), listed(tier="bronze")) == ([ADA], [BOB])
    set_clock("2026-02-21T12:00:00Z")
    shown = get(f"/api/customers/{ADA}/points").json["tier"]
    assert [tier for tier in ("bronze", "silver", "gold") if ADA in listed(tier=tier)] == [shown]
    stage.run("expire")
    assert (listed(tier="gold"), set(listed(tier="bronze"))) == ([], {ADA, BOB})


@pytest.mark.parametrize("order", ["highest", "lowest"])
def test_only_accounts_with_so_many_points_are_listed_on_request(order: str) -> None:
    people = crowd(8)
    for number, person in enumerate(people):
        give(number * 100, person) if number else None
    balances = {person: 293 + number * 100 for number, person in enumerate(people)}
    # 293 and 493 are of one band, 593 and 993 of the next: at 600 the band alone does not decide.
    for least in (0, 293, 294, 500, 600, 993, 994, 10**12):
        found = [row for page in pages(ACCOUNTS, limit=3, least=least, order=order) for row in page]
        assert {row["customer_id"] for row in found} == {each for each in people if balances[each] >= least}, least
        bands = [band_of(row["balance"]) for row in found]
        assert bands == sorted(bands, reverse=order == "highest")


def test_a_least_balance_goes_with_a_tier() -> None:
    hear(order("A1", ADA, total=12_000), order("B1", BOB, total=12_000), order("C1", CAT, total=9_900))
    give(5_000, BOB)
    give(5_000, CAT)
    assert set(listed(least=5_000)) == {BOB, CAT}
    assert listed(least=5_000, tier="silver") == [BOB]


def test_bands_that_are_not_wanted_are_not_read() -> None:
    people = crowd(12)
    give(10_000, people[0])
    bill = Bill()
    with Seam(lambda: bill).listening():
        assert listed(least=10_000) == [people[0]]
    everything = Bill()
    with Seam(lambda: everything).listening():
        assert len(listed()) == len(people)
    assert bill.read_units < everything.read_units - 10


def test_pages_go_through_all_shards_and_tiers() -> None:
    people = crowd(10)
    assert len({shard_of(customer_partition(person)) for person in people}) == len(SHARDS)
    for number, person in enumerate(people):
        give(10 ** (number % 4), person)
    hear(order("A1", ADA, total=12_000))
    found = pages(ACCOUNTS, limit=3)
    assert [len(page) for page in found] == [3, 3, 3, 2]
    bands = [band_of(row["balance"]) for page in found for row in page]
    assert bands == sorted(bands, reverse=True)
    assert {row["customer_id"] for page in found for row in page} == {ADA, *people}


@pytest.mark.parametrize("order", ["highest", "lowest"])
def test_pages_repeat_nobody_and_forget_nobody_whatever_their_length(order: str) -> None:
    people = [ADA, BOB, *crowd(7)]
    hear(registration(ADA), registration(BOB))
    give(3, ADA)
    whole = listed(order=order)
    assert sorted(whole) == sorted(people)
    for limit in (1, 2, 9, 10):
        assert [row["customer_id"] for page in pages(ACCOUNTS, limit=limit, order=order) for row in page] == whole


def test_most_orders_leave_the_account_where_it_is() -> None:
    hear(order("A1", ADA))
    place = account().rank, account().tier_shard
    hear(order("A2", ADA, total=1_500))
    assert account().balance == 443
    assert (account().rank, account().tier_shard) == place


def test_points_that_have_ended_do_not_show_before_the_job(set_clock: Clock) -> None:
    set_clock("2026-01-31T12:00:00Z")
    hear(order())
    set_clock("2027-02-01T12:00:00Z")
    assert [(row["balance"], row["customer_id"]) for row in rows(ACCOUNTS)] == [(0, ADA)]
    stage.run("expire")
    assert account().rank == f"{band_of(0):02}#{ADA.removeprefix('cus_')}"


def test_only_the_service_desk_reads_it() -> None:
    assert statuses(ACCOUNTS, Role.ADMIN, Role.SUPPORT) == {200}
    assert statuses(ACCOUNTS, *DENIED, ADA) == {403}


@pytest.mark.parametrize("wrong", ["tier=wood", "tier=", "tier=Gold", "least=-1", "least=1.5", "order=middle"])
def test_a_filter_that_means_nothing_is_refused_by_its_name(wrong: str) -> None:
    answer = get(f"{ACCOUNTS}?{wrong}")
    assert answer.status == 422, answer.text
    assert [each["field"] for each in answer.json["errors"]] == [wrong.partition("=")[0]]


def test_a_cursor_fits_its_filters_alone() -> None:
    hear(order("A1", ADA), order("B1", BOB))
    cursor = get(f"{ACCOUNTS}?limit=1").json["next_cursor"]
    assert get(f"{ACCOUNTS}?limit=1&tier=bronze&cursor={cursor}").status == 422
    assert get(f"{ACCOUNTS}?limit=1&cursor={cursor}").status == 200


@pytest.mark.parametrize("known", [True, False])
def test_the_merged_customer_leaves_and_the_survivor_stands_by_both_balances(known: bool) -> None:
    hear(order("A1", ADA), *([order("B1", BOB)] if known else []))
    merge(BOB, ADA)
    assert [(row["customer_id"], row["balance"]) for row in rows(ACCOUNTS)] == [(ADA, 586 if known else 293)]
    tombstone = [image for image in stage.items() if "merged_into" in image]
    assert [{"rank", "tier_shard"} & image.keys() for image in tombstone] == [set()]


def test_an_account_of_an_earlier_release_joins_at_its_next_posting() -> None:
    hear(order("A1", ADA), order("B1", BOB))
    earlier = account()
    earlier.tier_shard = earlier.rank = None
    commit(Put(earlier))
    assert listed() == [BOB]
    give(1, ADA)
    assert set(listed()) == {ADA, BOB}


def test_an_erasure_that_dies_anywhere_leaves_no_row() -> None:
    hear(order("A1", ADA), order("B1", BOB))
    event = erasure()
    write = 0
    while crash_at(write := write + 1, lambda: hear(event)):
        assert len(listed()) == (2 if write == 1 else 1), write
    assert listed() == [BOB]
    assert write > 1
    assert not [image for image in stage.items() if "erased_at" in image and "rank" in image]
