"""Finds the service that answers a path, from the routes of the contracts. Both fronts use it, AWS's and the local one.

A star matches slashes too. The first matching pattern wins, so longer patterns come before shorter ones.
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
    """The patterns with their services. There are only as many as the routes need to be told apart."""
    owners, exact = _owners()
    wanted: dict[Prefix, str] = {}
    for prefix in sorted(owners, key=len):
        service = exact.get(prefix) if len(owners[prefix]) > 1 else next(iter(owners[prefix]))
        if service and service != _nearest(wanted, prefix):
            wanted[prefix] = service
    longest_first = sorted(wanted.items(), key=lambda one: (-len(one[0]), one))
    return tuple((f"/{'/'.join(prefix)}*", service) for prefix, service in longest_first)


def service_for(path: str) -> str | None:
    """The service that answers this path, or None if none does."""
    return next((service for pattern, service in paths() if fnmatchcase(path, pattern)), None)


def _owners() -> tuple[dict[Prefix, set[str]], dict[Prefix, str]]:
    """For each prefix, the services with routes at or below it, and the service with a route exactly there."""
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
    """The service of the nearest shorter prefix."""
    return next((wanted[prefix[:n]] for n in range(len(prefix) - 1, 0, -1) if prefix[:n] in wanted), None)
