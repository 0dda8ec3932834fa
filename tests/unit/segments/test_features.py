"""Of two words of one source, the one with the higher version counts."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

from segments.features.models import CurrencyStats, Features, Registration
from segments.features.rules import with_registration, with_stats
from shared.events.customers import CustomerStatus

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def stats(version: int, currency: str = "USD") -> CurrencyStats:
    return CurrencyStats(version, currency, orders=version, spent=100 * version, first_order_at=DAY, last_order_at=DAY)


def registration(version: int, status: CustomerStatus = CustomerStatus.ACTIVE) -> Registration:
    return Registration(version, DAY, status)


def test_a_newer_profile_replaces_an_older_one() -> None:
    known = with_registration(Features(), registration(1))
    assert with_registration(known, registration(2, CustomerStatus.BANNED)).registration == registration(
        2, CustomerStatus.BANNED
    )


def test_an_older_or_equal_profile_changes_nothing() -> None:
    known = with_registration(Features(), registration(2))
    assert with_registration(known, registration(1, CustomerStatus.BANNED)) is known
    assert with_registration(known, registration(2, CustomerStatus.BANNED)) is known


def test_older_or_equal_stats_change_nothing() -> None:
    known = with_stats(Features(), stats(2))
    assert with_stats(known, stats(1)) is known
    assert with_stats(known, stats(2)) is known


def test_each_currency_has_versions_of_its_own() -> None:
    known = with_stats(with_stats(Features(), stats(7, "USD")), stats(1, "EUR"))
    assert known.stats == (stats(1, "EUR"), stats(7, "USD"))


def test_features_are_the_same_in_whatever_order_they_are_heard() -> None:
    heard = [stats(1), stats(2), stats(3, "EUR"), stats(2, "EUR")]
    ends = set()
    for order in permutations(heard):
        known = Features()
        for each in order:
            known = with_stats(known, each)
        ends.add(known)
    assert ends == {Features(stats=(stats(3, "EUR"), stats(2)))}
