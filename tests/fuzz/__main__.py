"""The command `make fuzz`: random requests to every route, as each role."""

from __future__ import annotations

import argparse
import logging
import sys
import time

import tests.harness.environment  # noqa: F401  # before anything of Regulars is imported
from tests.fuzz.run import fuzz


def main() -> int:
    """The exit status: 1 if an answer was not promised."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    logging.disable()
    start = time.monotonic()
    found = fuzz(given.cases, seed=given.seed)
    statuses = ", ".join(f"{status}: {many}" for status, many in sorted(found.statuses.items()))
    print(f"{found.statuses.total()} requests in {time.monotonic() - start:.0f} s. {statuses}")
    for each in found.complaints:
        print(f"\n{each}")
    return 1 if found.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
