"""Attributes for the ledger's values: lots, pending amounts, holds, and moments to the minute."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from loyalty.ledger.balances import (
    NO_GRACE_LOTS,
    Activation,
    GraceLot,
    GraceLots,
    Hold,
    Holds,
    Lots,
    Pending,
    write_grace_lots,
    write_lots,
)
from loyalty.ledger.due_dates import MINUTES, minute_of
from loyalty.table import TextAttribute


def lots_attribute(**options: Any) -> TextAttribute[Lots]:
    """Lots, or signed changes of lots."""
    return TextAttribute(write_lots, read_lots, **options)


def pending_attribute(**options: Any) -> TextAttribute[Pending]:
    """Pending amounts by activation, or signed changes of them."""
    return TextAttribute(write_pending, _read_pending, **options)


def holds_attribute(**options: Any) -> TextAttribute[Holds]:
    """Open holds by hold id."""
    return TextAttribute(_write_holds, _read_holds, **options)


def grace_lots_attribute(**options: Any) -> TextAttribute[GraceLots]:
    """Amounts in grace lots, by grace lot and original lot."""
    return TextAttribute(write_grace_lots, read_grace_lots, **options)


def read_lots(written: dict[str, int]) -> Lots:
    """Lots from JSON, as `write_lots` writes them."""
    return {date.fromisoformat(day): amount for day, amount in written.items()}


def write_pending(pending: Pending) -> dict[str, int]:
    """Pending amounts as JSON: `<day of activation>/<day of lot>` to amount."""
    return {f"{where.on}/{where.lot}": pending[where] for where in sorted(pending)}


def _read_pending(written: dict[str, int]) -> Pending:
    return {Activation(*map(date.fromisoformat, where.split("/"))): amount for where, amount in written.items()}


def read_grace_lots(written: dict[str, int]) -> GraceLots:
    """Amounts in grace lots from JSON, as `write_grace_lots` writes them."""
    return {GraceLot(*map(date.fromisoformat, where.split("/"))): amount for where, amount in written.items()}


def _write_holds(holds: Holds) -> dict[str, Any]:
    return {name: _write_hold(hold) for name, hold in holds.items()}


def _write_hold(hold: Hold) -> list[Any]:
    written = [minute_of(hold.until), write_lots(hold.lots)]
    about: list[Any] = [hold.order, hold.value]
    if hold.graced or hold.note:
        about.append(write_grace_lots(hold.graced) or None)
    if hold.note:
        about.append(list(hold.note))
    return [*written, *about] if any(fact is not None for fact in about) else written


def _read_holds(written: dict[str, Any]) -> Holds:
    return {name: _read_hold(*hold) for name, hold in written.items()}


def _read_hold(until: str, lots: dict[str, int], *about: Any) -> Hold:
    order, value, graced, note = (*about, *(None,) * 4)[:4]
    grace_lots = read_grace_lots(graced) if graced else NO_GRACE_LOTS
    return Hold(read_moment(until), read_lots(lots), order, value, grace_lots, note)


def read_moment(written: str) -> datetime:
    """A moment to the minute, in UTC."""
    return datetime.strptime(written, MINUTES).replace(tzinfo=UTC)
