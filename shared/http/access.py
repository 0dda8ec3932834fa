"""Who may call a route: whom its contract names, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.auth import Principal, unauthorized
from shared.errors import ForbiddenError
from shared.roles import Role

if TYPE_CHECKING:
    from collections.abc import Mapping


def authorize(roles: frozenset[Role], principal: Principal, path: Mapping[str, str]) -> None:
    """Let the principal pass. Raises UnauthorizedError when nobody is known to ask, ForbiddenError otherwise."""
    if Role.PUBLIC in roles or roles & principal.roles:
        return
    if principal.kind == "public":
        raise unauthorized()
    is_self = principal.customer_id is not None and principal.customer_id == path.get("customer_id")
    if not (Role.SELF in roles and is_self):
        raise ForbiddenError
