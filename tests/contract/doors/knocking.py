"""Requests to any route, as somebody whom it lets in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.http.endpoint import Endpoint
from shared.roles import STAFF_GROUPS, Role
from tests.fuzz.town import hold_of


def url_of(endpoint: Endpoint, values: Mapping[str, str]) -> str:
    """The route's path with ids that exist."""
    named = {**values, "hold_id": hold_of(endpoint.route.path, dict(values))}
    return re.sub(r"\{(\w+)\}", lambda name: named[name[1]], endpoint.route.path)


def path_of(endpoint: Endpoint, values: Mapping[str, str]) -> dict[str, str]:
    """The values in the route's path."""
    names = re.findall(r"\{(\w+)\}", endpoint.route.path)
    return {name: hold_of(endpoint.route.path, dict(values)) if name == "hold_id" else values[name] for name in names}


def somebody(endpoint: Endpoint, values: Mapping[str, str]) -> str | None:
    """Somebody whom the route lets in: staff, else the storefront, else the customer; None where all may."""
    if staff := sorted(endpoint.roles & STAFF_GROUPS):
        return staff[0]
    if Role.STOREFRONT in endpoint.roles:
        return Role.STOREFRONT
    return None if Role.PUBLIC in endpoint.roles else values["customer_id"]


def accepting(endpoint: Endpoint) -> dict[str, str]:
    """The header that asks for the bytes of the answer, where it is bytes."""
    return {"Accept": endpoint.route.binary} if endpoint.route.binary else {}
