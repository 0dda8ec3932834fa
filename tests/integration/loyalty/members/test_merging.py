"""Two customers who turn out to be one: nothing of either is lost, whatever comes first, twice or in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from loyalty.credit.items import CREDIT, CreditAccount
from loyalty.identity import merge as merging
from loyalty.identity import points_merge
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import ACCOUNT, Account
from loyalty.ledger.verification import verify
from loyalty.points.items import PointsAccount
from loyalty.programme.tiers import BRONZE, GOLD, SILVER
from shared.events.customers import CustomersMerged, OrderStatus
from shared.items.keys import customer_partition
from shared.items.table import Put, find
from tests.integration.loyalty import cards, spending, wallet
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    CAT,
    account,
    adjust,
    entries,
    erasure,
    expire,
    get,
    hear,
    order,
    registration,
    stage,
    told_of,
    update,
)

Clock = Callable[[str], None]

NOW = "2026-02-10T12:00:00+00:00"
REFUNDED = {"refunded": 2933, "status": OrderStatus.REFUNDED}


@pytest.fixture(autouse=True)
def february(set_clock: Clock) -> None:
    set_clock(NOW)


def merge(gone: str = BOB, stays: str = ADA) -> int:
    """Deliver the event once; how many failed."""
    return hear(CustomersMerged(customer_id=stays, merged_id=gone, merged_at=datetime.fromisoformat(NOW)))


def ended(customer_id: str = BOB) -> PointsAccount:
    """What is left of an account that was merged away; its ledger is checked."""
    found = find(PointsAccount, customer_partition(customer_id), ACCOUNT)
    assert found
    assert is_proved(found)
    return found


def is_proved(held: Account) -> bool:
    return verify(held, list(ledger.entries_from_first(held.name))).holds


def old_credit(currency: str = "USD", customer_id: str = BOB) -> CreditAccount:
    found = find(CreditAccount, customer_partition(customer_id), f"{CREDIT}{currency}")
    assert found
    return found


def test_what_both_had_is_in_the_account_that_stays() -> None:
    hear(registration(), order("A1"), registration(BOB), order("B1", BOB, total=10_000))
    adjust({"points": -93, "reason": "x"}, customer_id=BOB)
    assert merge() == 0
    kinds = [(entry.entry_kind.value, entry.amount) for entry in entries()]
    assert kinds == [("earned", 293), ("merged_in", 907)]
    assert account().balances.vector == (0, 1200, 0, 0, 1293, 0, 0)
    assert (ended().balance, ended().merged_into) == (0, ADA)
    assert not ended().due_at


def test_each_ledger_carries_the_hash_that_the_other_had_reached() -> None:
    hear(order("A1"), order("B1", BOB))
    before = account().head
    merge()
    [*_, into] = entries()
    out = next(entry for entry in ledger.entries_from_first(BOB) if entry.entry_kind is EntryKind.MERGED_OUT)
    assert out.amount == -293
    assert before is not None
    assert (out.fact("head"), out.cause) == (before.hex(), ADA)
    assert (into.fact("head"), into.cause) == (out.hash.hex(), BOB)


def test_heard_twice_it_is_done_once() -> None:
    hear(order("A1"), order("B1", BOB))
    merge()
    before = stage.items()
    assert merge() == 0
    assert stage.items() == before


def test_the_old_id_answers_with_the_account_that_stays() -> None:
    hear(order("A1"), order("B1", BOB))
    merge()
    view = get(f"/api/customers/{BOB}/points").json
    assert (view["customer_id"], view["balance"]) == (ADA, 586)
    assert get(f"/api/customers/{BOB}/points/verification").json["holds"]
    assert [row["kind"] for row in get(f"/api/customers/{BOB}/points/entries").json["data"]] == [
        "merged_in",
        "earned",
    ]


def test_the_ledger_that_ended_can_still_be_read() -> None:
    hear(order("A1"), order("B1", BOB))
    wallet.issue(500, customer_id=BOB)
    merge()
    rows = get(f"/api/customers/{ADA}/points/entries?merged={BOB}").json["data"]
    assert [(row["kind"], row["cause"]) for row in rows] == [("merged_out", ADA), ("earned", "B1")]
    credit = wallet.look(f"/USD/entries?merged={BOB}").json["data"]
    assert [row["kind"] for row in credit] == ["merged_out", "issued"]
    assert get(f"/api/customers/{ADA}/points/entries?merged={CAT}").status == 404
    assert wallet.look(f"/USD/entries?merged={CAT}").status == 404


def test_late_events_of_the_old_id_fall_to_the_account_that_stays() -> None:
    hear(order("A1"), order("B1", BOB))
    merge()
    hear(order("B2", BOB), order("B1", BOB), registration(BOB), update(BOB, birthday="1990-05-01"))
    assert [entry.amount for entry in entries()] == [293, 293, 293]
    # They have a card; the profile is the other's.
    assert account().card_number
    assert [account().birthday, account().registered_at] == [None, None]


@pytest.mark.parametrize("known", [(), (ADA,), (BOB,)])
def test_neither_needs_to_be_known_yet(known: tuple[str, ...]) -> None:
    hear(*(order(f"A-{one}", one) for one in known))
    merge()
    hear(order("B9", BOB), order("A9", ADA))
    assert account().balance == 293 * (2 + len(known))
    assert account(BOB).customer_id == ADA
    assert account().merged_from == (BOB,)
    assert ended().merged_into == ADA


@pytest.mark.parametrize("in_order", [True, False])
def test_a_chain_of_merges_ends_in_one_account(in_order: bool) -> None:
    hear(order("A1"), order("B1", BOB), order("C1", CAT))
    steps = [(CAT, BOB), (BOB, ADA)]
    for gone, stays in steps if in_order else reversed(steps):
        merge(gone, stays)
    assert account().balance == 3 * 293
    assert set(account().merged_from or ()) == {BOB, CAT}
    assert [account(one).customer_id for one in (BOB, CAT)] == [ADA, ADA]
    assert ended(CAT).balance == ended(BOB).balance == 0
    merge(ADA, CAT)  # nobody is merged into themselves
    assert account().balance == 3 * 293
    assert entries()


def test_an_order_of_the_one_who_is_gone_is_refunded_from_what_went_on() -> None:
    hear(order("A1", total=1_000), order("B1", BOB))
    merge()
    hear(order("B1", BOB, refunded=1_500, status=OrderStatus.PARTLY_REFUNDED))
    hear(order("B1", BOB, **REFUNDED))
    assert [entry.amount for entry in entries()] == [100, 293, -150, -143]
    assert account().balances.vector[:4] == (0, 100, 0, 0)


def test_what_had_expired_before_counts_as_taken_back_after(set_clock: Clock) -> None:
    hear(order("B1", BOB))
    set_clock("2027-03-01T00:00:00+00:00")
    expire()
    hear(order("A1", placed_at="2027-02-27T00:00:00Z"))
    merge()
    hear(order("B1", BOB, **REFUNDED))
    assert account().balance == 293
    assert entries()[-1].amount == 0


def test_an_open_hold_is_captured_by_the_old_id() -> None:
    hear(order("B1", BOB))
    answer = spending.post("holds", {"points": 200}, key="h1", customer_id=BOB)
    merge()
    assert account().balances.held == 200
    captured = spending.capture(answer.json["id"], customer_id=BOB)
    assert captured.status == 200, captured.text
    assert account().balances.vector[:4] == (0, 93, 0, 0)
    assert spending.release(answer.json["id"], customer_id=ADA).status == 409
    assert [entry.entry_kind.value for entry in entries()] == ["merged_in", "captured"]


def test_a_hold_ends_by_itself_in_the_account_that_stays(set_clock: Clock) -> None:
    hear(order("B1", BOB))
    spending.post("holds", {"points": 200}, key="h1", customer_id=BOB)
    merge()
    set_clock("2026-02-11T12:00:00+00:00")
    expire()
    assert account().balances.vector[:4] == (0, 293, 0, 0)
    assert entries()[-1].entry_kind is EntryKind.RELEASED


def test_points_that_were_spent_on_an_order_come_back_to_the_account_that_stays() -> None:
    hear(order("B1", BOB))
    spent = spending.post("redemptions", {"points": 200, "order_id": "B2"}, key="r1", customer_id=BOB)
    assert spent.status == 201, spent.text
    merge()
    hear(order("B2", BOB, status=OrderStatus.CANCELLED, cancelled_at="2026-02-10T00:00:00Z", paid_at=None))
    assert account().balances.vector[:4] == (0, 293, 0, 0)
    assert entries()[-1].entry_kind is EntryKind.RESTORED


def test_what_one_owes_is_filled_by_what_the_other_has() -> None:
    hear(order("B1", BOB))
    adjust({"points": -293, "reason": "x"}, customer_id=BOB)
    hear(order("B1", BOB, **REFUNDED), order("A1"))
    assert account(BOB).balances.owed == 293
    merge()
    assert account().balances.vector[:4] == (0, 0, 0, 0)
    assert entries()[-1].amount == -293


def test_where_only_earning_pays_debts_a_merge_does_not() -> None:
    set_programme(refunds={"below_zero": "debt"})
    hear(order("B1", BOB))
    adjust({"points": -293, "reason": "x"}, customer_id=BOB)
    hear(order("B1", BOB, **REFUNDED), order("A1"))
    merge()
    assert account().balances.vector[:4] == (0, 293, 0, 293)
    assert entries()


def test_merits_add_up_to_the_tier_that_they_reach_and_the_change_is_told() -> None:
    hear(order("A1", total=6_000), order("B1", BOB, total=6_000))
    merge()
    assert account().tier == SILVER
    assert (entries()[-1].tier_before, entries()[-1].tier) == (BRONZE, SILVER)
    assert told_of("TierChanged") == [
        {"customer_id": ADA, "old": "bronze", "new": "silver", "rises": True, "notify": False, "name": None}
    ]
    assert ended().tier == BRONZE


def test_a_survivor_without_entries_takes_the_tier_over() -> None:
    hear(registration(), order("B1", BOB, total=60_000))
    merge()
    assert (account().tier, entries()[-1].tier) == (GOLD, GOLD)


def test_the_higher_tier_stays_and_is_no_change_to_whoever_had_it() -> None:
    hear(order("A1", total=60_000), order("B1", BOB))
    merge()
    assert account().tier == GOLD
    assert entries()[-1].tier_before == GOLD


def test_one_person_has_one_limit() -> None:
    set_programme(earning={"limits": {"per_day": 500}})
    hear(order("A1"), order("B1", BOB))
    merge()
    hear(order("A2"))
    assert account().balance == 586  # both together had been given more already


def test_the_profile_is_that_of_the_one_who_stays_and_the_past_is_that_of_both(set_clock: Clock) -> None:
    set_clock("2025-01-01T00:00:00+00:00")
    hear(order("B1", BOB))
    set_clock(NOW)
    hear(registration(birthday="1985-01-01", email_verified=True), order("A1"))
    hear(registration(BOB, birthday="1990-05-01", groups=["staff"]))
    merge()
    held = account()
    assert held.birthday.isoformat() == "1985-01-01"
    assert not held.groups
    assert held.opened_at == datetime(2025, 1, 1, tzinfo=UTC)
    gone = ended()
    assert [gone.birthday, gone.groups, gone.registered_at, gone.card_number, gone.opened_at] == [None] * 5


def test_the_card_of_the_one_who_stays_counts_and_the_other_leads_to_it() -> None:
    hear(registration(), registration(BOB))
    own, other = cards.number_of(), cards.number_of(BOB)
    merge()
    assert cards.number_of(BOB) == own
    assert cards.look_up(other).json["customer_id"] == ADA
    assert [event["card_number"] for event in told_of("CardReplaced")] == [own]


def test_without_a_card_of_their_own_the_others_is_taken_over() -> None:
    hear(order("A1"), registration(BOB))
    number = cards.number_of(BOB)
    merge()
    assert cards.number_of() == number
    assert cards.look_up(number).json["customer_id"] == ADA


def test_receipts_stay_so_a_retry_by_the_old_id_is_answered_as_before() -> None:
    hear(order("B1", BOB))
    first = adjust({"points": 7, "reason": "x"}, customer_id=BOB)
    merge()
    again = adjust({"points": 7, "reason": "x"}, customer_id=BOB)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json == first.json
    assert account().balance == 300


def test_what_expires_is_warned_of_once_and_expires_in_the_account_that_stays(set_clock: Clock) -> None:
    hear(order("A1"), order("B1", BOB))
    set_clock("2027-01-30T00:00:00+00:00")
    expire()
    assert len(told_of("PointsExpiring")) == 2
    merge()
    expire()
    set_clock("2027-02-28T23:00:00+00:00")
    expire()
    set_clock("2027-03-01T00:00:00+00:00")
    expire()
    assert [event["customer_id"] for event in told_of("PointsExpired")] == [ADA]
    assert account().balance == ended().balance == 0
    assert entries()[-1].amount == -586


def test_a_merge_keeps_no_idle_points_alive(set_clock: Clock) -> None:
    set_programme(expiry={"mode": "inactivity", "months": 3})
    hear(order("B1", BOB))
    set_clock("2026-04-10T12:00:00+00:00")
    merge()
    set_clock("2026-05-11T12:00:00+00:00")
    expire()
    assert account().balance == 0


def test_what_is_over_of_either_ends_before_a_merge_that_comes_before_the_job(set_clock: Clock) -> None:
    set_programme(expiry={"mode": "inactivity", "months": 6})
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order("B1", BOB))
    set_clock("2026-07-01T12:00:00+00:00")
    hear(order("A1"))
    set_clock("2026-08-01T00:10:00+00:00")
    merge()
    gone = ledger.entries_of(BOB, before=None, kind=None, limit=None)
    assert [(entry.entry_kind.value, entry.amount) for entry in gone] == [
        ("merged_out", 0),
        ("expired", -293),
        ("earned", 293),
    ]
    assert (account().balance, ended().balance) == (293, 0)


def test_nobodys_debt_is_paid_with_credit_that_is_over(set_clock: Clock) -> None:
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order("A1"), order("B1", BOB))
    wallet.issue(500, customer_id=BOB, expires_on="2026-02-28")
    wallet.issue(700, customer_id=ADA, key="i2", expires_on="2026-02-28")
    set_clock("2026-03-01T00:10:00+00:00")
    merge()
    assert wallet.kinds() == [("issued", 700), ("expired", -700), ("merged_in", 0)]
    assert wallet.credit().expired == 1_200


def test_store_credit_of_every_currency_goes_on() -> None:
    hear(order("A1"), order("B1", BOB))
    wallet.issue(700, customer_id=ADA)
    wallet.issue(500, customer_id=BOB)
    wallet.issue(900, customer_id=BOB, key="i2", currency="EUR")
    merge()
    assert wallet.kinds() == [("issued", 700), ("merged_in", 500)]
    assert wallet.kinds(currency="EUR") == [("merged_in", 900)]
    assert [old_credit(currency).merged_into for currency in ("USD", "EUR")] == [ADA, ADA]
    assert all(is_proved(old_credit(currency)) for currency in ("USD", "EUR"))
    assert [row["available"] for row in wallet.look(customer_id=BOB).json["data"]] == [900, 1200]
    assert wallet.issue(1, key="i3", customer_id=BOB, currency="GBP").status == 201
    assert wallet.credit(ADA, "GBP").balance == 1


def test_a_crash_between_currencies_is_made_good_by_the_redelivery(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order("A1"), order("B1", BOB))
    for number, currency in enumerate(("EUR", "USD")):
        wallet.issue(500, customer_id=BOB, key=f"i{number}", currency=currency)
    work = merging.merge_credit  # type: ignore[attr-defined]
    done: list[str] = []

    def once(gone: str, currency: str, cause: Any) -> None:
        if done:
            raise RuntimeError
        done.append(currency)
        work(gone, currency, cause)

    monkeypatch.setattr(merging, "merge_credit", once)
    assert merge() == 1
    assert (account().balance, wallet.credit(ADA, "EUR").balance) == (586, 500)
    assert old_credit("USD").merged_into is None
    monkeypatch.setattr(merging, "merge_credit", work)
    assert merge() == 0
    assert [wallet.credit(ADA, currency).balance for currency in ("EUR", "USD")] == [500, 500]
    assert wallet.kinds(currency="EUR") == [("merged_in", 500)]


def test_a_hold_of_credit_is_captured_by_the_old_id() -> None:
    hear(order("A1"), order("B1", BOB))
    wallet.issue(500, customer_id=BOB)
    answer = wallet.post("/holds", {"amount": 300, "currency": "USD"}, key="h1", by="storefront", customer_id=BOB)
    merge()
    assert wallet.capture(answer.json["id"], customer_id=BOB).status == 200
    assert wallet.credit(ADA).balances.vector[:4] == (0, 200, 0, 0)


def test_an_operation_between_reading_and_writing_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order("A1"), order("B1", BOB))
    read = points_merge.hand_over_card  # type: ignore[attr-defined]

    def read_then_lose(*accounts: Any) -> list[Put]:
        monkeypatch.setattr(points_merge, "hand_over_card", read)
        hear(order("B2", BOB), order("A2"))
        return read(*accounts)

    monkeypatch.setattr(points_merge, "hand_over_card", read_then_lose)
    assert merge() == 0
    assert account().balance == 4 * 293
    assert ended().balance == 0
    assert entries()


def test_erasing_the_one_who_stays_erases_all_that_was_said_of_the_other() -> None:
    hear(registration(), order("A1"), registration(BOB), order("B1", BOB))
    number = cards.number_of(BOB)
    adjust({"points": 7, "reason": "Bob was rude"}, customer_id=BOB)
    wallet.issue(500, customer_id=BOB, reason="Bob again")
    merge()
    assert hear(erasure()) == 0
    stored = str(stage.items())
    assert "Bob" not in stored
    assert number not in stored
    [answer] = told_of("ErasureAnswered")
    assert answer["customer_id"] == ADA
    counts = {name: answer["erased"][name] for name in ("accounts", "cards", "reasons", "receipts")}
    assert counts == {"accounts": 4, "cards": 2, "reasons": 2, "receipts": 2}
    # Of points: earned, merged in, voided; earned, adjusted, merged out. Of credit: issued, and twice two more.
    assert [kept["count"] for kept in answer["kept"]] == [10]
    assert len([image for image in stage.items() if image["kind"]["S"] == "entry"]) == 10
    assert get(f"/api/customers/{BOB}/points").status == 404
    assert ended(BOB).balance == 0
    hear(order("B2", BOB), registration(BOB))
    assert get(f"/api/customers/{BOB}/points").status == 404


def test_whoever_turns_out_to_be_an_erased_person_is_erased_too() -> None:
    hear(order("A1"), registration(BOB), order("B1", BOB))
    number = cards.number_of(BOB)
    adjust({"points": 7, "reason": "Bob was rude"}, customer_id=BOB)
    wallet.issue(500, customer_id=BOB)
    hear(erasure())
    before = told_of("ErasureAnswered")
    assert merge() == 0
    assert merge() == 0
    stored = str(stage.items())
    assert "rude" not in stored
    assert number not in stored
    assert "RECEIPT#" not in stored
    assert old_credit().balance == 0
    assert get(f"/api/customers/{BOB}/points").status == 404
    assert told_of("ErasureAnswered") == before
    assert ended().unfinished is None


def test_a_request_that_names_the_one_who_is_gone_is_answered_in_that_name() -> None:
    """Entered before the merge, it knows nothing of it; and nobody accepts an answer about somebody else."""
    hear(order("A1"), registration(BOB), order("B1", BOB))
    merge()
    assert hear(erasure(BOB)) == 0
    [answer] = told_of("ErasureAnswered")
    assert answer["customer_id"] == BOB
    assert get(f"/api/customers/{ADA}/points").status == 404


def test_nothing_is_taken_over_from_an_erased_person() -> None:
    hear(order("A1"), order("B1", BOB), erasure(BOB))
    assert merge() == 0
    assert [entry.amount for entry in entries()] == [293]
    assert ended().merged_into is None
