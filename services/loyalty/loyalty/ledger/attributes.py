"""Attributes for the ledger's values: lots, pending amounts, holds, and moments to the minute."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from loyalty.ledger.balances import Activation, GraceLot, GraceLots, Hold, Holds, Lots, Pending, read_lots, write_lots
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
    return TextAttribute(_write_grace_lots, _read_grace_lots, **options)


def write_pending(pending: Pending) -> dict[str, int]:
    """Pending amounts as JSON: `<day of activation>/<day of lot>` to amount."""
    return {f"{where.on}/{where.lot}": pending[where] for where in sorted(pending)}


def _read_pending(written: dict[str, int]) -> Pending:
    return {Activation(*map(date.fromisoformat, where.split("/"))): amount for where, amount in written.items()}


def _write_grace_lots(grace_lots: GraceLots) -> dict[str, int]:
    return {f"{where.lot}/{where.of}": grace_lots[where] for where in sorted(grace_lots)}


def _read_grace_lots(written: dict[str, int]) -> GraceLots:
    return {GraceLot(*map(date.fromisoformat, where.split("/"))): amount for where, amount in written.items()}


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
    return datetime.strptime(written, MINUTES).replace(tzinfo=UTC)
