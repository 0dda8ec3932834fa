"""docs/proof/benchmarks.md, made of what was measured and of `notes.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.speed.cloud import PAGE, QUERIES

# Of DESIGN's budgets: cold starts and handlers take at most so much of what they are held against.
GOAL: Final = 1.5
# Beyond this, a row that should not grow with the table has grown.
FLAT: Final = 1.5
_NOTES: Final = Path(__file__).with_name("notes.md")
# Rows of the growth table in which more is better or that say how full the cloud is.
_NOT_TIMES: Final = frozenset({"orders a second", "memory_mb", PAGE, QUERIES})

Found = Mapping[str, Any]


def render(found: Found) -> str:
    """The page."""
    parts = [
        _head(found["machine"]),
        _starts(found["starts"]),
        _handlers(found["handlers"]),
        _cloud(found["cloud"]),
        _NOTES.read_text(),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def over(found: Found) -> Iterator[str]:
    """What is over its goal."""
    for name, row in found["starts"]["starts"].items():
        if row["cpu_ratio"] > GOAL:
            yield f"importing {name} takes {row['cpu_ratio']:.2f} times the CPU of a boto3 client"
    for name, row in found["handlers"].items():
        if row["ratio"] > GOAL:
            yield f"{name} takes {row['ratio']:.2f} times what it takes by hand"
    for name, grown in _growth(found["cloud"]["growth"]).items():
        if grown > FLAT:
            yield f"{name} takes {grown:.1f} times as long with the most customers"


def _head(machine: Found) -> str:
    load = ", ".join(map(str, machine["load"]))
    after = ", ".join(map(str, machine["after"]))
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    return f"""# Benchmarks

Made by `make bench` (`QUICK=1` for a look in a few minutes, `SIZES=1000,10000` for other sizes), with the figures in
[benchmarks.json](benchmarks.json). Every ratio is a median over {machine["turns"]} turns in which both sides run one
right after the other, so that it holds on a machine whose milliseconds do not.

{machine["at"]}, {machine["cpus"]} CPUs ({machine["processor"]}), {machine["system"]}, Python {machine["python"]};
{packages}.
Load average {load} at the start, {after} at the end; {machine["minutes"]:.0f} minutes."""


def _starts(found: Found) -> str:
    names = list(found["packages"])
    packages = list(dict.fromkeys(name for times in found["packages"].values() for name in times))
    return f"""## Cold starts

Importing the unpacked bundle under `python -I -S`, with nothing else on the path but what Lambda's Python has,
bytecode as it ships, against `boto3.client("dynamodb")`. Goal: at most {GOAL}. All functions of a service load one
`app.py`, so a row is each of its functions.

{_table(("", "ms", "boto3 ms", "ratio", "ratio of CPU"), _start_rows(found["starts"]))}

From nothing to the end of the first batch of ten, with the network played back, against the same calls by hand with
boto3 (`benchmarks/speed/byhand.py`):

{_table(("", "ms", "by hand ms", "ratio", "ratio of CPU"), _start_rows(found["first"]))}

What dominates, in milliseconds of `-X importtime` (which slows everything down; only the shares mean something):

{_table(("package", *names), _package_rows(packages, found["packages"]))}"""


def _handlers(found: Found) -> str:
    rows = [
        (name, f"{row['regulars_ms']:.2f}", f"{row['by_hand_ms']:.2f}", f"{row['ratio']:.2f}")
        for name, row in found.items()
    ]
    return f"""## Handlers

CPU of one operation in a warm function (orders come in batches of ten), against a handler of dictionaries and botocore
that makes the same calls and checks the same token, but validates nothing, logs nothing and counts nothing. AWS's
recorded answers are played back to both inside botocore. Goal: at most {GOAL}.

{_table(("", "Regulars ms", "by hand ms", "ratio"), rows)}"""


def _cloud(found: Found) -> str:
    senders = [
        (
            number,
            f"{row['orders']:.0f}",
            f"{row['orders_a_second']:.1f}",
            f"{row['p50_ms']:.0f}",
            f"{row['p99_ms']:.0f}",
        )
        for number, row in found["senders"].items()
    ]
    memory, growth = found["memory_mb"], found["growth"]
    sizes = list(growth)
    names = list(growth[sizes[0]])
    grown = _growth(growth)
    rows = [
        (
            name,
            *(f"{growth[size][name]:.0f}" if name in growth[size] else "" for size in sizes),
            _times(grown.get(name)),
        )
        for name in names
    ]
    return f"""## The local cloud

Each sender puts an order, placed and paid, on the bus and waits until its points can be read from loyalty's table, then
sends the next. All of it, the cloud, five services and the senders, shares this machine's CPUs, so the seconds are of
this machine and not of AWS.

{_table(("senders", "orders", "orders a second", "to points p50 ms", "p99 ms"), senders)}

The local cloud with all its functions' processes holds {memory["started"]:.0f} MB once deployed and
{memory["working"]:.0f} MB at work.

With more customers in the tables (medians in ms, reads and adjustments over HTTP one at a time, orders from two
senders); the last column is the most customers against the fewest. The local cloud looks at every item of a table to
answer a query of an index, as DynamoDB does not, so the page's queries are also timed alone, and pages only read up to
10,000 customers:

{_table(("customers", *(f"{int(size):,}" for size in sizes), "grown"), rows)}"""


def _growth(growth: Found) -> dict[str, float]:
    """How many times as long each operation takes with the most customers as with the fewest."""
    rows = list(growth.values())
    series = {name: [row[name] for row in rows if name in row] for name in rows[0] if name not in _NOT_TIMES}
    return {name: times[-1] / times[0] for name, times in series.items()}


def _start_rows(found: Found) -> list[tuple[str, ...]]:
    return [
        (name, f"{row['ms']:.0f}", f"{row['base_ms']:.0f}", f"{row['ratio']:.2f}", f"{row['cpu_ratio']:.2f}")
        for name, row in found.items()
    ]


def _package_rows(packages: Sequence[str], found: Found) -> list[tuple[str, ...]]:
    def cell(times: Found, package: str) -> str:
        return f"{times[package]:.0f}" if package in times else ""

    return [(package, *(cell(times, package) for times in found.values())) for package in packages]


def _whole(number: float | None) -> str:
    return "" if number is None else f"{number:.0f}"


def _times(ratio: float | None) -> str:
    return f"{ratio:.2f}" if ratio else ""


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
