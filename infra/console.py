"""Where the commands of `make` talk to people."""

import sys
from typing import NoReturn

from rich.console import Console

console = Console(highlight=False)
_errors = Console(stderr=True, highlight=False)


def fail(message: str) -> NoReturn:
    """Says what is wrong and ends the command."""
    _errors.print(message, style="red", markup=False)
    sys.exit(1)
