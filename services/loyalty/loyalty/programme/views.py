"""What the programme's routes take and answer."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from loyalty.programme.items import LARGEST_NUMBER, StoredVersion
from loyalty.programme.models import Programme
from loyalty.programme.rules import InForce
from loyalty.settings import Preset
from shared.events.base import Moment
from shared.model import PRINTABLE, ApiModel, Input

Number = Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), PRINTABLE]

# Double points on mugs for a week of December, and points that can be used once the return window is over.
_DOCUMENT: Final[dict[str, Any]] = {
    "currency": "USD",
    "time_zone": "America/New_York",
    "earning": {
        "points_per_unit": 10,
        "multipliers": [
            {
                "name": "mugs-in-december",
                "factor": "2",
                "categories": ["mugs"],
                "from_date": "2026-12-01",
                "until_date": "2026-12-07",
            }
        ],
        "bonuses": {"sign_up": 100, "referrer": 50, "referee": 50},
    },
    "pending": {"until": "days", "days": 14},
    "redeeming": {"flat": {"points": 100, "value": 100}, "smallest": 100},
    "expiry": {"mode": "months", "months": 12, "warn_days": [30, 7]},
    "tiers": {
        "rungs": [
            {"tier": "bronze", "threshold": 0},
            {"tier": "silver", "threshold": 1000, "multiplier": "1.2", "benefits": [{"kind": "free_shipping"}]},
            {"tier": "gold", "threshold": 5000, "multiplier": "1.5", "benefits": [{"kind": "discount", "percent": 10}]},
        ]
    },
}
_ABOUT: Final[dict[str, Any]] = {
    "effective_from": "2026-12-01T05:00:00Z",
    "created_at": "2026-11-20T09:30:00Z",
    "created_by": "staff:ada",
    "note": "Double points on mugs in the first week of December",
}


class NewVersion(Input):
    """The whole programme, as it is to be from a moment on; what it leaves out has its default."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"programme": _DOCUMENT, **{name: _ABOUT[name] for name in ("effective_from", "note")}}]
        },
    )

    programme: Programme
    effective_from: Annotated[
        Moment | None, Field(description="Now, if left out; within 366 days. Takes the place of older versions to come")
    ] = None
    note: Note | None = None


class VersionSummary(ApiModel):
    """A version of the programme without the programme."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 3, **_ABOUT}]})

    version: Number
    effective_from: AwareDatetime
    created_at: AwareDatetime
    created_by: str
    note: str | None

    @classmethod
    def of(cls, stored: StoredVersion) -> VersionSummary:
        return cls(**_about(stored))


class VersionView(ApiModel):
    """A version of the programme. Versions are never changed; what replaces one is the next."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 3, **_ABOUT, "programme": _DOCUMENT}]})

    version: Number
    effective_from: AwareDatetime
    created_at: AwareDatetime
    created_by: str
    note: str | None
    programme: Programme

    @classmethod
    def of(cls, stored: StoredVersion) -> VersionView:
        return cls(**_about(stored), programme=stored.programme)


class ProgrammeView(ApiModel):
    """The programme in force. Its ETag is that of the newest version, which a change must name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 3, "newest": 4, "programme": _DOCUMENT}]})

    version: Annotated[int, Field(description="0 while none is stored or has taken effect: the stack's preset")]
    newest: Annotated[int, Field(description="The number of the newest version; above `version`, it is still to come")]
    programme: Programme

    @classmethod
    def of(cls, in_force: InForce, newest: int) -> ProgrammeView:
        return cls(version=in_force.version, newest=newest, programme=in_force.programme)


class PresetView(ApiModel):
    """A programme that is ready to use, in the shop's currency and time zone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "classic", "programme": _DOCUMENT}]})

    name: Preset
    programme: Programme


def _about(stored: StoredVersion) -> dict[str, Any]:
    return {
        "version": stored.number,
        "effective_from": stored.effective_from,
        "created_at": stored.created_at,
        "created_by": stored.created_by,
        "note": stored.note,
    }
