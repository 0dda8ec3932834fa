"""The console of the `make` commands."""

import sys
from typing import NoReturn

from rich.console import Console

console = Console(highlight=False)
_errors = Console(stderr=True, highlight=False)


def fail(message: str) -> NoReturn:
    """Print the message in red on stderr, and end the command with status 1."""
    _errors.print(message, style="red", markup=False)
    sys.exit(1)
