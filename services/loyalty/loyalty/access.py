"""Who may call what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.auth import STAFF, Role

_READERS: Final = STAFF | {Role.SELF, Role.STOREFRONT}

ACCESS: Final[Mapping[str, frozenset[Role]]] = {
    "GET /api/customers/{customer_id}/card": _READERS,
    "GET /api/customers/{customer_id}/points": _READERS,
    "GET /api/customers/{customer_id}/points/entries": _READERS,
    "POST /api/customers/{customer_id}/points": frozenset({Role.ADMIN, Role.SUPPORT}),
}
