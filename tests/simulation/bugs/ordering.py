"""Events that come late or in another order, and what is made of them."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

from customers.orders import rules as order_rules
from notifications.contacts import rules as consent_rules
from notifications.contacts import usecases as contacts
from segments.features import rules as feature_rules
from segments.membership import feature_updates
from segments.membership import store as membership
from segments.membership import usecases as membership_usecases
from shared.items.table import Delete, Write
from tests.simulation.bugs.planting import Replaced, bug


@bug("Segments take the stats that come last for the newest")
def stats_version_dropped() -> Replaced:
    newer = feature_rules.with_stats

    def last_wins(known: Any, heard: Any) -> Any:
        before = tuple(replace(stats, version=-1) for stats in known.stats)
        return newer(replace(known, stats=before), heard)

    return [(feature_updates, "with_stats", last_wins)]


@bug("A contact takes the profile that comes last for the newest")
def profile_version_dropped() -> Replaced:
    update = contacts._update

    def last_wins(customer_id: str, profile: Any, version: int, decisions: Any) -> None:
        contact = contacts.find_contact(customer_id)
        if contact is not None and profile is not None and contact.profile_version > version:
            contact.profile_version = 0
            with patch.object(contacts, "find_contact", lambda _: contact):
                return update(customer_id, profile, version, decisions)
        return update(customer_id, profile, version, decisions)

    return [(contacts, "_update", last_wins)]


@bug("Of two consents the one that comes last counts, not the one decided last")
def consent_as_it_comes() -> Replaced:
    def last_wins(*decisions: Any) -> Any:
        newest = {decision.channel: decision for decision in decisions}
        return tuple(newest[channel] for channel in sorted(newest))

    return [(consent_rules, "in_force", last_wins)]


@bug("A refund that comes before its payment is forgotten")
def early_refund_forgotten() -> Replaced:
    learn = order_rules.learn

    def forgets(known: Any, told: Any, change: Any) -> Any:
        is_early = change.refund and (known is None or known.paid_at is None)
        return learn(known, told, order_rules.Change() if is_early else change)

    return [(order_rules, "learn", forgets)]


@bug("Who leaves a segment stays in its list")
def membership_left_behind() -> Replaced:
    move = membership.move

    class Store:
        """The store, without the deletions."""

        def __getattr__(self, name: str) -> Any:
            return getattr(membership, name)

        @staticmethod
        def move(*arguments: Any) -> list[Write]:
            return [write for write in move(*arguments) if not isinstance(write, Delete)]

    return [(membership_usecases, "store", Store())]
