"""The programme: which is in force, and how a new version comes to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from loyalty.programme import rules, store
from loyalty.programme.items import LARGEST_NUMBER, StoredVersion, new_version
from loyalty.programme.models import Programme
from loyalty.programme.rules import InForce, Version
from loyalty.programme.views import NewVersion, PresetView, ProgrammeView, VersionSummary, VersionView
from loyalty.settings import LoyaltySettings, Preset
from shared import clock
from shared.cause import Cause
from shared.errors import ConflictError, NotFoundError, PreconditionFailedError
from shared.http import Page, PageQuery
from shared.table import Put, commit

# A process may go by a version that was replaced so long ago; one whose moment was known beforehand acts at once.
_REMEMBERED_FOR: Final = timedelta(seconds=60)


def current_programme(now: datetime) -> InForce:
    """The programme in force at `now`, which is the present: read from the table at most once a minute a process."""
    known = _MEMORY[0] if _MEMORY else None
    if known is None or not known.read_at <= now < known.read_at + _REMEMBERED_FOR:
        known = _Known.read(now)
        _MEMORY[:] = [known]
    return rules.in_force_at(now, known.versions, known.preset)


def programme_at(moment: datetime) -> InForce:
    """The programme that was in force at a moment which is past, read from the table."""
    known = _Known.read(moment)
    return rules.in_force_at(moment, known.versions, known.preset)


def forget_cached_programme() -> None:
    """Let the next call of `current_programme` read: after a change, and where a table is made anew."""
    _MEMORY.clear()


def read_programme() -> ProgrammeView:
    """The programme in force, as it is in the table now."""
    now = clock.now()
    known = _Known.read(now)
    newest = known.versions[0].number if known.versions else 0
    return ProgrammeView.of(rules.in_force_at(now, known.versions, known.preset), newest)


def change_programme(change: NewVersion, newest: int, cause: Cause) -> VersionView:
    """Add a version, if `newest` is still the number of the newest one; 0 when there is none yet.

    Other processes may go by the version before for up to a minute. Raises PreconditionFailedError when another version
    was added meanwhile, InvalidError for a currency that is not the shop's or a time that cannot be.
    """
    now = clock.now()
    before = store.newest_version()
    if newest != (before.number if before else 0):
        raise PreconditionFailedError
    if newest == LARGEST_NUMBER:
        raise ConflictError("There are as many versions as there can be.")
    rules.check_currency(change.programme, LoyaltySettings.read().currency)
    start = rules.start_of(change.effective_from, now)
    stored = new_version(newest + 1, change.programme, effective_from=start, at=now, by=cause.actor)
    stored.note = change.note
    # Not there yet, as no fresh item may be: of two changes to one version only one can be the next.
    commit(Put(stored, error=PreconditionFailedError()))
    forget_cached_programme()
    return VersionView.of(stored)


def list_versions(query: PageQuery, position: Mapping[str, Any] | None) -> Page[VersionSummary]:
    """Versions, newest first."""
    before = int(position["before"]) if position else None
    found = store.newest_first(before=before, limit=query.limit + 1)
    shown = found[: query.limit]
    more = {"before": shown[-1].number} if len(found) > len(shown) else None
    return Page.of([VersionSummary.of(stored) for stored in shown], more)


def read_version(number: int) -> VersionView:
    """One version. Raises NotFoundError."""
    if (stored := store.find_version(number)) is None:
        raise NotFoundError("There is no such version of the programme.")
    return VersionView.of(stored)


def read_preset(name: Preset) -> PresetView:
    """A programme that is ready to use, in the shop's currency and time zone."""
    return PresetView(name=name, programme=_preset(name))


@dataclass(frozen=True)
class _Known:
    """What was read: the version in force then and those to come, newest first, and what is in force before all."""

    read_at: datetime
    versions: tuple[Version, ...]
    preset: Programme

    @classmethod
    def read(cls, now: datetime) -> _Known:
        versions = tuple(_version(stored) for stored in store.in_force_and_to_come(now))
        return cls(now, versions, _preset(LoyaltySettings.read().preset))


_MEMORY: Final[list[_Known]] = []


def _version(stored: StoredVersion) -> Version:
    return Version(stored.number, stored.programme, stored.effective_from)


def _preset(name: Preset) -> Programme:
    from loyalty.programme.presets import preset  # noqa: PLC0415  # builds validators: not in every cold start

    settings = LoyaltySettings.read()
    return preset(name, settings.currency, settings.time_zone)
