"""The platform on the local cloud: orders end to end, and whether more customers make anything slower."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.speed.crowd import customer_id, fill
from benchmarks.speed.purchases import buy
from infra.local.stage import LocalStage, local_stage
from infra.replay.storefront import Storefront
from infra.tokens import token
from shared.items.keys import SHARDS

SENDERS: Final = (1, 4, 8)
# The local cloud looks at every item of a table to answer a query of an index, which DynamoDB does not: beyond so many
# customers a page takes it longer than a function waits. Up to there, what it takes for the queries is set apart.
_LARGEST_LISTED: Final = 10_000
_LISTS: Final = 10
# Points show before segments and notifications have heard of an order: time for what eight senders left them to do.
_SETTLE: Final = 5
PAGE: Final = "page of 50 read"
QUERIES: Final = "its four queries by boto3"
PAGE_BESIDE: Final = "the page without them"
# What the growth rows are measured with: enough to keep two cores busy, not so much that they only wait.
_STEADY: Final = 2


@dataclass(frozen=True)
class Plan:
    """How much is measured: sizes in ascending order, seconds of orders a row, calls a row."""

    sizes: tuple[int, ...]
    seconds: float
    calls: int


def measure(plan: Plan) -> dict[str, Any]:
    """Throughput by senders with the fewest customers in the tables, and every operation at each size."""
    with TemporaryDirectory() as folder, local_stage(home=Path(folder)) as stage:
        storefront = Storefront(stage.base_url, lambda role: token(stage.deployment, role))
        fresh = _megabytes(stage)
        fill(stage, range(plan.sizes[0]))
        buy(stage, max(SENDERS), plan.sizes[0], plan.seconds / 2)  # warm: every function has its processes
        senders = {str(number): buy(stage, number, plan.sizes[0], plan.seconds) for number in SENDERS}
        working = _megabytes(stage)
        time.sleep(_SETTLE)
        growth = dict(_growth(stage, storefront, plan))
    return {"senders": senders, "memory_mb": {"started": fresh, "working": working}, "growth": growth}


def _growth(stage: LocalStage, storefront: Storefront, plan: Plan) -> Iterator[tuple[str, dict[str, float]]]:
    filled = plan.sizes[0]
    for size in plan.sizes:
        fill(stage, range(filled, size))
        filled = size
        reads = {name: _median_ms(call, plan.calls) for name, call in _reads(storefront, size).items()}
        if size <= _LARGEST_LISTED:
            reads |= _lists(stage, storefront)
        orders = buy(stage, _STEADY, size, plan.seconds)
        rows = {"order to points": orders["p50_ms"], "orders a second": orders["orders_a_second"]}
        yield str(size), reads | rows | {"memory_mb": _megabytes(stage)}


def _reads(storefront: Storefront, size: int) -> dict[str, Callable[[int], Any]]:
    """Calls over HTTP, of customers all over the table."""

    def path(number: int) -> str:
        return f"/api/customers/{customer_id(number * 7919 % size)}"

    return {
        "profile read": lambda number: storefront.get(path(number), "support"),
        "points read": lambda number: storefront.get(f"{path(number)}/points", "support"),
        "points adjusted": lambda number: _adjust(storefront, path(number), f"bench-{size}-{number}"),
    }


def _lists(stage: LocalStage, storefront: Storefront) -> dict[str, float]:
    session: Any = stage.deployment.session
    dynamodb = session.client("dynamodb", endpoint_url=stage.cloud.endpoint)

    def ask(_: int) -> None:
        for shard in SHARDS:
            dynamodb.query(
                TableName=f"regulars-{stage.deployment.stage}-customers",
                IndexName="by_registration",
                KeyConditionExpression="#shard = :shard",
                FilterExpression="#kind IN (:kind)",
                ExpressionAttributeNames={"#shard": "shard", "#kind": "kind"},
                ExpressionAttributeValues={":shard": {"S": shard}, ":kind": {"S": "profile"}},
                ScanIndexForward=False,
                Limit=26,
            )

    page = _median_ms(lambda _: storefront.get("/api/customers?limit=50", "support"), _LISTS)
    queries = _median_ms(ask, _LISTS)
    return {PAGE: page, QUERIES: queries, PAGE_BESIDE: page - queries}


def _adjust(storefront: Storefront, path: str, key: str) -> None:
    storefront.post(f"{path}/points", "support", {"points": 10, "reason": "A benchmark"}, key=key)


def _median_ms(call: Callable[[int], Any], calls: int) -> float:
    for number in range(3):
        call(-number - 1)
    return median(_ms(call, number) for number in range(calls))


def _ms(call: Callable[[int], Any], number: int) -> float:
    began = time.monotonic()
    call(number)
    return (time.monotonic() - began) * 1000


def _megabytes(stage: LocalStage) -> float:
    """What MiniStack and the functions' processes hold resident, together."""
    rows = subprocess.run(["ps", "-A", "-o", "pgid=,rss="], capture_output=True, text=True, check=True).stdout  # noqa: S607
    group = str(stage.cloud.process.pid)
    return sum(int(row.split()[1]) for row in rows.splitlines() if row.split()[0] == group) / 1024
