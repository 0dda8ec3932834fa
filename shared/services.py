"""The five services, by name."""

from __future__ import annotations

from typing import Final

SERVICES: Final = ("customers", "loyalty", "segments", "notifications", "privacy")
