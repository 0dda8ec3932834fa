"""Who may call which route of segments. Customers see none of it: a segment is what the shop thinks of them."""

from __future__ import annotations

from typing import Final

from shared.auth import STAFF, Role

ACCESS: Final[dict[str, frozenset[Role]]] = {
    "GET /api/segments": STAFF,
    "GET /api/segments/{segment_id}/members": STAFF,
    "GET /api/customers/{customer_id}/segments": STAFF,
}
