"""The tables that `make run` prints at its end: the figures, the checks, the receipt of an erasure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.table import Table

from infra.replay.checks import Check, Stored, balance_of
from infra.replay.sample import USD, Currency
from infra.replay.tables import Tables
from shared.services import SERVICES

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class Figures:
    """Figures of a replay that no service stores. `seconds` passed until all orders had settled."""

    delivered: int
    dead_letters: int
    seconds: float
    currency: Currency


def read_stored(tables: Tables) -> Stored:
    """All items that the checks compare."""
    return Stored(
        orders=list(tables.items("customers", "order")),
        stats=list(tables.items("customers", "stats")),
        accounts=list(tables.items("loyalty", "account")),
        entries=list(tables.items("loyalty", "entry")),
        features=list(tables.items("segments", "features")),
    )


def count_dead_letters(sqs: SQSClient, stage: str) -> int:
    """Messages in all dead-letter queues, and stream records that the relays gave up."""
    names = [f"regulars-{stage}-{service}-{kind}" for service in SERVICES for kind in ("dead", "untold")]
    waiting = 0
    for name in names:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        waiting += int(found["Attributes"]["ApproximateNumberOfMessages"])
    return waiting


def count_delivered(logs: CloudWatchLogsClient, stage: str) -> int:
    """The number of events that the inboxes handled, read from the metric in their logs."""
    total = 0
    for group in _groups(logs, stage):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, filterPattern="EventsHandled")
        for page in pages:
            total += sum(_handled(event["message"]) for event in page["events"])
    return total


def figures_table(tables: Tables, stored: Stored, figures: Figures) -> Table:
    table = Table(title="The platform's figures", title_justify="left", show_header=False)
    for name, value in _rows(tables, stored, figures):
        table.add_row(name, value)
    return table


def checks_table(checks: Iterable[Check]) -> Table:
    """Each check with both sides. A side of many rows shows the number of rows."""
    table = Table("Check", "File", "Platform", "", title="The platform compared with the file", title_justify="left")
    for one in checks:
        mark = "[green]✓[/green]" if one.holds else "[red]✗[/red]"
        table.add_row(one.what, _side(one.file), _side(one.platform), mark)
    return table


def receipt_table(request: Mapping[str, Any]) -> Table:
    """Each service's answer to an erasure."""
    title = f"Erasure {request['id']}: {request['status']}"
    table = Table("Service", "Erased", "Kept, and why", title=title, title_justify="left")
    for service, answer in sorted(request["answers"].items()):
        kept = "\n".join(f"{one['count']} {one['what']}: {one['why']}" for one in answer["kept"])
        table.add_row(service, _counts(answer["erased"]), kept or "-")
    return table


def _rows(tables: Tables, stored: Stored, figures: Figures) -> list[tuple[str, str]]:
    profiles = list(tables.items("customers", "profile"))
    registered = sum("registered_at" in profile for profile in profiles)
    money = sum(int(one["total"]) for one in stored.orders)
    issued = sum(int(entry["amount"]) for entry in stored.entries if entry["entry_kind"] == "earned")
    expired = -sum(int(entry["amount"]) for entry in stored.entries if entry["entry_kind"] == "expired")
    outstanding = sum(balance_of(account) for account in stored.accounts)
    return [
        ("customers", f"{len(profiles):,} ({registered:,} registered, {len(profiles) - registered:,} guests)"),
        ("orders", f"{len(stored.orders):,}"),
        ("money", _money(money, figures.currency)),
        ("points issued", f"{issued:,}"),
        ("points expired", f"{expired:,}"),
        ("points outstanding", f"{outstanding:,}"),
        ("tiers", _counts(Counter(account["tier"] for account in stored.accounts))),
        ("segments", _counts(_segments(stored)) or "-"),
        ("mails", _counts(_mails(tables))),
        ("events delivered", f"{figures.delivered:,}"),
        ("dead letters", f"{figures.dead_letters:,}"),
        (
            "orders a second",
            f"{len(stored.orders) / figures.seconds:.1f} ({figures.seconds:.0f} s until all orders had settled)",
        ),
    ]


def _money(amount: int, currency: Currency) -> str:
    units = f"{amount / currency.unit:,.{currency.digits}f}"
    return f"${units}" if currency == USD else f"{units} {currency.code}"


def _segments(stored: Stored) -> Counter[str]:
    return Counter(held["segment_id"] for row in stored.features for held in row.get("held") or [])


def _mails(tables: Tables) -> Counter[str]:
    messages = tables.items("notifications", "message")
    return Counter(f"{one['template']} {one['status']}{_why(one)}" for one in messages)


def _why(message: Mapping[str, Any]) -> str:
    return f" ({message['reason']})" if message.get("reason") else ""


def _groups(logs: CloudWatchLogsClient, stage: str) -> list[str]:
    pages = logs.get_paginator("describe_log_groups").paginate()
    names = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    return [name for name in names if f"regulars-{stage}-" in name and "inbox" in name.lower()]


def _handled(line: str) -> int:
    """The value of the metric in one line of embedded metric format."""
    try:
        values = json.loads(line).get("EventsHandled", 0)
    except ValueError:
        return 0
    return int(sum(values)) if isinstance(values, list) else int(values)


def _counts(counts: Mapping[str, Any]) -> str:
    return ", ".join(f"{int(count):,} {name}" for name, count in sorted(counts.items()))


def _side(value: Any) -> str:
    if isinstance(value, dict):
        return f"{len(value):,} rows, sum {sum(value.values()):,}" if _numeric(value) else f"{len(value):,} rows"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _numeric(value: Mapping[str, Any]) -> bool:
    return all(isinstance(one, int) for one in value.values())
