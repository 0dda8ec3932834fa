"""The shop's programme, as a test sets it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from loyalty.programme import store
from loyalty.programme.items import new_version
from loyalty.programme.models import Programme
from loyalty.programme.usecases import forget_cached_programme
from shared.items.table import Put, commit

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def set_programme(**sections: Any) -> Programme:
    """Let a programme be in force from now on: the defaults, but for what these sections say."""
    programme = Programme.model_validate(sections)
    newest = store.newest_version()
    number = (newest.number if newest else 0) + 1
    commit(Put(new_version(number, programme, effective_from=_LONG_AGO, at=_LONG_AGO, by="test")))
    forget_cached_programme()
    return programme
