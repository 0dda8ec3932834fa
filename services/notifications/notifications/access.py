"""Who may call what."""

from __future__ import annotations

from typing import Final

from shared.auth import Role

ACCESS: Final = {
    "GET /api/customers/{customer_id}/messages": frozenset({Role.ADMIN, Role.SUPPORT, Role.MARKETING, Role.SELF}),
    # Whoever holds a link from a mail may use it: its token is the proof.
    "GET /unsubscribe/{token}": frozenset({Role.PUBLIC}),
    "POST /unsubscribe/{token}": frozenset({Role.PUBLIC}),
}
