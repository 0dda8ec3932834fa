"""Updates features. Of two events of one source the higher version counts, in any order of arrival."""

from __future__ import annotations

from dataclasses import replace

from segments.features.models import CurrencyStats, Features, Registration


def with_registration(known: Features, heard: Registration) -> Features:
    """The features with the profile that was heard. Returns `known` itself if the profile is not newer."""
    if known.registration is not None and heard.version <= known.registration.version:
        return known
    return replace(known, registration=heard)


def with_stats(known: Features, heard: CurrencyStats) -> Features:
    """The features with the order stats that were heard. Returns `known` itself if the stats are not newer."""
    by_currency = {stats.currency: stats for stats in known.stats}
    before = by_currency.get(heard.currency)
    if before is not None and heard.version <= before.version:
        return known
    by_currency[heard.currency] = heard
    return replace(known, stats=tuple(by_currency[currency] for currency in sorted(by_currency)))
