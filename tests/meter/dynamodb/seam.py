"""Counts AWS calls where they leave botocore, whoever made the client and whenever.

moto's own capacity figures are constants. So what an operation read or wrote is taken from moto's tables, before and
after it, and charged by the rules of `capacity`.
"""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto.dynamodb.models.dynamo_type import DynamoType

from tests.harness.aws.tables import table as moto_table
from tests.meter.bill import Bill
from tests.meter.dynamodb import capacity
from tests.meter.dynamodb.capacity import Consistency, Table
from tests.meter.dynamodb.sizes import Image
from tests.meter.dynamodb.tables import tables

_WRITES: Final = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}
_PLACEHOLDER: Final = re.compile(r"[#:]\w+")

Params = Mapping[str, Any]
# One item that a call writes or checks: how, in which table, under which key.
Touch = tuple[str, Table, Image]

_Client: Any = BaseClient  # the stubs leave out what is private
_call: Final = _Client._make_api_call  # the seam: every call of every client passes it
_request: Final = _Client._convert_to_request_dict
_answer: Final = _Client._make_request


class Seam:
    """Puts what AWS calls use on the bill that `current` names; calls while it names none are nobody's."""

    def __init__(self, current: Callable[[], Bill | None]) -> None:
        self._current = current
        self._own = False
        self.inside_ms = 0.0  # CPU spent in calls, moto's work among it: not the handler's

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Count, for as long as this lasts."""
        patched = mock.patch.multiple(
            BaseClient,
            _make_api_call=self._counted(),
            _convert_to_request_dict=self._weighed(),
            _make_request=self._answered(),
        )
        with patched:
            yield

    def _counted(self) -> Callable[..., Any]:
        uncounted = _Client._make_api_call  # perhaps a shorter way, with no bytes to weigh

        def make_api_call(client: BaseClient, operation: str, params: Params) -> Any:
            bill = self._current()
            if bill is None or self._own:
                return uncounted(client, operation, params)
            started = time.process_time()
            try:
                return self._charged(bill, client, operation, params)
            finally:
                self.inside_ms += (time.process_time() - started) * 1000

        return make_api_call

    def _charged(self, bill: Bill, client: BaseClient, operation: str, params: Params) -> Any:
        bill.calls += 1
        if operation == "SendEmail":
            bill.mails += 1
        if client.meta.service_model.service_name != "dynamodb":
            return _call(client, operation, params)
        touched = [(touch, stored(touch[1], touch[2])) for touch in touches(operation, params)]
        try:
            answer = _call(client, operation, params)
        except ClientError:
            _charge_writes(bill, touched, transactional=operation == "TransactWriteItems", failed=True)
            raise
        _charge_writes(bill, touched, transactional=operation == "TransactWriteItems", failed=False)
        bill.read_units += self._read_units(client, operation, params)
        return answer

    def _read_units(self, client: BaseClient, operation: str, params: Params) -> float:
        match operation:
            case "GetItem":
                table = tables()[params["TableName"]]
                return capacity.get_units(stored(table, params["Key"]), _consistency(params))
            case "BatchGetItem":
                return sum(
                    capacity.get_units(stored(tables()[name], key), _consistency(asked))
                    for name, asked in params["RequestItems"].items()
                    for key in asked["Keys"]
                )
            case "TransactGetItems":
                gets = [each["Get"] for each in params["TransactItems"]]
                images = [stored(tables()[get["TableName"]], get["Key"]) for get in gets]
                return sum(capacity.get_units(image, Consistency.TRANSACTIONAL) for image in images)
            case "Query" | "Scan":
                return capacity.query_units(self._all_read(client, operation, params), _consistency(params))
        return 0.0

    def _all_read(self, client: BaseClient, operation: str, params: Params) -> list[Image]:
        """What one page read before its filter threw some away: it is asked again without."""
        self._own = True
        try:
            found = _call(client, operation, unfiltered(params))["Items"]
        finally:
            self._own = False
        table = tables()[params["TableName"]]
        images = [stored(table, table.key_of(item)) for item in found]
        if name := params.get("IndexName"):
            images = [table.entry(table.index(name), image) for image in images]
        return [image for image in images if image is not None]

    def _weighed(self) -> Callable[..., Any]:
        def convert_to_request_dict(client: BaseClient, *args: Any, **named: Any) -> Any:
            request = _request(client, *args, **named)
            if (bill := self._current()) and not self._own:
                bill.request_bytes += len(request["body"] or b"")
            return request

        return convert_to_request_dict

    def _answered(self) -> Callable[..., Any]:
        def make_request(client: BaseClient, *args: Any) -> Any:
            http, parsed = _answer(client, *args)
            if (bill := self._current()) and not self._own:
                bill.response_bytes += len(http.content)
            return http, parsed

        return make_request


def touches(operation: str, params: Params) -> list[Touch]:
    """The items that a call writes, or that a transaction checks."""
    if operation in _WRITES:
        return [_touch(_WRITES[operation], params)]
    if operation == "TransactWriteItems":
        return [_touch(how, one) for item in params["TransactItems"] for how, one in item.items()]
    if operation == "BatchWriteItem":
        return [
            _touch(how.removesuffix("Request"), {**one, "TableName": name})
            for name, requests in params["RequestItems"].items()
            for request in requests
            for how, one in request.items()
        ]
    return []


def stored(table: Table, key: Image) -> Image | None:
    """The item as it lies in moto's table now."""
    partition, sort = (DynamoType(dict(key[name])) for name in table.keys)
    item = moto_table(table.name).get_item(partition, sort)
    return copy.deepcopy(item.to_json()["Attributes"]) if item else None


def unfiltered(params: Params) -> dict[str, Any]:
    """The same query or scan without its filter, and without the placeholders that only the filter used.

    One that only counts reads the same items.
    """
    left_out = {"FilterExpression", "ProjectionExpression", "Select"}
    rest = {name: value for name, value in params.items() if name not in left_out}
    used = set(_PLACEHOLDER.findall(rest.get("KeyConditionExpression", "")))
    for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
        kept = {key: value for key, value in rest.pop(name, {}).items() if key in used}
        rest |= {name: kept} if kept else {}
    return rest


def _touch(how: str, one: Params) -> Touch:
    table = tables()[one["TableName"]]
    return how, table, one["Key"] if "Key" in one else table.key_of(one["Item"])


def _charge_writes(bill: Bill, touched: list[tuple[Touch, Image | None]], *, transactional: bool, failed: bool) -> None:
    for (how, table, key), before in touched:
        after = stored(table, key)
        bill.written += 1
        if how == "ConditionCheck":
            units = capacity.check_units(before)
        elif failed:
            units = capacity.failed_write_units(before, transactional=transactional)
        else:
            units = capacity.write_units(table, before, after, transactional=transactional)
        kind = (after or before or {}).get("kind", {"S": "nothing"})["S"]
        for place, amount in units.items():
            bill.writes[kind if place == capacity.TABLE else place] += amount


def _consistency(params: Params) -> Consistency:
    return Consistency.STRONG if params.get("ConsistentRead") else Consistency.EVENTUAL
