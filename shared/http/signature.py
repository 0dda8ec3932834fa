"""Requests whose effect is its own receipt: it is stored under a name made of the Idempotency-Key.

A ledger's entry is written once and kept. Named after the request that made it, it says by itself that the request
was carried out, and its answer can be made of it again: no item beside it, and no look for one before. A use case
takes its ids from `request.signature`, keeps the fingerprint with the effect, and runs under `once`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, final

from shared import ids
from shared.errors import ProblemError
from shared.http.receipts import KeyReusedError, ReceiptName, ReplayError
from shared.table import BusyError, LostRaceError

V = TypeVar("V")

# Half of a SHA-256: 128 bits, in as many hexadecimal digits as an entry pays for.
_DIGITS: Final = 32


@final
class Signature:
    """What tells a request with an Idempotency-Key from all others, and from itself with another body."""

    def __init__(self, name: ReceiptName) -> None:
        self._digest = name.digest
        self.fingerprint: Final = name.fingerprint[:_DIGITS]
        self.is_replay = False

    def id(self, prefix: str) -> str:
        """The id of what this request brings into being: the same whenever it comes."""
        return ids.named_after(self._digest, prefix)

    def check(self, fingerprint: object) -> None:
        """Raises KeyReusedError unless what was kept under this request's name was made by the same body."""
        if fingerprint != self.fingerprint:
            raise KeyReusedError

    def once(self, act: Callable[[], V], before: Callable[[], V | None]) -> V:
        """What `act` gives; where it fails because the request was carried out before, what `before` makes of that.

        `act` raises ReplayError when its effect is there already. The account may have changed since so that it
        fails earlier and otherwise, so `before` is asked on any problem; it gives None when there is no such effect.
        """
        try:
            return act()
        except (ReplayError, ProblemError, LostRaceError, BusyError):
            earlier = before()
            if earlier is None:
                raise
            self.is_replay = True
            return earlier
