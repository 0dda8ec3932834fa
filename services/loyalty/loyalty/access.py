"""The groups of roles that routes of loyalty name. Staff who serve customers are `SERVICE_DESK`."""

from __future__ import annotations

from typing import Final

from shared.roles import GENERAL_STAFF, SERVICE_DESK, Role

# Who may read about one customer.
READERS: Final = GENERAL_STAFF | {Role.SELF, Role.STOREFRONT}
# Who may spend what one customer has.
SPENDERS: Final = SERVICE_DESK | {Role.SELF, Role.STOREFRONT}
# Who may read what the shop offers to all.
SHOPPERS: Final = GENERAL_STAFF | {Role.STOREFRONT, Role.CUSTOMER}
# Who may change what the shop offers to all.
MARKETERS: Final = frozenset({Role.ADMIN, Role.MARKETING})
ADMINS: Final = frozenset({Role.ADMIN})
# Who may hold value for a cart. The use case lets customers act for themselves only.
CASHIERS: Final = SERVICE_DESK | {Role.CUSTOMER, Role.STOREFRONT}
READERS_OF_CHECKOUTS: Final = GENERAL_STAFF | {Role.CUSTOMER, Role.STOREFRONT}
