"""Who may call which route of customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.auth import STAFF, Role

_SERVING: Final = frozenset({Role.ADMIN, Role.SUPPORT})
_SHOP: Final = _SERVING | {Role.STOREFRONT}
_ORDERS: Final = _SERVING | {Role.COMPLIANCE}

ACCESS: Final[Mapping[str, frozenset[Role]]] = {
    "POST /api/customers": _SHOP,
    "GET /api/customers": STAFF,
    "GET /api/customers/{customer_id}": STAFF | {Role.SELF},
    "PATCH /api/customers/{customer_id}": _SERVING | {Role.SELF},
    "PUT /api/customers/{customer_id}": _SERVING,
    # The shop's site sends it in the person's name; staff register people by POST /api/customers.
    "POST /api/registrations": frozenset({Role.STOREFRONT}),
    # Stats count orders of before the registration, which a customer sees only once the e-mail is verified.
    "GET /api/customers/{customer_id}/stats": STAFF,
    "POST /api/customers/{customer_id}/orders": _SHOP,
    "GET /api/customers/{customer_id}/orders": _ORDERS | {Role.SELF},
    "GET /api/orders/{order_id}": _ORDERS,
}
