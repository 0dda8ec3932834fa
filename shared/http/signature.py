"""Requests whose effect is its own receipt (docs/decisions/0012): the Idempotency-Key determines the effect's key.

A ledger's entry is written once and kept. So an entry that is named after its request proves that the request was
carried out, and the answer can be made from it again. A use case takes its ids from `request.signature`, stores the
fingerprint with the effect, and runs under `once`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar, final

from shared import ids
from shared.errors import ProblemError
from shared.http.receipts import KeyReusedError, ReceiptName, ReplayError
from shared.items.table import BusyError, LostRaceError

V = TypeVar("V")

# Half of a SHA-256: 128 bits are enough, and they keep the entry small.
_DIGITS: Final = 32


@final
class Signature:
    """Distinguishes a request with an Idempotency-Key from all others, and from itself with another body."""

    def __init__(self, name: ReceiptName) -> None:
        self._digest = name.digest
        self.fingerprint: Final = name.fingerprint[:_DIGITS]
        self.is_replay = False

    def id(self, prefix: str) -> str:
        """The id of the request's effect. It is the same for every repetition of the request."""
        return ids.named_after(self._digest, prefix)

    def check(self, fingerprint: object) -> None:
        """Raises KeyReusedError unless the stored fingerprint belongs to the same body."""
        if fingerprint != self.fingerprint:
            raise KeyReusedError

    def once(self, act: Callable[[], V], before: Callable[[], V | None]) -> V:
        """The result of `act`, or of `before` if the request was carried out earlier.

        `act` raises ReplayError if its effect exists already. But the account may have changed since, so that `act`
        fails earlier with another problem. So any problem calls `before`, which returns None if there is no effect.
        """
        try:
            return act()
        except (ReplayError, ProblemError, LostRaceError, BusyError):
            earlier = before()
            if earlier is None:
                raise
            self.is_replay = True
            return earlier
