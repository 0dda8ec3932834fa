"""What `commit`, `find` and the outbox on an item promise, on moto."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws
from pynamodb.attributes import DiscriminatorAttribute, UnicodeAttribute
from pynamodb.exceptions import CancellationReason, PutError, TransactWriteError, VerboseClientError

from shared.events.segments import SegmentEntered, SegmentLeft
from shared.items import table
from shared.items.batches import delete_all, find_all
from shared.items.readable import UnreadableItemError
from shared.items.table import (
    LARGEST_TRANSACTION,
    BusyError,
    Check,
    Delete,
    Item,
    LostRaceError,
    Put,
    TableMeta,
    commit,
    find,
    read_image,
    retry_lost_races,
)
from shared.messages.cause import Cause

CAUSE = Cause("staff:ada", "corr-1", "evt_0")


class ShelfItem(Item):
    class Meta(TableMeta):
        table_name = "shelf"
        billing_mode = "PAY_PER_REQUEST"

    kind = DiscriminatorAttribute()


class Book(ShelfItem, discriminator="book"):
    title = UnicodeAttribute(null=True)


class Shelf(ShelfItem, discriminator="shelf"):
    pass


class TakenError(Exception):
    pass


@pytest.fixture(autouse=True)
def shelf() -> Iterator[None]:
    with mock_aws():
        ShelfItem.create_table(wait=True)
        yield


def test_a_fresh_item_is_written_once() -> None:
    commit(Put(Book("b", "1", title="first")))
    with pytest.raises(TakenError):
        commit(Put(Book("b", "1", title="second"), error=TakenError()))
    assert _title("b") == "first"


def test_a_loaded_item_is_written_only_at_the_version_it_was_loaded_with() -> None:
    commit(Put(Book("b", "1")))
    mine, theirs = find(Book, "b", "1"), find(Book, "b", "1")
    assert mine
    assert theirs
    theirs.title = "theirs"
    commit(Put(theirs))
    mine.title = "mine"
    with pytest.raises(LostRaceError):
        commit(Put(mine))
    assert _title("b") == "theirs"


def test_a_transaction_makes_all_its_writes_or_none_and_names_the_one_that_failed() -> None:
    commit(Put(Book("b", "1")))
    with pytest.raises(TakenError):
        commit(Put(Book("c", "1")), None, Put(Book("b", "1"), error=TakenError()))
    assert find(Book, "c", "1") is None


def test_a_transaction_takes_as_many_writes_as_dynamodb_does() -> None:
    def fresh(pk: str, count: int) -> list[Put]:
        return [Put(Book(pk, str(number))) for number in range(count)]

    commit(*fresh("b", LARGEST_TRANSACTION))
    with pytest.raises(TransactWriteError):
        commit(*fresh("c", LARGEST_TRANSACTION + 1))
    assert len(list(Book.query("b"))) == LARGEST_TRANSACTION


def test_a_deletion_rides_in_a_transaction_and_its_error_is_its_own() -> None:
    commit(Put(Book("b", "1")))
    old = find(Book, "b", "1")
    assert old
    commit(Put(Book("c", "1")), Delete(old))
    assert find(Book, "b", "1") is None
    with pytest.raises(TakenError):
        commit(Put(Book("d", "1")), Delete(old, error=TakenError()))
    assert find(Book, "d", "1") is None


def test_an_item_tells_its_events_in_the_write_and_never_again() -> None:
    book = Book("b", "1")
    book.tell(SegmentEntered, CAUSE, about="new")
    book.tell(SegmentLeft, CAUSE, about="old")
    commit(Put(book))
    _, told = read_image(ShelfItem, _image("b"))
    assert [(one.name, one.about, one.actor, one.causation_id) for one in told] == [
        ("SegmentEntered", "new", "staff:ada", "evt_0"),
        ("SegmentLeft", "old", "staff:ada", "evt_0"),
    ]
    assert _image("b")["outbox"] == {"S": told[0].id}

    again = find(Book, "b", "1")
    assert again
    commit(Put(again))
    assert "outbox" not in _image("b")
    assert "events" not in _image("b")


@pytest.mark.parametrize("beside", [0, 1])
def test_an_object_that_is_written_twice_tells_its_events_once(beside: int) -> None:
    book = Book("b", "1")
    book.tell(SegmentEntered, CAUSE)
    commit(Put(book), *(Put(Book("b", "2")) for _ in range(beside)))
    book.tell(SegmentLeft, CAUSE)
    commit(Put(book))
    assert [one.name for one in read_image(ShelfItem, _image("b"))[1]] == ["SegmentLeft"]
    commit(Put(book))
    assert {"events", "outbox"}.isdisjoint(_image("b"))


def test_a_write_that_failed_tells_its_events_when_it_is_made_again() -> None:
    commit(Put(Book("b", "1")))
    book = Book("b", "1")
    book.tell(SegmentEntered, CAUSE)
    with pytest.raises(LostRaceError):
        commit(Put(book))
    book.version = 1
    commit(Put(book))
    assert [one.name for one in read_image(ShelfItem, _image("b"))[1]] == ["SegmentEntered"]


def test_what_is_found_carries_no_events() -> None:
    book = Book("b", "1", title="first")
    book.tell(SegmentEntered, Cause("staff:ada", "corr-1"))
    commit(Put(book))
    again = find(Book, "b", "1")
    assert again
    assert (again.title, again.events, again.outbox) == ("first", None, None)
    [told] = read_image(ShelfItem, _image("b"))[1]
    assert (told.correlation_id, told.causation_id, told.about) == ("corr-1", None, None)
    assert told.id.startswith("evt_")


def test_what_is_found_is_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(Book, "get", lambda *keys, **more: asked.append((keys, more)))
    find(Book, "b", "1")
    assert asked == [(("b", "1"), {"consistent_read": True})]


def test_a_write_that_is_not_needed_is_not_made() -> None:
    commit()
    commit(None)
    assert list(ShelfItem.scan()) == []


@pytest.mark.parametrize("alone", [True, False])
def test_a_write_waits_for_its_own_condition_too(alone: bool) -> None:
    others = () if alone else (Put(Shelf("s", "1")),)
    commit(Put(Book("b", "1", title="first")))
    book = find(Book, "b", "1")
    assert book
    book.title = "third"
    with pytest.raises(TakenError):
        commit(Put(book, Book.title == "second", TakenError()), *others)
    assert _title("b") == "first"
    again = find(Book, "b", "1")
    assert again
    again.title = "third"
    commit(Put(again, Book.title == "first"), *others)
    assert _title("b") == "third"


def test_a_deletion_waits_for_its_own_condition_too() -> None:
    commit(Put(Book("b", "1", title="first")))
    book = find(Book, "b", "1")
    assert book
    with pytest.raises(TakenError):
        commit(Delete(book, Book.title == "second", TakenError()))
    commit(Delete(book, Book.title == "first"))
    assert find(Book, "b", "1") is None


def test_a_check_writes_nothing_and_guards_the_others() -> None:
    commit(Put(Book("b", "1", title="first")))
    with pytest.raises(TakenError):
        commit(Put(Book("c", "1")), Check(Book, "b", "1", Book.title == "second", TakenError()))
    assert find(Book, "c", "1") is None
    commit(Put(Book("c", "1")), Check(Book, "b", "1", Book.title == "first", TakenError()))
    assert find(Book, "c", "1")
    assert _image("b")["version"] == {"N": "1"}


def test_the_error_is_that_of_the_write_which_failed_wherever_it_stands() -> None:
    commit(Put(Book("b", "1")))
    book = find(Book, "b", "1")
    assert book
    with pytest.raises(TakenError):
        commit(Put(Book("c", "1")), Put(book), Delete(Book("d", "1", version=3), error=TakenError()))


def test_what_is_found_has_the_class_it_was_stored_with() -> None:
    commit(Put(Book("b", "1")))
    assert type(find(ShelfItem, "b", "1")) is Book


def test_an_item_that_cannot_be_read_is_named_by_what_is_wrong_with_it() -> None:
    with pytest.raises(UnreadableItemError, match="version"):
        Book.from_raw_data({"pk": {"S": "b"}, "sk": {"S": "1"}, "kind": {"S": "book"}, "version": {"S": "x"}})


def test_nothing_is_found_where_nothing_is() -> None:
    assert find(Book, "b", "1") is None


def test_an_erasure_deletes_whatever_the_version() -> None:
    books = [Book("b", str(n)) for n in range(30)]
    for book in books:
        commit(Put(book))
    assert delete_all(books) == 30
    assert delete_all([]) == 0
    assert list(Book.query("b")) == []


def test_one_item_is_erased_as_many_are() -> None:
    commit(Put(Book("b", "1")))
    assert delete_all([Book("b", "1")]) == 1
    assert list(ShelfItem.scan()) == []


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(table.time, "sleep", slept.append)
    monkeypatch.setattr(table, "_pauses", lambda: iter([0.1, 0.2, None]))
    return slept


@pytest.mark.parametrize(("calls", "pauses"), [(1, []), (2, [0.1]), (3, [0.1, 0.2])])
def test_deletions_that_are_left_come_again_after_a_pause(
    calls: int, pauses: list[float], slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    books = [Book("b", str(n)) for n in range(10)]
    commit(*map(Put, books))
    asked = _left_undone(monkeypatch, "BatchWriteItem", calls)
    assert delete_all(books) == 10
    assert (asked, slept) == ([10, 7, 4][:calls], pauses)
    assert list(Book.query("b")) == []


def test_deletions_left_to_the_end_are_told_as_busy(slept: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    books = [Book("b", str(n)) for n in range(30)]
    for book in books:
        commit(Put(book))
    _left_undone(monkeypatch, "BatchWriteItem", 99)
    with pytest.raises(BusyError):
        delete_all(books)
    assert slept == [0.1, 0.2]
    monkeypatch.undo()
    assert delete_all(list(Book.query("b"))) == 30 - 3 * 3


def test_many_are_found_at_once_and_what_is_left_comes_after_a_pause(
    slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(*(Put(Book("b", f"{n:03}", title=str(n))) for n in range(100)))
    commit(Put(Shelf("b", "100")))
    keys = [("b", f"{n:03}") for n in range(105)]
    asked = _left_undone(monkeypatch, "BatchGetItem", 2)
    found = find_all(ShelfItem, [*keys, *keys])
    assert sorted(item.sk for item in found) == [sk for _, sk in keys[:101]]
    assert {type(item) for item in found} == {Book, Shelf}
    assert (asked, slept) == ([100, 97, 5], [0.1])
    assert find_all(Book, []) == []
    _left_undone(monkeypatch, "BatchGetItem", 99)
    with pytest.raises(BusyError):
        find_all(Book, keys)


def test_a_transaction_that_conflicts_with_another_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    conflicts = iter([_cancelled("TransactionConflict"), _cancelled("ThrottlingError")])
    really = table._transact
    monkeypatch.setattr(table, "_pauses", lambda: iter([0.0, 0.0, None]))

    def transact(writes: list[table.Write]) -> None:
        if (error := next(conflicts, None)) is not None:
            raise table._meaning_of_cancellation(error, writes)
        really(writes)

    monkeypatch.setattr(table, "_transact", transact)
    commit(Put(Book("b", "1")), Put(Book("c", "1")))
    assert find(Book, "b", "1")


def test_conflicts_without_end_are_told_as_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_pauses", lambda: iter([0.0, None]))

    def transact(writes: list[table.Write]) -> None:
        raise table._meaning_of_cancellation(_cancelled("TransactionConflict"), writes)

    monkeypatch.setattr(table, "_transact", transact)
    with pytest.raises(BusyError):
        commit(Put(Book("b", "1")), Put(Book("c", "1")))


def test_a_failed_condition_counts_more_than_a_conflict_beside_it() -> None:
    error = _cancelled("TransactionConflict", "ConditionalCheckFailed")
    writes: list[table.Write] = [Put(Book("b", "1")), Put(Book("c", "1"), error=TakenError())]
    assert isinstance(table._meaning_of_cancellation(error, writes), TakenError)


@pytest.mark.parametrize(
    ("codes", "meaning"),
    [
        ((None, "ConditionalCheckFailed"), TakenError),
        ((None, "TransactionConflict"), BusyError),
        (("ThrottlingError", None), BusyError),
        (("ProvisionedThroughputExceeded", None), BusyError),
        ((None, "ValidationError"), TransactWriteError),
        ((None, None), TransactWriteError),
        ((), TransactWriteError),
    ],
)
def test_a_cancellation_means_what_its_reasons_say(codes: tuple[str | None, ...], meaning: type[Exception]) -> None:
    error = _cancelled(*codes)
    writes: list[table.Write] = [Put(Book("b", "1")), Put(Book("c", "1"), error=TakenError())]
    assert type(table._meaning_of_cancellation(error, writes)) is meaning
    assert type(table._meaning_of_cancellation(error, [*writes, Put(Book("d", "1"))])) is meaning


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("ConditionalCheckFailedException", LostRaceError),
        ("ThrottlingException", BusyError),
        ("ProvisionedThroughputExceededException", BusyError),
        ("TransactionConflictException", BusyError),
        ("TransactionInProgressException", BusyError),
        ("ValidationException", PutError),
    ],
)
@pytest.mark.parametrize("transacts", [True, False])
def test_a_refusal_means_what_its_code_says(
    code: str, meaning: type[Exception], transacts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "_pauses", lambda: iter([None]))
    refusal = VerboseClientError({"Error": {"Code": code, "Message": ""}}, "PutItem", {})

    def refuse(*_: object, **__: object) -> None:
        raise TransactWriteError("refused", refusal) if transacts else PutError("refused", refusal)

    monkeypatch.setattr(table.TransactWrite if transacts else Book, "__exit__" if transacts else "save", refuse)
    write = Delete(Book("b", "1")) if transacts else Put(Book("b", "1"))
    with pytest.raises(TransactWriteError if transacts and meaning is PutError else meaning):
        commit(write)


def test_a_lost_race_is_run_again_until_it_is_won(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_pauses", lambda: iter([0.0, 0.0, None]))
    outcomes = iter([LostRaceError(), LostRaceError(), "won"])

    def attempt() -> object:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert retry_lost_races(attempt) == "won"


def test_a_race_lost_to_the_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_pauses", lambda: iter([0.0, None]))

    def attempt() -> None:
        raise LostRaceError

    with pytest.raises(LostRaceError):
        retry_lost_races(attempt)


def test_the_pauses_grow_and_end() -> None:
    pauses = list(table._pauses())
    assert len(pauses) == table.TRIES
    assert pauses[-1] is None
    assert sum(pause for pause in pauses if pause) < 2


def test_a_pause_is_drawn_from_nothing_to_a_bound_that_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table.random, "uniform", lambda least, most: (least, most))
    assert list(table._pauses()) == [(0, 0.05), (0, 0.1), (0, 0.2), (0, 0.4), (0, 0.8), None]


def test_between_two_tries_is_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(table.time, "sleep", slept.append)
    monkeypatch.setattr(table, "_pauses", lambda: iter([0.1, 0.2, None]))
    outcomes = iter([LostRaceError(), LostRaceError(), LostRaceError()])

    def attempt() -> None:
        raise next(outcomes)

    with pytest.raises(LostRaceError):
        retry_lost_races(attempt)
    monkeypatch.setattr(table, "_write_once", lambda _: _raise(BusyError()))
    with pytest.raises(BusyError):
        commit(Put(Book("b", "1")))
    assert slept == [0.1, 0.2, 0.1, 0.2]


def _left_undone(monkeypatch: pytest.MonkeyPatch, operation: str, calls: int) -> list[int]:
    """DynamoDB does three parts of a batch a call and leaves the others, until it has been called so often.

    Returns how many parts each call has.
    """
    asked: list[int] = []
    really = BaseClient._make_api_call  # type: ignore[attr-defined]
    field = "UnprocessedKeys" if operation == "BatchGetItem" else "UnprocessedItems"

    def make_api_call(client: BaseClient, name: str, params: dict[str, Any]) -> Any:
        if name != operation:
            return really(client, name, params)
        named = params["RequestItems"]["shelf"]
        parts = named["Keys"] if operation == "BatchGetItem" else named
        asked.append(len(parts))
        done, left = (parts, []) if len(asked) >= calls else (parts[:3], parts[3:])
        again = {**named, "Keys": left} if operation == "BatchGetItem" else left
        some = {**named, "Keys": done} if operation == "BatchGetItem" else done
        answer = really(client, name, {**params, "RequestItems": {"shelf": some}})
        return {**answer, field: {"shelf": again} if left else {}}

    monkeypatch.setattr(BaseClient, "_make_api_call", make_api_call)
    return asked


def _raise(error: Exception) -> None:
    raise error


def _title(pk: str) -> str | None:
    book = find(Book, pk, "1")
    assert book
    return book.title


def _image(pk: str) -> dict[str, dict[str, str]]:
    key = {"pk": {"S": pk}, "sk": {"S": "1"}}
    image: dict[str, dict[str, str]] = boto3.client("dynamodb").get_item(TableName="shelf", Key=key)["Item"]  # type: ignore[assignment]
    return image


def _cancelled(*codes: str | None) -> TransactWriteError:
    cause = VerboseClientError(
        {"Error": {"Code": "TransactionCanceledException", "Message": ""}, "CancellationReasons": []},
        "TransactWriteItems",
        {},
        cancellation_reasons=[CancellationReason(code=code) if code else None for code in codes],
    )
    assert isinstance(cause, ClientError)
    return TransactWriteError("cancelled", cause)


def test_all_kinds_of_items_and_transactions_share_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    really = botocore.session.Session.create_client

    def create(session: botocore.session.Session, service_name: str, *args: Any, **more: Any) -> Any:
        made.append(service_name)
        return really(session, service_name, *args, **more)

    monkeypatch.setattr(botocore.session.Session, "create_client", create)
    monkeypatch.setattr(table, "_connection", functools.cache(table._connection.__wrapped__))
    commit(Put(Book("b", "1")), Put(Shelf("s", "1")))
    assert find(Book, "b", "1")
    assert find(Shelf, "s", "1")
    assert made == ["dynamodb"]


def test_dynamodb_answers_soon_or_not_at_all() -> None:
    connection = table._connection.__wrapped__()
    config = connection.client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 5)
    assert config.retries["total_max_attempts"] == 1 + 3
    assert connection.region == "us-east-1"


def test_times_are_kept_aware_and_in_utc() -> None:
    book = Book("b", "1")
    book.tell(SegmentEntered, CAUSE)
    assert book.events
    assert book.events[0].at.tzinfo is UTC
    assert abs((datetime.now(UTC) - book.events[0].at).total_seconds()) < 60
