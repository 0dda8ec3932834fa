"""`make meter`: count what each operation uses, write docs/proof/costs.*, and say what is over its budget."""

from __future__ import annotations

import argparse
import sys

import tests.harness.environment  # noqa: F401  # the environment that the services are imported in
from infra.apps import ROOT
from tests.meter import report
from tests.meter.bill import Prices
from tests.meter.budgets import Budgets, accept
from tests.meter.measured import Measured, declared_operations
from tests.meter.scenario.measure import measure


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.meter", description=__doc__)
    arguments.add_argument("--accept", action="store_true", help="let budgets that are not the design's be as counted")
    accepting = arguments.parse_args().accept
    measured, prices = measure(), Prices.read()
    if accepting:
        accept(measured)
    budgets = Budgets.read()
    for path in report.write(measured, prices, budgets):
        print(path.relative_to(ROOT))
    for entry, found in report.findings(measured, prices)["dollars_a_million_orders"].items():
        print(f"${found['total']:.2f} a million orders by {entry}: {found['by']}")
    _print_cpu(measured)
    breaches = list(budgets.breaches(measured, set(declared_operations()), prices))
    for breach in breaches:
        print(f"over: {breach}")
    return 1 if breaches else 0


def _print_cpu(measured: Measured) -> None:
    """The handlers' own CPU on this machine, to hold against the assumptions of prices.toml."""
    for kind in (" /", " hears ", " tells ", " runs "):
        found = sorted(bill.cpu_ms for name, bill in measured.operations.items() if kind in name)
        print(f"CPU of one {kind.strip()!r} without AWS calls, median: {found[len(found) // 2]:.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
