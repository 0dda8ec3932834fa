"""What an operation used, and what that costs by the price table."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, Final, Self

PRICES: Final = Path(__file__).with_name("prices.toml")
CHUNK: Final = 64 * 1024  # bytes of a payload that EventBridge and SQS each bill as one event or request
MILLION: Final = 1_000_000


@dataclass
class Bill:
    """What was used. `writes` are write units by the item or index they fell on; `cpu_ms` is of this machine.

    `items` is how often the operation was done in the run, `written` how many items its calls put, deleted or checked.
    """

    calls: float = 0
    request_bytes: float = 0
    response_bytes: float = 0
    read_units: float = 0
    events: float = 0
    queue_requests: float = 0
    http_requests: float = 0
    invocations: float = 0
    items: float = 0
    written: float = 0
    mails: float = 0
    cpu_ms: float = 0
    writes: Counter[str] = field(default_factory=Counter)

    @property
    def write_units(self) -> float:
        """All write units."""
        return sum(self.writes.values())

    def add(self, other: Bill) -> None:
        """Add what another used."""
        for name in _numbers():
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for place, units in other.writes.items():
            self.writes[place] += units

    def scaled(self, factor: float) -> Bill:
        """A share of it."""
        writes = Counter({place: units * factor for place, units in self.writes.items()})
        return Bill(**{name: getattr(self, name) * factor for name in _numbers()}, writes=writes)

    def less(self, other: Bill) -> Bill:
        """What it used more than another."""
        rest = self.scaled(1)
        rest.add(other.scaled(-1))
        rest.writes = Counter({place: units for place, units in rest.writes.items() if units})
        return rest


@dataclass(frozen=True)
class Prices:
    """List prices in dollars, and the assumptions that turn a count into Lambda time. See prices.toml."""

    dated: str
    region: str
    dollars: Mapping[str, float]
    sources: Mapping[str, str]
    lambda_time: Mapping[str, float]

    @classmethod
    def read(cls, path: Path = PRICES) -> Self:
        """The price table of a file."""
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(**table)

    def a_million(self, bill: Bill) -> dict[str, float]:
        """Dollars of a million such operations, by what is paid for."""
        used = {
            "writes": bill.write_units,
            "reads": bill.read_units,
            "events": bill.events,
            "queues": bill.queue_requests,
            "requests": bill.http_requests,
            "invocations": bill.invocations,
            "compute": self.gigabyte_seconds(bill) * MILLION,
            "logs": self.log_bytes(bill) * MILLION / 10**9,
            "mails": bill.mails,
        }
        return {name: amount * self.dollars[name] for name, amount in used.items()}

    def log_bytes(self, bill: Bill) -> float:
        """What CloudWatch takes in: Lambda's lines of every run, and of all runs but API calls a line of metrics."""
        lines = bill.invocations * self.lambda_time["log_bytes_an_invocation"]
        return lines + (bill.invocations - bill.http_requests) * self.lambda_time["log_bytes_of_metrics"]

    def gigabyte_seconds(self, bill: Bill) -> float:
        """Lambda's billed time by the assumptions: CPU stretched by the share of a core that the memory gives."""
        if not bill.invocations:
            return 0.0
        given = self.lambda_time
        cpu = (
            given["cpu_ms_an_invocation"] * bill.invocations
            + given["cpu_ms_an_item"] * bill.items
            + given["cpu_ms_a_call"] * bill.calls
        )
        milliseconds = cpu * given["mb_a_core"] / given["memory_mb"] + given["wait_ms_a_call"] * bill.calls
        return milliseconds / 1000 * given["memory_mb"] / 1024


def chunks(size: int) -> int:
    """How many events or requests a payload of so many bytes is billed as."""
    return max(1, ceil(size / CHUNK))


@cache
def _numbers() -> tuple[str, ...]:
    return tuple(each.name for each in fields(Bill) if each.name != "writes")
