"""Whatever of a ledger is changed in the table, its verification says so: account and entry, points and credit."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from loyalty.credit.items import CREDIT, CreditAccount
from loyalty.ledger.items import ACCOUNT, Account, Entry
from loyalty.ledger.store import entries_from_first
from loyalty.ledger.verification import verify
from loyalty.points.items import PointsAccount
from loyalty.table import LoyaltyItem
from shared import clock
from shared.items.keys import customer_partition
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, adjust, entries, erasure, get, hear, order, registration, stage
from tests.integration.loyalty.spending import hold, redeem
from tests.integration.loyalty.wallet import credit_entries, issue, revoke
from tests.integration.loyalty.wallet import hold as hold_credit

Raw = dict[str, Any]

# What a verification does not look at, and why.
FREE: dict[str, str] = {
    "pk": "a key cannot change",
    "sk": "a key cannot change",
    "version": "counts the writes of the item, with an entry or without",
    "events": "told, and gone with the next write",
    "outbox": "told, and gone with the next write",
}
FREE_OF_ENTRIES: dict[str, str] = FREE | {
    "due_shard": "moves nothing: a list shows the entry elsewhere, or not",
    "due_at": "as due_shard",
}
FREE_OF_ACCOUNTS: dict[str, str] = FREE | {
    "warned_on": "moves no points: a warning comes again, or not",
    "due_shard": "moves no points: the job looks sooner or later, and a posting expires what is overdue first",
    "due_at": "as due_shard",
    "hold_shard": "as due_shard, of a hold",
    "hold_until": "as due_shard, of a hold",
    "tier_shard": "moves no points: a list shows the account elsewhere, with what the account itself says",
    "rank": "as tier_shard",
    "opened_at": "changes without an entry, when an older order is heard",
    "registered_at": "a fact of the profile, which customers owns",
    "email_verified": "a fact of the profile, which customers owns",
    "birthday": "a fact of the profile, which customers owns",
    "status": "a fact of the profile, which customers owns",
    "groups": "a fact of the profile, which customers owns",
    "profile_version": "a fact of the profile, which customers owns",
    "birthdays": "days that a digest would tell after the person is erased; the parts of the entries show each use",
    "card_number": "the card is an item of its own",
    "card_issued_at": "the card is an item of its own",
    "card_blocked": "the card is an item of its own",
    "freezes": "each act of staff is an item of its own",
    "by_email": "a fact of an order, which customers owns",
    "tiers_told": "moves nothing: a mail comes again, or not",
    "tier_slack": "it says only when to read the ledger again, which then tells it",
    "referrals": "changes without an entry, when a customer is named; each reward is an entry",
    "sign_up_waits": "changes without an entry; the reward is an entry",
    "merged_from": "changes without an entry, by a customer who had none",
    "unfinished": "only in a tombstone",
    "erased": "only in a tombstone",
}
# DynamoDB itself refuses another type there.
KEYS_OF_INDEXES = frozenset(
    {"due_shard", "due_at", "hold_shard", "hold_until", "tier_shard", "rank", "account", "seq", "day_shard"}
)
# What entries of earlier releases do not have.
OF_THIS_RELEASE = frozenset({"state", "salt", "words"})

OTHER: dict[str, Raw] = {
    # of accounts
    "entries": {"N": "2"},
    "head": {"B": b"1" * 32},
    "lots": {"S": '{"2030-01-31":5}'},
    "pending": {"S": '{"2030-01-31/2030-02-28":5}'},
    "holds": {"S": "{}"},
    "owed": {"N": "5"},
    "earned": {"N": "5"},
    "spent": {"N": "5"},
    "expired": {"N": "5"},
    "expired_before_reversal": {"S": '{"2030-01-31":5}'},
    "grace_lots": {"S": '{"2030-01-31/2029-12-31":5}'},
    "active_on": {"S": "2020-01-01"},
    "warned_on": {"S": "2020-01-01"},
    "due_shard": {"S": "7"},
    "due_at": {"S": "2030-01-01T00:00Z"},
    "hold_shard": {"S": "7"},
    "hold_until": {"S": "2030-01-01T00:00Z"},
    "tier_shard": {"S": "gold#7"},
    "rank": {"S": "99#7"},
    "kind": {"S": "receipt"},
    "version": {"N": "99"},
    "merged_into": {"S": BOB},
    "erased_at": {"S": "2026-01-01T00:00:00.000000+0000"},
    "erased": {"S": "{}"},
    "tier": {"S": "gold"},
    "tier_since": {"S": "2020-01-01"},
    "tier_kept_until": {"S": "2030-01-01"},
    "tier_given": {"S": '["gold"]'},
    "tiers_told": {"S": '{"gold":"2026-01-01"}'},
    "qualifying_by": {"S": "money"},
    "qualifying": {"S": '[99999,"2026-01",99999]'},
    "opened_at": {"N": "5"},
    "registered_at": {"N": "5"},
    "email_verified": {"BOOL": True},
    "birthday": {"S": "1990-01-01"},
    "birthdays": {"S": '["2026-01-01"]'},
    "status": {"S": "banned"},
    "groups": {"S": '["vip"]'},
    "profile_version": {"N": "77"},
    "card_number": {"S": "1234567890128"},
    "card_issued_at": {"N": "5"},
    "card_blocked": {"BOOL": True},
    "freezes": {"N": "1"},
    "quota": {"S": "[5,{},{}]"},
    "tier_slack": {"S": "[1,0,0]"},
    "by_email": {"BOOL": True},
    "referrals": {"S": f'{{"{BOB}":[1,1]}}'},
    "sign_up_waits": {"S": "hash"},
    "merged_from": {"S": f'["{BOB}"]'},
    "unfinished": {"S": "{}"},
    # of entries
    "account": {"S": BOB},
    "seq": {"N": "77"},
    "day_shard": {"S": "2020-01-01#0"},
    "entry_kind": {"S": "expired"},
    "amount": {"N": "1"},
    "held": {"N": "5"},
    "after": {"S": "[0,1,0,0,0,0,0]"},
    "tier_before": {"S": "gold"},
    "cause": {"S": "A9"},
    "actor": {"S": "staff:nobody"},
    "programme": {"N": "9"},
    "posted_at": {"S": "2020-01-01T00:00:00.000000+0000"},
    "previous": {"B": b"1" * 32},
    "state": {"B": b"1" * 32},
    "facts": {"S": '{"code":"promotion"}'},
    "salt": {"B": b"1" * 16},
    "words": {"B": b"1" * 32},
    "reason": {"S": "Somebody else's words"},
}
# Of a right type, and of no form that the value has.
MALFORMED: tuple[Raw, ...] = (
    {"S": "{"},
    {"S": "7"},
    {"S": '{"2030-01-31":"5"}'},
    {"S": '{"2030-01-31":1.5}'},
    {"S": '["a","b","c","d","e","f","g"]'},
    {"N": "1.5"},
    {"N": "1E+30"},
    {"B": b""},
)


def live() -> None:
    """Points in lots, pending, held and spent, a tier, and words of staff."""
    rungs = [{"tier": tier, "threshold": least} for tier, least in (("bronze", 0), ("silver", 100), ("gold", 9_999))]
    set_programme(tiers={"rungs": rungs}, earning={"limits": {"per_day": 100_000}})
    hear(registration(), order("A1"), order("A2"))
    adjust({"points": -93, "reason": "A mistake"})
    set_programme(tiers={"rungs": rungs}, pending={"until": "delivery", "longest_days": 365})
    hear(order("A3"))
    assert hold(50).status == 201


def live_on_credit() -> None:
    """Store credit in lots, held and taken back."""
    hear(registration(), registration(BOB))
    issue(2_000)
    revoke(300)
    assert hold_credit(100).status == 201


class Ledger:
    """One of the two ledgers, lived in, and its items in the table."""

    def __init__(self, kind: type[Account]) -> None:
        self.kind = kind
        is_credit = kind is CreditAccount
        (live_on_credit if is_credit else live)()
        self.key = customer_partition(ADA), f"{CREDIT}USD" if is_credit else ACCOUNT
        self.path = f"/api/customers/{ADA}/{'credit/USD' if is_credit else 'points'}/verification"
        self.entries = (credit_entries if is_credit else entries)()

    def verification(self) -> Raw:
        answer = get(self.path)
        assert answer.status == 200, answer.json
        return answer.json

    def raw(self, pk: str, sk: str) -> Raw:
        [found] = [each for each in stage.items() if (each["pk"]["S"], each["sk"]["S"]) == (pk, sk)]
        return found

    def account(self) -> Raw:
        return self.raw(*self.key)

    def entry(self, number: int) -> Raw:
        return self.raw(self.entries[number - 1].pk, self.entries[number - 1].sk)


def put(raw: Raw) -> None:
    """Write an item behind the service's back."""
    connection = LoyaltyItem._get_connection()
    connection.connection.client.put_item(TableName=connection.table_name, Item=raw)


@pytest.fixture(params=[PointsAccount, CreditAccount], ids=["points", "credit"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    return Ledger(request.param)


def stored(kind: type[LoyaltyItem], name: str) -> str:
    return str(kind.get_attributes()[name].attr_name)


def wrong_types(raw: Raw, name: str, kind: type[LoyaltyItem]) -> list[Raw]:
    """The item with another type than the attribute's in its place."""
    right = kind.get_attributes()[name].attr_type
    others: tuple[Raw, ...] = ({"S": "x"}, {"N": "5"}, {"M": {}})
    return [raw | {stored(kind, name): each} for each in others if right not in each]


def test_every_attribute_is_tampered_with() -> None:
    known = {*PointsAccount.get_attributes(), *CreditAccount.get_attributes(), *Entry.get_attributes()}
    assert known - {"pk", "sk", "events", "outbox"} == {*OTHER}
    assert {*FREE_OF_ACCOUNTS} <= {*PointsAccount.get_attributes()}


def changed(kind: type[LoyaltyItem], name: str, raw: Raw) -> list[Raw]:
    """The item with another value, and without one if it has one."""
    key = stored(kind, name)
    assert raw.get(key) != OTHER[name], name
    without = {each: value for each, value in raw.items() if each != key}
    # Without `kind` an item is read as the kind that was asked for; without a version an account is found.
    return [raw | {key: OTHER[name]}, *([without] if key in raw and name not in {"kind", "version"} else [])]


def test_an_account_that_is_otherwise_than_its_entries_left_it_is_found(ledger: Ledger) -> None:
    whole, found = ledger.account(), {}
    for name in sorted({*ledger.kind.get_attributes()} - {"pk", "sk", "events", "outbox"}):
        for other in changed(ledger.kind, name, whole):
            put(other)
            found[name] = found.get(name, True) and ledger.verification()["holds"]
    assert {name for name, holds in found.items() if holds} == {*FREE_OF_ACCOUNTS} & {*found}
    put(whole)
    assert ledger.verification()["holds"] is True


def test_an_entry_that_is_otherwise_than_it_was_posted_is_found(ledger: Ledger) -> None:
    for number in (2, len(ledger.entries)):
        whole = ledger.entry(number)
        for name in sorted({*Entry.get_attributes()} - {*FREE_OF_ENTRIES}):
            for other in changed(Entry, name, whole):
                put(other)
                answer = ledger.verification()
                assert (name, answer["holds"], answer["broken_at"]) == (name, False, number), answer["what"]
        put(whole)
    assert ledger.verification()["holds"] is True


def test_an_account_that_cannot_be_read_is_named_as_the_place(ledger: Ledger) -> None:
    whole = ledger.account()
    for name in sorted({*ledger.kind.get_attributes()} - {"pk", "sk", "events", "outbox", *KEYS_OF_INDEXES}):
        for broken in wrong_types(whole, name, ledger.kind):
            put(broken)
            answer = ledger.verification()
            assert (answer["holds"], answer["broken_at"]) == (False, None), name
            assert answer["what"] == f"the account's {stored(ledger.kind, name)} cannot be read"


def test_an_entry_that_cannot_be_read_is_named_as_the_place(ledger: Ledger) -> None:
    whole = ledger.entry(2)
    for name in sorted({*Entry.get_attributes()} - {*FREE_OF_ENTRIES, "kind", *KEYS_OF_INDEXES}):
        for broken in wrong_types(whole, name, Entry):
            put(broken)
            answer = ledger.verification()
            assert (answer["holds"], answer["broken_at"]) == (False, 2), name
            assert answer["what"] == f"its {stored(Entry, name)} cannot be read"


def test_a_value_of_the_right_type_and_of_no_form_is_found(ledger: Ledger) -> None:
    account, entry = ledger.account(), ledger.entry(2)
    for whole, kind in ((account, ledger.kind), (entry, Entry)):
        for name in sorted({*kind.get_attributes()} - {*FREE_OF_ACCOUNTS, *FREE, *KEYS_OF_INDEXES}):
            for value in MALFORMED:
                if {kind.get_attributes()[name].attr_type} == value.keys():
                    put(whole | {stored(kind, name): value})
                    assert ledger.verification()["holds"] is False, (name, value)
        put(whole)
    assert ledger.verification()["holds"] is True


def test_a_number_of_another_form_is_found(ledger: Ledger) -> None:
    account = ledger.account()
    lots = json.loads(account["lots"]["S"])
    put(account | {"lots": {"S": json.dumps({day: float(amount) for day, amount in lots.items()})}})
    assert ledger.verification()["holds"] is False


def test_an_account_without_entries_is_found_with_a_tier() -> None:
    hear(registration())
    path = f"/api/customers/{ADA}/points/verification"
    assert get(path).json["holds"] is True
    [whole] = [each for each in stage.items() if each["kind"]["S"] == "account"]
    put(whole | {"tier": {"S": "gold"}})
    assert get(path).json["holds"] is False


def test_an_account_without_a_version_is_found(ledger: Ledger) -> None:
    put({name: value for name, value in ledger.account().items() if name != "version"})
    assert ledger.verification()["holds"] is False


def test_an_account_that_is_gone_is_missed(ledger: Ledger) -> None:
    LoyaltyItem._get_connection().delete_item(*ledger.key)
    assert ledger.verification()["holds"] is False


def test_a_ledger_of_an_earlier_release_holds_and_its_tier_is_checked() -> None:
    ledger = Ledger(PointsAccount)
    previous = bytes(32)
    for number in range(1, len(ledger.entries) + 1):
        former = {name: value for name, value in ledger.entry(number).items() if name not in OF_THIS_RELEASE}
        put(former | {"previous": {"B": previous}})
        previous = Entry.from_raw_data(former | {"previous": {"B": previous}}).hash
    whole = ledger.account() | {"head": {"B": previous}}
    put(whole)
    assert ledger.verification()["holds"] is True
    put(whole | {"tier": {"S": "gold"}})
    assert ledger.verification()["holds"] is False
    put(whole)
    hear(order("A9"))
    assert ledger.verification()["holds"] is True
    put(ledger.account() | {"merits": OTHER["qualifying"]})
    assert ledger.verification()["holds"] is False


@pytest.mark.parametrize("kept", ["reason", "salt", None])
def test_words_that_nobody_erased_are_missed(ledger: Ledger, kept: str | None) -> None:
    [number] = [each.seq for each in ledger.entries if each.reason][-1:]
    put({name: value for name, value in ledger.entry(number).items() if name not in {"reason", "salt"} - {kept}})
    answer = ledger.verification()
    assert (answer["holds"], answer["broken_at"]) == (False, number)


def test_an_erasure_leaves_the_digest_of_words_and_nothing_to_guess_them_by(ledger: Ledger) -> None:
    [told] = [each for each in ledger.entries if each.reason][-1:]
    assert len(told.salt) == 16
    hear(erasure())
    left = ledger.entry(told.seq)
    assert ({"reason", "salt"} & {*left}, left["words"]["B"]) == (set(), told.words)
    erased = ledger.kind.from_raw_data(ledger.account())
    assert verify(erased, list(entries_from_first(erased.name))).what is None
    # Words put back are not the ones that were posted.
    put(left | {"reason": {"S": str(told.reason)}})
    assert verify(erased, list(entries_from_first(erased.name))).broken_at == told.seq


def close_the_day(set_clock: Callable[[str], None]) -> None:
    """Let the day of all entries end, and the job close it: at noon of the next day, for a day closes after a while."""
    set_clock((clock.now() + timedelta(days=1)).replace(hour=12).isoformat())
    stage.run("close")


def anchors() -> list[Raw]:
    return [each for each in stage.items() if each["kind"]["S"] == "anchors"]


@pytest.mark.parametrize("days", [0, 30])
def test_a_newest_entry_that_is_gone_with_the_account_rolled_back_is_missed_once_its_day_is_closed(
    ledger: Ledger, set_clock: Callable[[str], None], days: int
) -> None:
    before = ledger.account()
    assert (issue(700, key="i2") if ledger.kind is CreditAccount else redeem(10)).status == 201
    [spent] = [each for each in stage.items() if each.get("previous") == before["head"]]
    close_the_day(set_clock)
    set_clock((clock.now() + timedelta(days=days)).isoformat())
    assert ledger.verification()["holds"] is True
    LoyaltyItem._get_connection().delete_item(spent["pk"]["S"], spent["sk"]["S"])
    put(before)
    answer = ledger.verification()
    assert (answer["holds"], answer["broken_at"]) == (False, int(spent["seq"]["N"]))
    assert answer["what"] == "it is missing, and an anchor of its day names it"


def test_a_chain_that_was_made_anew_is_found_by_the_anchor_of_its_day(
    ledger: Ledger, set_clock: Callable[[str], None]
) -> None:
    close_the_day(set_clock)
    newest = len(ledger.entries)
    forged = ledger.entry(newest) | {"cause": {"S": "forged"}}
    put(forged)
    put(ledger.account() | {"head": {"B": Entry.from_raw_data(forged).hash}})
    answer = ledger.verification()
    assert (answer["holds"], answer["broken_at"]) == (False, newest)
    assert answer["what"] == "it is not what it was at the end of its day"


def test_a_day_is_anchored_once_however_often_it_is_counted(ledger: Ledger, set_clock: Callable[[str], None]) -> None:
    close_the_day(set_clock)
    first = anchors()
    assert [[*json.loads(each["anchors"]["S"])] for each in first if ADA in each["anchors"]["S"]]
    [progress] = [each for each in stage.items() if each["kind"]["S"] == "books"]
    LoyaltyItem._get_connection().delete_item(progress["pk"]["S"], progress["sk"]["S"])
    for closed in [each for each in stage.items() if each["kind"]["S"] == "closed_day"]:
        LoyaltyItem._get_connection().delete_item(closed["pk"]["S"], closed["sk"]["S"])
    stage.run("close")
    assert anchors() == first


@pytest.mark.parametrize("broken", [{"N": "5"}, {"S": "{"}, {"S": f'{{"{ADA}":["x","y"],"{ADA}#USD":["x","y"]}}'}])
def test_an_anchor_that_cannot_be_read_is_said(ledger: Ledger, set_clock: Callable[[str], None], broken: Raw) -> None:
    close_the_day(set_clock)
    for each in anchors():
        put(each | {"anchors": broken})
    answer = ledger.verification()
    assert (answer["holds"], answer["what"]) == (False, "an anchor cannot be read")


def test_an_entry_that_cannot_be_read_has_no_anchor_and_stops_no_day(
    ledger: Ledger, set_clock: Callable[[str], None]
) -> None:
    put(ledger.entry(len(ledger.entries)) | {"posted_at": {"N": "5"}})
    close_the_day(set_clock)
    assert [each for each in stage.items() if each["kind"]["S"] == "closed_day"]
    assert ledger.verification()["holds"] is False
