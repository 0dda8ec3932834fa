"""Who answers which path, from the routes of the contracts: for the front of an account and for the local front.

A star matches slashes too. The first pattern that matches wins, so a longer pattern stands before a shorter one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from fnmatch import fnmatchcase
from functools import cache

from shared.contract import capabilities
from shared.services import SERVICES

# A path's segments, with a star for each value in it.
Prefix = tuple[str, ...]


@cache
def paths() -> tuple[tuple[str, str], ...]:
    """The patterns, each with its service: as few as tell the services' routes apart."""
    owners, exact = _owners()
    wanted: dict[Prefix, str] = {}
    for prefix in sorted(owners, key=len):
        service = exact.get(prefix) if len(owners[prefix]) > 1 else next(iter(owners[prefix]))
        if service and service != _nearest(wanted, prefix):
            wanted[prefix] = service
    longest_first = sorted(wanted.items(), key=lambda one: (-len(one[0]), one))
    return tuple((f"/{'/'.join(prefix)}*", service) for prefix, service in longest_first)


def service_for(path: str) -> str | None:
    """The service that answers this path, or None where nobody does."""
    return next((service for pattern, service in paths() if fnmatchcase(path, pattern)), None)


def _owners() -> tuple[dict[Prefix, set[str]], dict[Prefix, str]]:
    """The services with routes at or below each prefix, and the one with a route exactly there."""
    owners: defaultdict[Prefix, set[str]] = defaultdict(set)
    exact: dict[Prefix, str] = {}
    for service in SERVICES:
        for route in (route for each in capabilities(service) for route in each.contract.routes):
            segments = tuple(re.sub(r"{\w+}", "*", route.path).strip("/").split("/"))
            exact[segments] = service
            for length in range(1, len(segments) + 1):
                owners[segments[:length]].add(service)
    return dict(owners), exact


def _nearest(wanted: dict[Prefix, str], prefix: Prefix) -> str | None:
    """The service that the nearest shorter prefix leads to."""
    return next((wanted[prefix[:n]] for n in range(len(prefix) - 1, 0, -1) if prefix[:n] in wanted), None)
