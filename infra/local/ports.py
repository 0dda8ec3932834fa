"""The two ports of `make run`: the front's, and the next one for the local cloud.

The command calls this file before anything is set up. So it imports the standard library alone.
"""

import argparse
import socket
import sys

HOST = "127.0.0.1"
# The next port must exist too.
HIGHEST = 65_534


def pair(port: int) -> tuple[int, int]:
    """The front's port and the local cloud's."""
    return port, port + 1


def port_number(text: str) -> int:
    """The front's port. Raises ArgumentTypeError for what is none."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= HIGHEST:
        raise argparse.ArgumentTypeError(f"PORT is a number from 1 to {HIGHEST}, such as PORT=9000")
    return int(text)


def refusal_of(port: int) -> str | None:
    """What to tell if somebody listens on the port; None if nobody does."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)):
            return None
    return (
        f"Port {port} is taken. Stop the program that uses it (`make stop`?), or choose another port: "
        f"make run PORT=9000. The platform uses that port and the next one."
    )


def main() -> None:
    """Ends with status 1, naming the port, if somebody listens on one of the two ports."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("port", type=port_number)
    for refusal in filter(None, map(refusal_of, pair(parser.parse_args().port))):
        sys.exit(refusal)


if __name__ == "__main__":
    main()
