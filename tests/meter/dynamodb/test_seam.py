"""The meter at the botocore seam, on calls whose cost is worked by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.harness.aws.ground import ground
from tests.meter.bill import Bill
from tests.meter.dynamodb.seam import Seam

TABLE = "regulars-test-loyalty"


class Till:
    """A client, and the bill of what it does."""

    def __init__(self) -> None:
        self.bill: Bill | None = None
        self.client = boto3.client("dynamodb")

    def bill_of(self, operation: str, **params: Any) -> Bill:
        self.bill = Bill()
        try:
            getattr(self.client, operation)(**params)
        finally:
            bill, self.bill = self.bill, None
        return bill


@pytest.fixture
def till() -> Iterator[Till]:
    with ground("loyalty"):
        opened = Till()
        with Seam(lambda: opened.bill).listening():
            yield opened


def entry(number: int, size: int = 600, kind: str = "entry") -> dict[str, Any]:
    """An item of the index `entries_by_account`, of a little over `size` bytes."""
    key = {"pk": {"S": f"ORDER#{number}"}, "sk": {"S": "EARN"}, "kind": {"S": kind}}
    return {**key, "account": {"S": "cus_1"}, "seq": {"N": str(number)}, "fill": {"S": "x" * size}}


def put(number: int, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": TABLE, "Item": entry(number, **more)}}


def test_a_put_is_charged_to_its_kind_and_to_the_index_it_enters(till: Till) -> None:
    bill = till.bill_of("put_item", TableName=TABLE, Item=entry(1, 1100))
    assert bill.writes == Counter(entry=2, entries_by_account=2)
    assert bill.calls == 1
    assert bill.request_bytes > 1100


def test_a_transaction_doubles_the_table_and_not_the_index(till: Till) -> None:
    bill = till.bill_of("transact_write_items", TransactItems=[put(1), put(2)])
    assert bill.writes == Counter(entry=4, entries_by_account=2)
    assert (bill.calls, bill.written) == (1, 2)


def test_a_lost_condition_costs_the_item_that_is_there(till: Till) -> None:
    till.client.put_item(TableName=TABLE, Item=entry(1, 2500))
    till.bill = bill = Bill()
    with pytest.raises(ClientError):
        till.client.put_item(TableName=TABLE, Item=entry(1), ConditionExpression="attribute_not_exists(pk)")
    assert bill.writes == Counter(entry=3)


def test_a_query_costs_what_it_read_and_not_what_its_filter_left(till: Till) -> None:
    for number in range(9):
        till.client.put_item(TableName=TABLE, Item=entry(number, 1000, kind="other"))
    bill = till.bill_of(
        "query",
        TableName=TABLE,
        IndexName="entries_by_account",
        KeyConditionExpression="#c = :c",
        FilterExpression="#k = :k",
        ExpressionAttributeNames={"#c": "account", "#k": "kind"},
        ExpressionAttributeValues={":c": {"S": "cus_1"}, ":k": {"S": "entry"}},
    )
    # Nine items of some 1,060 bytes are 9,540: three pages of 4 KB, half price for an eventually consistent read.
    assert bill.read_units == 1.5
    assert bill.calls == 1


def test_a_batch_of_deletions_costs_one_each_and_the_index_that_they_leave(till: Till) -> None:
    till.client.put_item(TableName=TABLE, Item=entry(1))
    keys = [{"pk": {"S": f"ORDER#{number}"}, "sk": {"S": "EARN"}} for number in (1, 2)]
    requests: Any = [{"DeleteRequest": {"Key": key}} for key in keys]
    bill = till.bill_of("batch_write_item", RequestItems={TABLE: requests})
    assert bill.writes == Counter(entry=1, nothing=1, entries_by_account=1)


def test_what_nobody_is_billed_for_is_not_counted(till: Till) -> None:
    till.client.put_item(TableName=TABLE, Item=entry(1))
    assert till.bill_of("get_item", TableName=TABLE, Key={"pk": {"S": "none"}, "sk": {"S": "none"}}).read_units == 0.5
