"""Who may call what: one table of route and roles a service, nobody where it says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.auth import Principal, Role, unauthorized
from shared.errors import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Mapping


class AccessTableError(Exception):
    """The access table and the routes of a service do not agree; raised by imports and the contract test."""


def roles_of(access: Mapping[str, frozenset[Role]], route: str) -> frozenset[Role]:
    """The roles that may call a route such as `GET /api/customers/{customer_id}`.

    Raises AccessTableError for a route that the table leaves out, and for SELF where the path names no customer.
    """
    roles = access.get(route)
    if not roles:
        message = f"{route} is not in the access table"
        raise AccessTableError(message)
    if Role.SELF in roles and "{customer_id}" not in route:
        message = f"{route} has no customer_id that SELF could be"
        raise AccessTableError(message)
    return roles


def authorize(roles: frozenset[Role], principal: Principal, path: Mapping[str, str]) -> None:
    """Let the principal pass. Raises UnauthorizedError when nobody is known to ask, ForbiddenError otherwise."""
    if Role.PUBLIC in roles or roles & principal.roles:
        return
    if principal.kind == "public":
        raise unauthorized()
    is_self = principal.customer_id is not None and principal.customer_id == path.get("customer_id")
    if not (Role.SELF in roles and is_self):
        raise ForbiddenError
