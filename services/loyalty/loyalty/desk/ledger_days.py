"""The entries of a whole ledger on one day, as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date
from itertools import islice
from typing import Any, Final, NamedTuple

from loyalty.desk.models import LedgerDayQuery
from loyalty.desk.pages import find_in_order
from loyalty.desk.tables import Cell, as_csv
from loyalty.ledger.items import Entry
from loyalty.liability.rules import ledger_of
from shared.http import Csv
from shared.http.cursors import invalid_cursor
from shared.items.keys import SHARDS

_HEADER: Final = (
    "customer_id",
    "number",
    "posted_at",
    "kind",
    "amount",
    "balance",
    "pending",
    "available",
    "held",
    "owed",
    "cause",
    "reason_code",
    "reason",
    "actor",
    "proposed_by",
    "expires_on",
    "programme",
)
_LARGEST_NUMBER: Final = 10**15


class _Place(NamedTuple):
    """The place of an entry in the index of days."""

    shard: str
    number: int
    pk: str
    sk: str

    @property
    def text(self) -> str:
        """The position of what follows. A key may hold every visible character, so JSON keeps the parts apart."""
        return json.dumps(self, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, position: str) -> _Place:
        """The place in a position. Raises InvalidError for one that is forged."""
        try:
            shard, number, pk, sk = json.loads(position)
        except (ValueError, TypeError, RecursionError):
            raise invalid_cursor() from None
        is_number = type(number) is int and 0 <= number <= _LARGEST_NUMBER
        if shard not in SHARDS or not is_number or not all(isinstance(key, str) and key for key in (pk, sk)):
            raise invalid_cursor()
        return cls(shard, number, pk, sk)

    def key(self, day: date) -> dict[str, Any]:
        """The key in the index, in DynamoDB's form."""
        in_index = {"day_shard": {"S": f"{day}#{self.shard}"}, "seq": {"N": str(self.number)}}
        return {**in_index, "pk": {"S": self.pk}, "sk": {"S": self.sk}}


def tabulate_day(query: LedgerDayQuery, after: str | None) -> Csv:
    """A page of a ledger's entries of one day of UTC, as the books count them. Raises InvalidError for a bad position.

    The rows are in no order of time: each says its own.
    """
    places = list(islice(_places(query.day, query.ledger, _Place.read(after) if after else None), query.limit + 1))
    page = places[: query.limit]
    # Nobody changes an entry, but for an erasure, which takes its words.
    entries = find_in_order(Entry, [(place.pk, place.sk) for place in page], consistent_read=False)
    more = page[-1].text if len(places) > query.limit else None
    return Csv(as_csv(_HEADER, map(_row, entries)), next_position=more)


def _places(day: date, ledger: str, after: _Place | None) -> Iterator[_Place]:
    """The places of a ledger's entries of a day after a place, one shard after the other."""
    for shard in SHARDS:
        if after and shard < after.shard:
            continue
        start = after.key(day) if after and shard == after.shard else None
        for row in Entry.by_day.query(f"{day}#{shard}", last_evaluated_key=start):
            if ledger_of(row.account) == ledger:
                yield _Place(shard, row.seq, row.pk, row.sk)


def _row(entry: Entry) -> tuple[Cell, ...]:
    return (
        entry.customer_id,
        entry.seq,
        entry.posted_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        entry.entry_kind.value,
        entry.amount,
        entry.after.balance,
        entry.after.pending,
        entry.after.available,
        entry.after.held,
        entry.after.owed,
        entry.cause,
        entry.fact("code"),
        entry.reason,
        entry.actor,
        entry.fact("proposed_by"),
        entry.last_day_given,
        entry.programme or 0,
    )
