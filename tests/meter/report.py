"""The meter's findings as JSON for tests and as a page for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from infra.apps import ROOT
from shared.services import SERVICES
from tests.meter.bill import Bill, Prices
from tests.meter.budgets import Budgets
from tests.meter.measured import Measured

JSON_FILE: Final = ROOT / "docs" / "proof" / "costs.json"
PAGE: Final = ROOT / "docs" / "proof" / "costs.md"

_COLUMNS: Final = {
    "writes": "writes",
    "reads": "reads",
    "events": "events",
    "queues": "queues",
    "requests": "API Gateway",
    "lambda": "Lambda",
    "logs": "logs",
}

_COUNTED: Final = """\
## What is counted, and how

The real handlers of all five services run in one process on moto, with the streams, rules and queues of the packaged
templates between them. Every AWS call is caught where it leaves botocore. Capacity is charged by DynamoDB's published
rules from the items as they lay in the table before and after the call, because an emulator's own figures are
constants: sizes by the developer guide, the larger of both images, 1 KB a write unit and 4 KB a read unit rounded up,
double in a transaction, half for an eventually consistent read, everything a query reads before its filter, and each
index that an item enters, leaves, moves in, or shows a changed attribute in. Writes that change nothing an index
shows cost nothing there, and indexes are never doubled: they follow outside the transaction. A failed condition still
costs. The rules are checked by hand-worked cases in `tests/unit/meter`.

Batches hold ten events, as a queue under load hands them over. An event is one custom event for each 64 KB. A queued
message is one send by the bus, and a tenth of a receive and of a delete. Functions are warm, and secrets are read.

**Lambda's time is assumed, not measured**: no count can know it. The assumptions stand in
`tests/meter/prices.toml`: 5 ms of waiting a call, and CPU a call, an item and a run, stretched by the share of a
core that 512 MB give. Log bytes are assumed there too.

Not counted: storage and backups, what a stage costs while nothing happens (pollers ask each queue about 650,000 times
a month, $0.26; alarms, custom metrics, keys and secrets), X-Ray's samples, KMS (table keys are cached for minutes),
CloudFront, Cognito, data transfer, cold starts, retries, and every free tier. Reading a table's stream from Lambda is
free.
"""


def findings(measured: Measured, prices: Prices) -> dict[str, Any]:
    """Everything found, rounded so that it reads well and compares."""
    return {
        "prices": {"dated": prices.dated, "region": prices.region},
        "dollars_a_million_orders": {
            entry: {
                "total": _dollars(_whole(bills), prices),
                "by": {who: _dollars(bill, prices) for who, bill in bills.items()},
                "for": {name: round(amount, 2) for name, amount in _spent(_whole(bills), prices).items() if amount},
            }
            for entry, bills in measured.orders.items()
        },
        "operations": {name: _operation(bill, prices) for name, bill in sorted(measured.operations.items())},
    }


def as_json(measured: Measured, prices: Prices) -> str:
    """The findings as the text of costs.json."""
    return json.dumps(findings(measured, prices), indent=1) + "\n"


def as_page(measured: Measured, prices: Prices, budgets: Budgets) -> str:
    """The findings as the text of costs.md."""
    parts = (_top(measured, prices), _COUNTED, *_operations(measured, prices, budgets), _prices(prices))
    return "\n".join(parts)


def _top(measured: Measured, prices: Prices) -> str:
    totals = {entry: _dollars(_whole(bills), prices) for entry, bills in measured.orders.items()}
    lines = [
        "# What it costs",
        "",
        f"**${totals['events']:.2f} a million orders**, each placed and then paid, two lines, of a known customer,",
        f"through all five services, at the list prices of {prices.region} on {prices.dated}, when the order system",
        f"tells of them by events. **${totals['HTTP']:.2f}** where a storefront posts order and payment over HTTP;",
        f"${totals['one event']:.2f} and ${totals['one call']:.2f} where either tells of it once, when it is paid.",
        "Why it is so, and what would make it less: [0006](../decisions/0006-what-an-order-costs.md).",
        "",
        "Made by `make meter`; do not edit. Budgets: `tests/meter/budgets.toml`.",
        "",
    ]
    for entry, bills in measured.orders.items():
        lines += [f"By {entry}, dollars a million orders:", "", *_order_table(bills, prices), ""]
    return "\n".join(lines)


def _order_table(bills: Mapping[str, Bill], prices: Prices) -> Iterator[str]:
    yield f"| | total | {' | '.join(_COLUMNS.values())} |"
    yield f"|---|{'--:|' * (len(_COLUMNS) + 1)}"
    for who, bill in [*bills.items(), ("**all**", _whole(bills))]:
        spent = _spent(bill, prices)
        cells = [f"{spent[name]:.2f}" if spent[name] else "" for name in _COLUMNS]
        yield f"| {who} | {sum(spent.values()):.2f} | {' | '.join(cells)} |"


def _operations(measured: Measured, prices: Prices, budgets: Budgets) -> Iterator[str]:
    yield "## Every operation"
    yield ""
    yield "Averages of one. Beside the ordinary case of an operation stand its others, cold ones among them. Allowed"
    yield "are calls, write units and read units; a star marks the design's own budget. The others are what was used"
    yield "when the budget was written, so that nothing grows unseen."
    yield ""
    for service in SERVICES:
        mine = {name: bill for name, bill in sorted(measured.operations.items()) if name.startswith(f"{service} ")}
        yield f"### {service}"
        yield ""
        yield "| operation | calls | write units | | read units | allowed | bytes out, in | $ a million |"
        yield "|---|--:|--:|---|--:|---|--:|--:|"
        yield from (_row(service, name, bill, prices, budgets) for name, bill in mine.items())
        yield ""


def _row(service: str, name: str, bill: Bill, prices: Prices, budgets: Budgets) -> str:
    budget = budgets.operations.get(name)
    allowed = f"{budget.calls:g} / {budget.writes:g} / {budget.reads:g}" if budget else "none"
    star = "*" if name in budgets.designed else ""
    cells = (
        name.removeprefix(f"{service} "),
        _number(bill.calls),
        _number(bill.write_units),
        ", ".join(f"{place} {_number(units)}" for place, units in sorted(bill.writes.items())),
        _number(bill.read_units),
        allowed + star,
        f"{bill.request_bytes:.0f}, {bill.response_bytes:.0f}",
        f"{_dollars(bill, prices):.2f}",
    )
    return f"| {' | '.join(cells)} |"


def _prices(prices: Prices) -> str:
    lines = [
        f"## Prices, {prices.region}, {prices.dated}",
        "",
        "Dollars a million; of `compute` a GB-second, of `logs` a GB.",
        "",
        "| what | dollars | source |",
        "|---|--:|---|",
        *(f"| {name} | {dollars:.10g} | {prices.sources[name]} |" for name, dollars in prices.dollars.items()),
    ]
    return "\n".join(lines) + "\n"


def _operation(bill: Bill, prices: Prices) -> dict[str, Any]:
    numbers = {
        "calls": bill.calls,
        "write_units": bill.write_units,
        "read_units": bill.read_units,
        "events": bill.events,
        "queue_requests": bill.queue_requests,
        "http_requests": bill.http_requests,
        "invocations": bill.invocations,
        "mails": bill.mails,
    }
    return {
        **{name: round(number, 2) for name, number in numbers.items() if round(number, 2)},
        "request_bytes": round(bill.request_bytes),
        "response_bytes": round(bill.response_bytes),
        "writes": {place: round(units, 2) for place, units in sorted(bill.writes.items())},
        "dollars_a_million": _dollars(bill, prices),
    }


def _spent(bill: Bill, prices: Prices) -> dict[str, float]:
    """Dollars a million by column; Lambda's two prices in one."""
    spent = prices.a_million(bill)
    spent["lambda"] = spent.pop("invocations") + spent.pop("compute")
    return spent


def _whole(bills: Mapping[str, Bill]) -> Bill:
    whole = Bill()
    for bill in bills.values():
        whole.add(bill)
    return whole


def _dollars(bill: Bill, prices: Prices) -> float:
    return round(sum(prices.a_million(bill).values()), 2)


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def write(measured: Measured, prices: Prices, budgets: Budgets) -> list[Path]:
    """Write both files; which they are."""
    JSON_FILE.parent.mkdir(parents=True, exist_ok=True)
    JSON_FILE.write_text(as_json(measured, prices), encoding="utf-8")
    PAGE.write_text(as_page(measured, prices, budgets), encoding="utf-8")
    return [JSON_FILE, PAGE]
