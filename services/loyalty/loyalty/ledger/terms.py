"""What an operation is made under. Nothing here knows of tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from loyalty.ledger.due_dates import Watch
from loyalty.programme.models import Programme


@dataclass(frozen=True)
class Terms:
    """What an operation is made under: the programme in force and its version, at a moment and on the shop's day.

    `watch` says when time does something to the account next.
    """

    version: int
    watch: Watch
    programme: Programme
    now: datetime

    @property
    def today(self) -> date:
        """The shop's day."""
        return self.watch.today
