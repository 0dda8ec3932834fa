"""The roles, and the staff groups of the user pool that give them.

To add a staff role, add one line to `Role`: its name, its description in the user pool, and, if it may only read, the
services whose lists and items it may read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Self


class Role(StrEnum):
    """A role that may call routes. `SELF` is the customer with the path's `customer_id`. `PUBLIC` needs no token.

    A role with a description is a staff group. A role with `only_reads` may call the GET routes of these services that
    general staff may call, and other routes only if their contract names the role.
    """

    description: str | None
    only_reads: tuple[str, ...]

    def __new__(cls, name: str, description: str | None = None, only_reads: tuple[str, ...] = ()) -> Self:
        role = str.__new__(cls, name)
        role._value_ = name
        role.description = description
        role.only_reads = only_reads
        return role

    ADMIN = "admin", "Helps customers and runs segments and rewards; programme and books; not privacy"
    SUPPORT = "support", "Helps customers: accounts, orders, points"
    MARKETING = "marketing", "Segments, campaigns and their figures"
    COMPLIANCE = "compliance", "Data-subject requests, consents, holds"
    STOREFRONT = "storefront"
    CUSTOMER = "customer"
    SELF = "self"
    PUBLIC = "public"


# The groups that a staff token may carry.
STAFF_GROUPS: Final = frozenset(role for role in Role if role.description)
# Staff who may read most data of a service.
GENERAL_STAFF: Final = frozenset(role for role in STAFF_GROUPS if not role.only_reads)
# Staff who serve customers, and may change data for them.
SERVICE_DESK: Final = frozenset({Role.ADMIN, Role.SUPPORT})


def readers(service: str) -> frozenset[Role]:
    """The roles that may only read, and may read this service."""
    return frozenset(role for role in STAFF_GROUPS if service in role.only_reads)
