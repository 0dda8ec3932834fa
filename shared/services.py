"""The five services, by name."""

from __future__ import annotations

from typing import Final

CUSTOMERS: Final = "customers"
PRIVACY: Final = "privacy"
SERVICES: Final = (CUSTOMERS, "loyalty", "segments", "notifications", PRIVACY)
# The services that privacy asks to erase and to export, and waits for.
ASKED_BY_PRIVACY: Final = tuple(service for service in SERVICES if service != PRIVACY)
