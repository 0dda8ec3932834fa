"""The settings of privacy."""

from __future__ import annotations

from shared.runtime.settings import Settings


class PrivacySettings(Settings):
    """Only `STAGE` and `BUS_NAME`, which every service has."""
