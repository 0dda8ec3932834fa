"""Keeps one row for each customer from the events of other services. The first event creates the row."""

from __future__ import annotations

from collections.abc import Callable

from segments.features.items import FeatureRow
from segments.features.models import CurrencyStats, Features, Registration
from segments.features.rules import with_registration, with_stats
from segments.features.store import features_in, find_row, keep_features
from segments.membership.usecases import settle
from shared.events.customers import OrderStats, Profile
from shared.items.table import commit, retry_lost_races
from shared.messages.cause import Cause


def note_profile(customer_id: str, version: int, profile: Profile, cause: Cause) -> None:
    """Store a profile with its `version`, and move the customer into and out of segments."""
    heard = Registration(version, profile.registered_at, profile.status)
    _learn(customer_id, lambda known: with_registration(known, heard), cause)


def note_order_stats(customer_id: str, stats: OrderStats, cause: Cause) -> None:
    """Store a customer's order stats, and move the customer into and out of segments."""
    heard = CurrencyStats(
        version=stats.version,
        currency=stats.currency,
        orders=stats.orders,
        spent=stats.spent,
        first_order_at=stats.first_order_at,
        last_order_at=stats.last_order_at,
    )
    _learn(customer_id, lambda known: with_stats(known, heard), cause)


def _learn(customer_id: str, learn: Callable[[Features], Features], cause: Cause) -> None:
    retry_lost_races(lambda: _learn_once(customer_id, learn, cause))


def _learn_once(customer_id: str, learn: Callable[[Features], Features], cause: Cause) -> None:
    row = find_row(customer_id) or FeatureRow.of(customer_id)
    if row.erased_at is not None:
        return  # a late event must not revive an erased customer
    known = features_in(row)
    learned = learn(known)
    if learned is not known:
        keep_features(row, learned)
        commit(*settle(row, cause))
