"""How items hold what the ledger counts: lots, what is pending, holds, and moments to the minute."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from loyalty.ledger.balances import Graced, Hold, Holds, InGrace, Lots, Pending, Ripening
from loyalty.table import TextAttribute

_MINUTES: Final = "%Y-%m-%dT%H:%MZ"


def lots_attribute(**options: Any) -> TextAttribute[Lots]:
    """Lots, or changes of them."""
    return TextAttribute(write_lots, read_lots, **options)


def pending_attribute(**options: Any) -> TextAttribute[Pending]:
    """What ripens, by its day and lot, or changes of it."""
    return TextAttribute(write_pending, _read_pending, **options)


def holds_attribute(**options: Any) -> TextAttribute[Holds]:
    """Open holds by their names."""
    return TextAttribute(_write_holds, _read_holds, **options)


def graced_attribute(**options: Any) -> TextAttribute[Graced]:
    """Which lots the amounts in a grace are of."""
    return TextAttribute(_write_graced, _read_graced, **options)


def write_lots(lots: Lots) -> dict[str, int]:
    """Lots as JSON says them: by day, soonest first."""
    return {day.isoformat(): lots[day] for day in sorted(lots)}


def read_lots(written: dict[str, int]) -> Lots:
    """Lots as JSON says them."""
    return {date.fromisoformat(day): amount for day, amount in written.items()}


def write_pending(pending: Pending) -> dict[str, int]:
    """What is pending as JSON says it: by the day it ripens on and the day of its lot."""
    return {f"{where.on}/{where.lot}": pending[where] for where in sorted(pending)}


def _read_pending(written: dict[str, int]) -> Pending:
    return {Ripening(*map(date.fromisoformat, where.split("/"))): amount for where, amount in written.items()}


def _write_graced(graced: Graced) -> dict[str, int]:
    return {f"{where.lot}/{where.of}": graced[where] for where in sorted(graced)}


def _read_graced(written: dict[str, int]) -> Graced:
    return {InGrace(*map(date.fromisoformat, where.split("/"))): amount for where, amount in written.items()}


def _write_holds(holds: Holds) -> dict[str, Any]:
    return {name: _write_hold(hold) for name, hold in holds.items()}


def _write_hold(hold: Hold) -> list[Any]:
    written = [minute_of(hold.until), write_lots(hold.lots)]
    about = [hold.order, hold.value]
    return [*written, *about] if any(fact is not None for fact in about) else written


def _read_holds(written: dict[str, Any]) -> Holds:
    return {name: Hold(read_moment(until), read_lots(lots), *about) for name, (until, lots, *about) in written.items()}


def read_moment(written: str) -> datetime:
    """A moment to the minute, in UTC."""
    return datetime.strptime(written, _MINUTES).replace(tzinfo=UTC)


def minute_of(moment: datetime) -> str:
    """A moment as accounts keep it."""
    return moment.astimezone(UTC).strftime(_MINUTES)


def is_reached(minute: str | None, now: datetime) -> bool:
    """Whether a moment that an account keeps has come."""
    return minute is not None and minute <= minute_of(now)
