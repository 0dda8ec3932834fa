"""Requests of programme: each calls one use case."""

from __future__ import annotations

from loyalty.programme import usecases as programme
from loyalty.programme.views import NewVersion, Number, PresetView, ProgrammeView, VersionSummary, VersionView
from loyalty.settings import Preset
from shared.http import Page, PageQuery, Reply, Request


def read_programme(request: Request) -> Reply[ProgrammeView]:
    """The programme in force. Its ETag is that of the newest version, which may still be to come."""
    view = programme.read_programme()
    return Reply(view, headers={"ETag": f'"{view.newest}"'})


def change_programme(request: Request, body: NewVersion) -> VersionView:
    """Replace the whole programme from a moment on, as a new version. `If-Match` names the newest one, or `"0"`."""
    return programme.change_programme(body, request.if_match, request.cause)


def list_programme_versions(request: Request, query: PageQuery) -> Page[VersionSummary]:
    """All versions of the programme, newest first."""
    return programme.list_versions(query, request.position(query, int))


def read_programme_version(request: Request, version: Number) -> VersionView:
    """One version of the programme, as it was put."""
    return programme.read_version(version)


def read_preset(request: Request, name: Preset) -> PresetView:
    """A programme that is ready to use, in the shop's currency and time zone."""
    return programme.read_preset(name)
