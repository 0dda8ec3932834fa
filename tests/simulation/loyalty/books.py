"""What the checks of loyalty remember from step to step: entries are written once, so each is replayed once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.aws.world import World
from tests.simulation.loyalty.model.posting import Ledgers
from tests.simulation.loyalty.programmes import ShopProgramme
from tests.simulation.tables import Row, Tables

# What may change of an entry: an erasure removes the words of staff, the salt of their digest and the place in a list.
_MAY_CHANGE: Final = frozenset({"reason", "salt", "due_shard", "due_at", "version", "events", "outbox"})


@dataclass
class Books:
    """The ledgers as the model has them. `newest` are the newest versions of orders."""

    ledgers: Ledgers
    newest: dict[str, int] = field(default_factory=dict)
    entries: dict[tuple[str, str], Row] = field(default_factory=dict)
    by_account: dict[str, list[Row]] = field(default_factory=dict)
    # Of each account: the version of the profile, and the number of freezes, when it was last looked at.
    _known: dict[str, tuple[int, int]] = field(default_factory=dict)
    _statuses: dict[tuple[str, int], str] = field(default_factory=dict)
    # The months of birth, as the versions of profiles say them.
    _births: dict[tuple[str, int], str | None] = field(default_factory=dict)
    _heard: int = 0

    @classmethod
    def of(cls, programme: ShopProgramme) -> Books:
        """Nothing posted yet."""
        return cls(Ledgers({programme.version: programme.terms}))

    def learn(self, world: World, tables: Tables) -> None:
        """Take in what is known outside the ledgers: orders and reviews as told, who was merged, birthdays."""
        for envelope in world.told[self._heard :]:
            if envelope["detail-type"] == "OrderRecorded":
                self._learn_order(envelope["detail"])
            elif envelope["detail-type"] == "ReviewRecorded":
                data = envelope["detail"]["data"]
                self.ledgers.reviews[data["review_id"]] = data
            elif envelope["detail-type"] in {"CustomerRegistered", "CustomerUpdated"}:
                about, version = envelope["detail"]["data"], envelope["detail"]["metadata"].get("version")
                self._statuses[(about["customer_id"], version)] = about["profile"]["status"]
                self._births[(about["customer_id"], version)] = (about["profile"]["birthday"] or "")[5:7] or None
        self._heard = len(world.told)
        for row in tables.of_kind("loyalty", "account"):
            who = row["pk"].removeprefix("CUSTOMER#")
            if into := row.get("merged_into"):
                if who not in self.ledgers.merged and self._known.get(who, (0, 0))[1] % 2:
                    self.ledgers.frozen_at_merge[who] = into
                self.ledgers.merged[who] = into
            self._learn_stops(who, row)

    @property
    def birth_months(self) -> set[str]:
        """The months, as two digits, in which anybody's birthday ever was."""
        return {month for month in self._births.values() if month}

    def new_entries(self, tables: Tables) -> tuple[list[Row], list[str]]:
        """Entries not seen before, oldest first; and what is wrong with those that were."""
        new, wrong, there = [], [], 0
        for row in tables.of_kind("loyalty", "entry"):
            key = (row["pk"], row["sk"])
            known = self.entries.get(key)
            there += known is not None
            if known is None:
                new.append(row)
            elif known is not row and _lasting(known) != _lasting(row):
                wrong.append(f"entry {key} is not what it was")
            self.entries[key] = row
        if there + len(new) != len(self.entries):
            wrong.append("an entry is gone")
        return sorted(new, key=lambda row: (row["posted_at"], row["account"], row["seq"])), wrong

    def _learn_stops(self, who: str, row: Row) -> None:
        """What may have stopped them since the last look: statuses at the versions in between, and freezes."""
        before = self._known.get(who, (0, 0))
        now = self._known[who] = (row.get("profile_version", 0), row.get("freezes", 0))
        # A tombstone does not say which profiles its account had come to know by then.
        known = now[0] or max((version for one, version in self._statuses if one == who and version), default=0)
        versions = range(before[0], max(known, before[0]) + 1)
        births = {self._births.get((who, version)) for version in versions}
        self.ledgers.births[who] = births if now[0] else {*births, None}
        self.ledgers.statuses[who] = {self._statuses.get((who, version), "active") for version in versions}
        self.ledgers.frozen[who] = {number % 2 == 1 for number in range(before[1], now[1] + 1)}

    def _learn_order(self, detail: Mapping[str, Any]) -> None:
        data, metadata = detail["data"], detail["metadata"]
        self.ledgers.told[(data["order_id"], metadata["version"])] = data
        self.newest[data["order_id"]] = max(self.newest.get(data["order_id"], 0), metadata["version"])


def _lasting(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _MAY_CHANGE}


def accounts_in(tables: Tables) -> Iterator[tuple[str, Row]]:
    """All accounts of points and of credit, by the name that entries call them."""
    for row in tables.rows["loyalty"]:
        if row["kind"] == "account":
            yield row["pk"].removeprefix("CUSTOMER#"), row
        elif row["kind"] == "credit":
            yield row["pk"].removeprefix("CUSTOMER#") + row["sk"].removeprefix("CREDIT"), row
