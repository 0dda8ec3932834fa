"""The programme: the rules of loyalty, in versions."""

from __future__ import annotations

from typing import Final

from loyalty.access import ADMINS
from shared.contract import Contract, Route
from shared.roles import GENERAL_STAFF

CONTRACT: Final = Contract(
    routes=(
        Route("GET", "/api/loyalty/programme", "read_programme", GENERAL_STAFF),
        Route("PUT", "/api/loyalty/programme", "change_programme", ADMINS, if_match=True),
        Route("GET", "/api/loyalty/programme/versions", "list_programme_versions", GENERAL_STAFF),
        Route("GET", "/api/loyalty/programme/versions/{version}", "read_programme_version", GENERAL_STAFF),
        Route("GET", "/api/loyalty/presets/{name}", "read_preset", GENERAL_STAFF),
    ),
)
