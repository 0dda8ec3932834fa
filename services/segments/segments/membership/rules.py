"""Decides which segments a customer belongs to, and on which day to look again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from segments.definitions.models import Definition, Facts
from segments.definitions.rules import next_flip


@dataclass(frozen=True)
class SegmentState:
    """The segments that a customer belongs to on a day, and the first day on which time alone changes that."""

    segments: frozenset[str]
    flips_on: date | None


@dataclass(frozen=True)
class Moves:
    """The segments that a customer enters and leaves, each in the order of their ids."""

    entered: tuple[str, ...]
    left: tuple[str, ...]


def assess(facts: Facts, definitions: Iterable[Definition], today: date) -> SegmentState:
    """The segments that a customer with these facts is in on a day."""
    rules = {definition.id: definition.rule for definition in definitions}
    held = frozenset(segment_id for segment_id, rule in rules.items() if rule.holds(facts, today))
    flips = [day for rule in rules.values() if (day := next_flip(rule, facts, today)) is not None]
    return SegmentState(held, min(flips, default=None))


def moves_between(before: Iterable[str], after: Iterable[str]) -> Moves:
    """The moves from one set of segments to the other. Segments that are no longer defined are left."""
    old, new = frozenset(before), frozenset(after)
    return Moves(tuple(sorted(new - old)), tuple(sorted(old - new)))


def due_day(stored: date | None, flips_on: date | None, today: date) -> date | None:
    """The due day to store. It moves only when it is reached or comes nearer, so that it costs few index writes.

    So a row may be due with nothing to change. Then its day moves on. A row is never due too late.
    """
    if stored is None or stored <= today:
        return flips_on
    if flips_on is None:
        return stored
    return min(stored, flips_on)
