"""Reads the programme in force, and adds new versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from loyalty.programme import rules, store
from loyalty.programme.items import LARGEST_NUMBER, StoredVersion, new_version
from loyalty.programme.models import Programme
from loyalty.programme.rules import InForce, Version
from loyalty.programme.sense import check_sense
from loyalty.programme.views import NewVersion, PresetView, ProgrammeView, VersionSummary, VersionView
from loyalty.settings import LoyaltySettings, Preset
from shared import clock
from shared.errors import ConflictError, NotFoundError, PreconditionFailedError
from shared.http import Page, PageQuery
from shared.items.table import Put, commit
from shared.messages.cause import Cause

# A process may use a replaced version for this long. A version with a known future start takes effect at once.
_REMEMBERED_FOR: Final = timedelta(seconds=60)


def current_programme(now: datetime) -> InForce:
    """The programme in force now, at `now`. A process reads it from the table at most once a minute."""
    known = _known(now)
    return rules.in_force_at(now, known.versions, known.preset)


def programme_then(moment: datetime, now: datetime) -> InForce:
    """The programme in force at a moment up to `now`. A process reads a replaced version once."""
    known = _known(now)
    oldest = known.versions[-1].number if known.versions else 1
    older = (_replaced(number) for number in range(oldest - 1, 0, -1))
    return rules.in_force_at(moment, chain(known.versions, older), known.preset)


def programme_at(moment: datetime) -> InForce:
    """The programme in force at a past moment, read from the table."""
    known = _Known.read(moment)
    return rules.in_force_at(moment, known.versions, known.preset)


def forget_cached_programme() -> None:
    """Make the next call of `current_programme` read: after a change, and after a table is created anew."""
    _MEMORY.clear()
    _REPLACED.clear()


def read_programme() -> ProgrammeView:
    """The programme in force, read from the table."""
    now = clock.now()
    known = _Known.read(now)
    newest = known.versions[0].number if known.versions else 0
    return ProgrammeView.of(rules.in_force_at(now, known.versions, known.preset), newest)


def change_programme(change: NewVersion, newest: int, cause: Cause) -> VersionView:
    """Add a version, if `newest` is still the number of the newest one; 0 when there is none yet.

    Other processes may use the earlier version for up to a minute. Raises PreconditionFailedError when another version
    was added meanwhile. Raises InvalidError for another currency than the shop's, a programme that makes no sense, or
    an impossible start.
    """
    now = clock.now()
    before = store.newest_version()
    if newest != (before.number if before else 0):
        raise PreconditionFailedError
    if newest == LARGEST_NUMBER:
        raise ConflictError("There are as many versions as there can be.")
    rules.check_currency(change.programme, LoyaltySettings.read().currency)
    programme = rules.after(before.programme if before else _preset(LoyaltySettings.read().preset), change.programme)
    check_sense(programme)
    start = rules.start_of(change.effective_from, now)
    stored = new_version(newest + 1, programme, effective_from=start, at=now, by=cause.actor)
    stored.note = change.note
    # A new item must not exist yet: so only one of two changes to the same version succeeds.
    commit(Put(stored, error=PreconditionFailedError()))
    forget_cached_programme()
    return VersionView.of(stored)


def list_versions(query: PageQuery, before: int | None) -> Page[VersionSummary]:
    found = store.newest_first(before=before, limit=query.limit + 1)
    shown = found[: query.limit]
    more = shown[-1].number if len(found) > len(shown) else None
    return Page.of([VersionSummary.of(stored) for stored in shown], more)


def read_version(number: int) -> VersionView:
    """One version. Raises NotFoundError."""
    if (stored := store.find_version(number)) is None:
        raise NotFoundError("There is no such version of the programme.")
    return VersionView.of(stored)


def read_preset(name: Preset) -> PresetView:
    """A preset in the shop's currency and time zone."""
    return PresetView(name=name, programme=_preset(name))


@dataclass(frozen=True)
class _Known:
    """The cached versions: the one in force at the read and the future ones, newest first, and the preset."""

    read_at: datetime
    versions: tuple[Version, ...]
    preset: Programme

    @classmethod
    def read(cls, now: datetime) -> _Known:
        versions = tuple(_version(stored) for stored in store.in_force_and_to_come(now))
        return cls(now, versions, _preset(LoyaltySettings.read().preset))


_MEMORY: Final[list[_Known]] = []
# Versions never change, so a process keeps the replaced ones that it read.
_REPLACED: Final[dict[int, Version]] = {}


def _known(now: datetime) -> _Known:
    known = _MEMORY[0] if _MEMORY else None
    if known is None or not known.read_at <= now < known.read_at + _REMEMBERED_FOR:
        known = _Known.read(now)
        _MEMORY[:] = [known]
    return known


def _replaced(number: int) -> Version:
    if number not in _REPLACED:
        stored = store.find_version(number)
        assert stored  # noqa: S101  # versions are numbered without gaps
        _REPLACED[number] = _version(stored)
    return _REPLACED[number]


def _version(stored: StoredVersion) -> Version:
    return Version(stored.number, stored.programme, stored.effective_from)


def _preset(name: Preset) -> Programme:
    from loyalty.programme.presets import preset  # noqa: PLC0415  # builds validators: not in every cold start

    settings = LoyaltySettings.read()
    return preset(name, settings.currency, settings.time_zone)
