"""Units by DynamoDB's published rules, worked by hand. `item(n)` is of exactly n bytes."""

from __future__ import annotations

from typing import Any

from tests.meter.dynamodb import capacity
from tests.meter.dynamodb.capacity import Consistency, Index, Table
from tests.meter.dynamodb.sizes import item_size

BY_STATUS = Index("by_status", ("status", "at"), None)
BY_DUE = Index("by_due", ("shard", "due"), frozenset({"kind"}))
TABLE = Table("t", ("pk",), (BY_STATUS, BY_DUE))
PLAIN = Table("t", ("pk",))


def item(size: int, **attributes: str) -> dict[str, Any]:
    found = {"pk": {"S": "1"}, **{name: {"S": value} for name, value in attributes.items()}}
    rest = size - item_size(found) - len("fill")
    return {**found, "fill": {"S": "x" * rest}}


def write(before: Any, after: Any, *, table: Table = PLAIN, transactional: bool = False) -> dict[str, int]:
    return capacity.write_units(table, before, after, transactional=transactional)


def test_a_write_of_up_to_1024_bytes_is_one_unit_and_one_byte_more_is_two() -> None:
    assert write(None, item(1024)) == {"table": 1}
    assert write(None, item(1025)) == {"table": 2}


def test_of_an_overwritten_item_the_larger_image_counts() -> None:
    assert write(item(3000), item(100)) == {"table": 3}
    assert write(item(100), item(3000)) == {"table": 3}


def test_a_deletion_costs_what_was_there_and_one_unit_where_nothing_was() -> None:
    assert write(item(2049), None) == {"table": 3}
    assert write(None, None) == {"table": 1}


def test_a_transaction_doubles_after_rounding_up() -> None:
    # 1,500 bytes are 2 units; doubled 4, and not the 3 of doubling first.
    assert write(None, item(1500), transactional=True) == {"table": 4}


def test_an_item_without_an_index_s_keys_is_not_in_it() -> None:
    assert write(None, item(500, status="new"), table=TABLE) == {"table": 1}


def test_entering_an_index_is_a_write_of_the_entry_there() -> None:
    assert write(None, item(1500, status="new", at="1"), table=TABLE) == {"table": 2, "by_status": 2}


def test_an_index_is_not_doubled_by_a_transaction() -> None:
    units = write(None, item(500, status="new", at="1"), table=TABLE, transactional=True)
    assert units == {"table": 2, "by_status": 1}


def test_leaving_an_index_is_a_deletion_there() -> None:
    assert write(item(500, status="new", at="1"), item(400), table=TABLE) == {"table": 1, "by_status": 1}


def test_a_key_that_moves_in_an_index_is_a_deletion_and_a_write() -> None:
    before, after = item(500, status="new", at="1"), item(1500, status="paid", at="1")
    assert write(before, after, table=TABLE) == {"table": 2, "by_status": 3}


def test_a_changed_attribute_that_an_index_shows_is_one_write_there() -> None:
    before, after = item(500, status="new", at="1", note="a"), item(500, status="new", at="1", note="b")
    assert write(before, after, table=TABLE) == {"table": 1, "by_status": 1}


def test_a_changed_attribute_that_an_index_does_not_show_costs_nothing_there() -> None:
    before, after = item(5000, shard="1", due="2026", kind="a", note="a"), item(4000, shard="1", due="2026", kind="a")
    assert write(before, after, table=TABLE) == {"table": 5}


def test_an_entry_of_few_attributes_costs_by_its_own_size() -> None:
    assert write(None, item(5000, shard="1", due="2026", kind="a"), table=TABLE) == {"table": 5, "by_due": 1}


def test_a_write_that_changes_nothing_still_costs_the_table() -> None:
    same = item(500, status="new", at="1")
    assert write(same, same, table=TABLE) == {"table": 1}


def test_a_failed_condition_costs_what_is_there_and_one_unit_at_least() -> None:
    assert capacity.failed_write_units(item(2500), transactional=False) == {"table": 3}
    assert capacity.failed_write_units(None, transactional=False) == {"table": 1}
    assert capacity.failed_write_units(None, transactional=True) == {"table": 2}


def test_a_condition_check_costs_both_rounds_of_what_is_there() -> None:
    assert capacity.check_units(item(1500)) == {"table": 4}


def test_a_strong_read_is_a_unit_for_4096_bytes_and_an_eventual_one_half() -> None:
    assert capacity.get_units(item(4096), Consistency.STRONG) == 1
    assert capacity.get_units(item(4097), Consistency.STRONG) == 2
    assert capacity.get_units(item(4097), Consistency.EVENTUAL) == 1
    assert capacity.get_units(item(4097), Consistency.TRANSACTIONAL) == 4


def test_reading_nothing_costs_the_least() -> None:
    assert capacity.get_units(None, Consistency.STRONG) == 1
    assert capacity.query_units([], Consistency.EVENTUAL) == 0.5


def test_a_query_sums_its_items_before_rounding() -> None:
    # Ten items of 500 bytes are 5,000: two units, where ten reads of one item would be ten.
    assert capacity.query_units([item(500)] * 10, Consistency.STRONG) == 2
    assert capacity.query_units([item(500)] * 10, Consistency.EVENTUAL) == 1
