"""Who may call what. Requests are compliance's alone: not even an admin erases a person."""

from __future__ import annotations

from typing import Final

from shared.auth import Role

_COMPLIANCE: Final = frozenset({Role.COMPLIANCE})

ACCESS: Final = {
    "POST /api/privacy/requests": _COMPLIANCE,
    "GET /api/privacy/requests": _COMPLIANCE,
    "GET /api/privacy/requests/{request_id}": _COMPLIANCE,
    "POST /api/privacy/requests/{request_id}/approve": _COMPLIANCE,
    "POST /api/privacy/requests/{request_id}/cancel": _COMPLIANCE,
    "GET /api/customers/{customer_id}/consents": frozenset({Role.COMPLIANCE, Role.SUPPORT, Role.SELF}),
    "POST /api/customers/{customer_id}/consents": frozenset({Role.SUPPORT, Role.STOREFRONT, Role.SELF}),
}
