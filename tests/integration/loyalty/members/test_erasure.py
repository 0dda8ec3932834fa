"""A person leaves the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from loyalty.identity import erasure as loyalty_erasure
from loyalty.ledger import store
from loyalty.ledger.balances import EntryKind
from shared.events.customers import CustomersMerged, OrderStatus
from tests.harness.interruptions import Crash, crash, crash_at
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    adjust,
    entries,
    erasure,
    expire,
    get,
    hear,
    order,
    points,
    registration,
    stage,
    told_of,
)

REASON = "Ada Lovelace telephoned"


def live() -> None:
    """A customer with all that loyalty can know of one."""
    hear(registration(), order(), registration(BOB), order("B1", BOB))
    assert adjust({"points": -93, "reason": REASON}, key="k1").status == 201
    assert adjust({"points": 5, "reason": REASON}, key="k2").status == 201


def test_an_erased_person_leaves_numbers_and_no_words() -> None:
    live()
    number = account().card_number or ""
    request = erasure()
    assert hear(request) == 0
    left = str(stage.items())
    assert REASON not in left
    assert number not in left
    assert "RECEIPT#" not in left
    assert account().card_number is account().registered_at is account().due_at is account().due_shard is None
    [answer] = told_of("ErasureAnswered")
    assert datetime.fromisoformat(answer.pop("answered_at"))
    [kept] = answer.pop("kept")
    assert (kept["what"], kept["count"]) == ("ledger entries", 4)
    assert answer == {
        "request_id": request.request_id,
        "customer_id": ADA,
        "service": "loyalty",
        "erased": {
            "accounts": 1,
            "cards": 1,
            "reasons": 2,
            "receipts": 2,
            "claims": 0,
            "proposals": 0,
            "freezes": 0,
            "reviews": 0,
            "transfers": 0,
            "dead_letters": 0,
        },
    }


def test_the_sums_stay_right() -> None:
    live()
    hear(erasure())
    assert points() == [293, -93, 5, -205]
    assert entries()[3].entry_kind is EntryKind.VOIDED
    assert account().balance == 0


def test_debt_is_voided_too() -> None:
    hear(order())
    adjust({"points": -293, "reason": REASON})
    hear(order(refunded=2_933, status=OrderStatus.REFUNDED), erasure())
    assert points() == [293, -293, -293, 293]


def test_nobody_else_is_touched() -> None:
    live()
    hear(erasure())
    assert points(BOB) == [293]
    assert get(f"/api/customers/{BOB}/card").status == 200


@pytest.mark.parametrize("thing", ["points", "points/entries", "card"])
def test_an_erased_customer_is_not_found(thing: str) -> None:
    live()
    hear(erasure())
    assert get(f"/api/customers/{ADA}/{thing}").status == 404
    assert adjust({"points": 5, "reason": "x"}, key="k3").status == 404


def test_late_events_revive_nobody() -> None:
    live()
    hear(erasure())
    before = stage.items()
    late = [
        registration(),
        order("A2"),
        order(refunded=1_000, status=OrderStatus.PARTLY_REFUNDED),
        order("A3", refunded=1_000, status=OrderStatus.PARTLY_REFUNDED),
        order("A4", paid_at=None, status=OrderStatus.PLACED),
    ]
    assert hear(*late) == 0
    assert stage.items() == before
    expire()
    assert stage.items() == before


def test_one_of_whom_nothing_was_known_is_remembered_as_erased() -> None:
    assert hear(erasure(), order(), registration()) == 0
    [answer] = told_of("ErasureAnswered")
    assert (set(answer["erased"].values()), answer["kept"]) == ({0}, [])
    assert (account().balance, entries()) == (0, [])


def test_heard_again_it_answers_again_with_the_same_counts() -> None:
    live()
    hear(erasure())
    [first] = told_of("ErasureAnswered")
    assert hear(erasure()) == 0
    [second] = told_of("ErasureAnswered")
    assert first["request_id"] != second["request_id"]
    assert (first["erased"], first["kept"]) == (second["erased"], second["kept"])
    assert points() == [293, -93, 5, -205]


@pytest.mark.parametrize(
    "step", ["_erase_rest", "_remove_reasons", "put_all", "delete_all", "_answer", "sweep_dead_letters"]
)
def test_a_crash_at_any_step_is_made_good_by_the_next_delivery(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    live()
    request = erasure()

    def crash(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(loyalty_erasure, step, crash)
        assert hear(request) == 1
    assert hear(order("A2")) == 0
    assert get(f"/api/customers/{ADA}/points").status == 404
    assert hear(request) == 0
    assert REASON not in str(stage.items())
    [answer] = told_of("ErasureAnswered")
    assert answer["erased"] == {
        "accounts": 1,
        "cards": 1,
        "reasons": 2,
        "receipts": 2,
        "claims": 0,
        "proposals": 0,
        "freezes": 0,
        "reviews": 0,
        "transfers": 0,
        "dead_letters": 0,
    }


def test_the_tombstone_does_not_grow_with_the_words_of_staff(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    for customer, reasons in ((ADA, 2), (BOB, 60)):
        hear(registration(customer), order(f"A-{customer}", customer))
        for number in range(reasons):
            body = {"points": 5, "reason": REASON}
            assert adjust(body, key=f"{customer}-{number}", customer_id=customer).status == 201
        with monkeypatch.context() as broken:
            broken.setattr(loyalty_erasure, "_erase_rest", crash)
            with pytest.raises(Crash):
                hear(erasure(customer))
        sizes.append(len(str(account(customer).unfinished)))
        assert hear(erasure(customer)) == 0
    assert sizes[0] == sizes[1]
    assert REASON not in str(stage.items())


@pytest.mark.parametrize("write", range(1, 8))
def test_an_erasure_of_many_words_that_dies_at_any_write_is_made_good_and_counted_once(write: int) -> None:
    live()
    for number in range(30):
        assert adjust({"points": 5, "reason": REASON}, key=f"many-{number}").status == 201
    request = erasure()
    crash_at(write, lambda: hear(request))
    assert hear(request, request) == 0
    assert REASON not in str(stage.items())
    assert {answer["erased"]["reasons"] for answer in told_of("ErasureAnswered")} == {32}
    assert points()[-1] == -(293 - 93 + 5 + 30 * 5)


def test_it_waits_until_the_index_shows_every_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    live()
    read = store.entries_of
    lagging = iter([True, True])
    monkeypatch.setattr(store, "entries_of", lambda *args, **more: read(*args, **more)[next(lagging, False) :])
    assert hear(erasure()) == 0
    assert REASON not in str(stage.items())


def test_points_that_are_posted_meanwhile_are_voided_too(monkeypatch: pytest.MonkeyPatch) -> None:
    live()
    void = loyalty_erasure._void

    def void_then_lose(*args: Any) -> Any:
        monkeypatch.setattr(loyalty_erasure, "_void", void)
        hear(order("A2"))
        return void(*args)

    monkeypatch.setattr(loyalty_erasure, "_void", void_then_lose)
    assert hear(erasure()) == 0
    assert points() == [293, -93, 5, 293, -498]


def test_dead_letters_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[str] = []
    monkeypatch.setattr(loyalty_erasure, "sweep_dead_letters", lambda *needles: len(swept.extend(needles) or needles))
    hear(erasure())
    assert swept == [ADA]
    assert told_of("ErasureAnswered")[0]["erased"]["dead_letters"] == 1


def test_whoever_turned_out_to_be_an_erased_person_is_swept_for_by_their_own_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hear(order(), order("B1", BOB), CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at=datetime.now(UTC)))
    hear(erasure())
    swept: list[str] = []
    monkeypatch.setattr(loyalty_erasure, "sweep_dead_letters", lambda *needles: len(swept.extend(needles) or needles))
    hear(erasure(BOB))
    assert BOB in swept


def test_a_stripped_entry_tells_nothing_again() -> None:
    live()
    hear(erasure())
    assert "PointsAdjusted" not in {told.name for told in stage.carried()}
