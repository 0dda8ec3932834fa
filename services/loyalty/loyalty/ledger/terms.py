"""The terms of an operation: the programme and the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from loyalty.ledger.due_dates import Watch
from loyalty.programme.models import Programme


@dataclass(frozen=True)
class Terms:
    """The programme in force, its version, and the moment, on the shop's day.

    `watch` decides when the account is due next.
    """

    version: int
    watch: Watch
    programme: Programme
    now: datetime

    @property
    def today(self) -> date:
        """The day in the shop's time zone."""
        return self.watch.today
