"""Reads features from a row, and puts them on a row."""

from __future__ import annotations

from dataclasses import asdict

from segments.features.items import FEATURES, FeatureRow, StatsPart
from segments.features.models import CurrencyStats, Features, Registration
from shared.items.keys import customer_partition
from shared.items.table import find


def find_row(customer_id: str) -> FeatureRow | None:
    """The customer's row or its tombstone, read consistently."""
    return find(FeatureRow, customer_partition(customer_id), FEATURES)


def features_in(row: FeatureRow) -> Features:
    return Features(_registration_in(row), tuple(_stats_in(part) for part in row.stats or ()))


def keep_features(row: FeatureRow, features: Features) -> None:
    """Put features on the row. The next write of the row stores them."""
    if features.registration is not None:
        row.profile_version = features.registration.version
        row.registered_at = features.registration.registered_at
        row.status = features.registration.status
    row.stats = [StatsPart(**asdict(stats)) for stats in features.stats] or None  # type: ignore[no-untyped-call]


def _registration_in(row: FeatureRow) -> Registration | None:
    if row.profile_version is None:
        return None
    return Registration(row.profile_version, row.registered_at, row.status)


def _stats_in(part: StatsPart) -> CurrencyStats:
    return CurrencyStats(part.version, part.currency, part.orders, part.spent, part.first_order_at, part.last_order_at)
