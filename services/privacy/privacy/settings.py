"""What the service is told by its environment."""

from __future__ import annotations

from shared.settings import Settings


class PrivacySettings(Settings):
    """`STAGE` and `BUS_NAME`, as every service has; privacy needs no more."""
