"""What customers promises to those around it: the bus, the template, the catalogue, the logs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shared.events.base import FOREIGN_SOURCES
from shared.events.catalogue import EVENTS
from shared.events.foreign import Buyer
from shared.runtime.aws import client
from tests.harness.aws.context import LambdaContext
from tests.harness.aws.ground import ROOT, items
from tests.harness.heard import foreign_event
from tests.harness.logs import captured_logs
from tests.harness.orders import EMAIL, delivered, order, paid, placed, reviewed
from tests.integration.customers.desk import change, customer_of, deliver, erasure, hear, register, stage


def test_the_relay_tells_the_house_what_the_stream_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []

    def take(**call: Any) -> dict[str, Any]:
        told.extend(call["Entries"])
        return {"FailedEntryCount": 0, "Entries": [{} for _ in call["Entries"]]}

    ada = register().json["id"]
    change(ada, 1, first_name="Ada")
    hear(paid(order()), reviewed(), erasure(ada))
    monkeypatch.setattr(client("events"), "put_events", take)
    records = [{**record, "eventSourceARN": "arn"} for record in stage.stream_records()]
    assert stage.app.relay({"Records": records}, LambdaContext()) == {"batchItemFailures": []}
    names = [entry["DetailType"] for entry in told]
    assert names == ["CustomerRegistered", "CustomerUpdated", "OrderRecorded", "ReviewRecorded", "ErasureAnswered"]
    assert {entry["Source"] for entry in told} == {"regulars.customers"}
    assert {entry["EventBusName"] for entry in told} == {"regulars-test"}
    assert all(ada in entry["Detail"] for entry in told)


def test_the_log_lines_name_nobody() -> None:
    with captured_logs() as lines:
        register(first_name="Ada-Canary", phone="+442079460000")
        register(first_name="Ada-Canary")
        register("not an address of Ada-Canary")
        buyer = Buyer(email=EMAIL, first_name="Ada-Canary")
        hear(placed(order(buyer=buyer)), paid(order(buyer=buyer, total=3)), reviewed(buyer=buyer))
        hear(reviewed("rev-2", Buyer(email="canary@example.com", first_name="Ada-Canary")))
        bad = foreign_event(placed(order("o-2", buyer=buyer)))
        bad["detail"]["order"]["total"] = "Ada-Canary"
        deliver(bad)
        hear(erasure(customer_of() or ""))
    written = lines.getvalue().lower()
    assert "event refused" in written
    assert not [canary for canary in (EMAIL, "canary", "442079460000") if canary in written]


PAGES = (ROOT / "docs" / "events.md", ROOT / "README.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_that_the_pages_show_send_what_fits(page: Path) -> None:
    shown = re.findall(r'"DetailType": "(\w+)",\n  "Detail": (".*")', page.read_text(encoding="utf-8"))
    assert shown
    for name, detail in shown:
        EVENTS[name].model_validate(json.loads(json.loads(detail)), extra="forbid")


def test_the_python_that_the_page_shows_sends_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []

    class Bus:
        def put_events(self, **call: Any) -> dict[str, Any]:
            sent.extend(call["Entries"])
            return {"FailedEntryCount": 0}

    monkeypatch.setattr("boto3.client", lambda _: Bus())
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGES[0].read_text(encoding="utf-8"), re.DOTALL):
        exec(block, names)  # noqa: S102  # our own page
    told = [*sent, *names["entries"]]
    foreign = {name for name, kind in EVENTS.items() if set(kind.told_by) & set(FOREIGN_SOURCES)}
    assert {entry["DetailType"] for entry in told} == foreign - {"OrderPlaced", "OrderRefunded"}
    for entry in told:
        EVENTS[entry["DetailType"]].model_validate(json.loads(entry["Detail"]), extra="forbid")


def test_a_typical_order_and_its_stats_take_one_write_unit_each() -> None:
    register()
    lines = [line.model_copy(update={"product_id": f"sku-00{n}17"}) for n in (1, 2) for line in order().lines]
    of = order("cdnow-00042-19970112-1", lines=lines, tax=83, shipping=399, discount=150)
    hear(placed(of), paid(of), delivered(of))
    sizes = {item["kind"]["S"]: _size({"M": item}) for item in items("customers")}
    assert sizes["order"] <= 1024, sizes
    assert sizes["stats"] <= 1024, sizes


def _size(value: dict[str, Any]) -> int:
    """The bytes that DynamoDB counts: names, values, 3 for a list or map and 1 an entry."""
    [(kind, held)] = value.items()
    if kind == "M":
        return 3 + sum(1 + len(name) + _size(part) for name, part in held.items())
    if kind == "L":
        return 3 + sum(1 + _size(part) for part in held)
    return len(str(held))
