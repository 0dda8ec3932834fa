"""A ledger that was tampered with tells so, and names the entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from loyalty.ledger import store as ledger
from loyalty.ledger.balances import Activation, EntryKind, Vector
from loyalty.ledger.items import Entry
from loyalty.programme.tiers import GOLD
from loyalty.table import LoyaltyItem
from shared.events.customers import OrderStatus
from shared.roles import Role
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, account, adjust, entries, erasure, get, hear, order

VERIFICATION = f"/api/customers/{ADA}/points/verification"


def live() -> None:
    """Five entries; points are in lots and, of the last, pending."""
    hear(order("A1"), order("A2"), order("A1", refunded=1_000, status=OrderStatus.PARTLY_REFUNDED))
    adjust({"points": -93, "reason": "A mistake"})
    set_programme(pending={"until": "delivery", "longest_days": 365})
    hear(order("A3"))


def found() -> dict[str, Any]:
    answer: dict[str, Any] = get(VERIFICATION).json
    return answer


def tamper(number: int, change: Callable[[Entry], Any]) -> None:
    """Change an entry behind the ledger's back."""
    entry = entries()[number - 1]
    change(entry)
    entry.save()


def remove(item: LoyaltyItem) -> None:
    LoyaltyItem._get_connection().delete_item(item.pk, item.sk)


def test_a_ledger_that_nobody_touched_holds() -> None:
    live()
    assert found() == {
        "customer_id": ADA,
        "holds": True,
        "entries": 5,
        "broken_at": None,
        "what": None,
        "head": entries()[-1].hash.hex(),
    }


CHANGES: dict[str, Callable[[Entry], Any]] = {
    "account": lambda entry: setattr(entry, "account", BOB),
    "seq": lambda entry: setattr(entry, "seq", 77),
    "day_shard": lambda entry: setattr(entry, "day_shard", "2020-01-01#0"),
    "entry_kind": lambda entry: setattr(entry, "entry_kind", EntryKind.EXPIRED),
    "amount": lambda entry: setattr(entry, "amount", 1),
    "lots": lambda entry: setattr(entry, "lots", {datetime(2030, 1, 31, tzinfo=UTC).date(): 293}),
    "pending": lambda entry: setattr(
        entry, "pending", {Activation(*[datetime(2030, 1, 31, tzinfo=UTC).date()] * 2): 5}
    ),
    "held": lambda entry: setattr(entry, "held", 5),
    "owed": lambda entry: setattr(entry, "owed", 5),
    "after": lambda entry: setattr(entry, "after", Vector(*[*entry.after[:6], 999])),
    "tier_before": lambda entry: setattr(entry, "tier_before", GOLD),
    "tier": lambda entry: setattr(entry, "tier", GOLD),
    "cause": lambda entry: setattr(entry, "cause", "A9"),
    "actor": lambda entry: setattr(entry, "actor", "staff:nobody"),
    "programme": lambda entry: setattr(entry, "programme", 9),
    "posted_at": lambda entry: setattr(entry, "posted_at", datetime(2020, 1, 1, tzinfo=UTC)),
    "previous": lambda entry: setattr(entry, "previous", bytes(31) + b"1"),
    "words": lambda entry: setattr(entry, "words", bytes(32)),
    "state": lambda entry: setattr(entry, "state", bytes(32)),
    "facts": lambda entry: setattr(entry, "facts", {"code": "promotion"}),
}


def test_every_attribute_is_tampered_with_but_those_that_say_nothing() -> None:
    # A reason and its salt: test_tampering.py. The place in the list of issued credit goes with an erasure.
    silent = {"pk", "sk", "kind", "version", "events", "outbox", "reason", "salt", "due_shard", "due_at"}
    assert {*CHANGES, *silent} == set(Entry.get_attributes())


@pytest.mark.parametrize("attribute", CHANGES)
@pytest.mark.parametrize("number", [1, 2, 5])
def test_whatever_of_an_entry_is_changed_the_entry_is_named(attribute: str, number: int) -> None:
    live()
    tamper(number, CHANGES[attribute])
    answer = found()
    assert (answer["holds"], answer["broken_at"]) == (False, number), answer["what"]


@pytest.mark.parametrize("number", [1, 3, 5])
def test_an_entry_that_is_gone_is_named(number: int) -> None:
    live()
    remove(entries()[number - 1])
    assert (found()["holds"], found()["broken_at"]) == (False, number)


def test_an_account_that_holds_more_than_its_entries_is_found() -> None:
    live()
    held = account()
    held.lots = {day: points + 1 for day, points in held.lots.items()}
    held.save()
    assert (found()["holds"], found()["broken_at"]) == (False, 5)


@pytest.mark.parametrize("counter", ["earned", "spent", "expired"])
def test_an_account_that_counts_otherwise_than_its_entries_is_found(counter: str) -> None:
    live()
    held = account()
    setattr(held, counter, 7)
    held.save()
    assert (found()["holds"], found()["broken_at"]) == (False, 5)


def test_an_entry_that_the_index_does_not_show_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    live()
    read, behind = ledger.entries_from_first, [True, True]

    def read_late(name: str) -> Any:
        newest_too = list(read(name))
        return iter(newest_too[:-1] if behind and behind.pop() else newest_too)

    monkeypatch.setattr(ledger, "entries_from_first", read_late)
    assert (found()["holds"], behind) == (True, [])


def test_the_last_entries_cannot_be_cut_off_unnoticed() -> None:
    live()
    remove(entries()[-1])
    held = account()
    held.entries -= 1
    held.pending = None
    held.save()
    assert found()["holds"] is False


def test_an_erasure_breaks_no_chain() -> None:
    live()
    before = [entry.hash for entry in entries()]
    assert entries()[3].reason == "A mistake"
    hear(erasure())
    left = entries()  # verified as they are read
    assert ([entry.hash for entry in left][:5], left[3].reason) == (before, None)
    assert left[5].entry_kind is EntryKind.VOIDED


@pytest.mark.parametrize("role", [Role.STOREFRONT, ADA, BOB])
def test_none_but_staff_may_ask(role: Role | str) -> None:
    live()
    assert get(VERIFICATION, by=role).status == 403
