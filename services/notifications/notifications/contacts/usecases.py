"""Keeps contacts up to date from the events of customers and privacy, in any order of arrival."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from notifications.contacts import rules
from notifications.contacts.items import Contact, find_contact
from shared import clock
from shared.events.customers import Channel, Consent, Profile
from shared.events.notifications import Unsubscribed
from shared.items.table import Put, commit, retry_lost_races
from shared.messages.cause import Cause

# A ConsentChanged may be delivered a day late, and redriven from the dead letters for 14 days more.
_NOBODY_FOR: Final = timedelta(days=30)


def update_contact(
    customer_id: str, *, profile: Profile | None = None, version: int = 0, consents: Sequence[Consent] = ()
) -> None:
    """Store a profile unless a newer version is known, and each consent unless a later decision is known.

    An erased customer stays erased. If nothing changes, nothing is written.
    """
    retry_lost_races(lambda: _update(customer_id, profile, version, consents))


def withdraw_consent(customer_id: str, channel: Channel, cause: Cause) -> None:
    """Withdraw the consent to marketing by a channel, and tell Unsubscribed. A repetition changes nothing."""
    retry_lost_races(lambda: _withdraw(customer_id, channel, cause))


def forget_nobody(customer_id: str) -> None:
    """Drop the consents of an id that nobody has, and store none for a month. A repetition changes nothing."""
    retry_lost_races(lambda: _forget_nobody(customer_id))


def _update(customer_id: str, profile: Profile | None, version: int, consents: Sequence[Consent]) -> None:
    contact = find_contact(customer_id) or Contact.fresh(customer_id)
    if contact.erased_at is not None or (contact.is_nobodys and profile is None):
        return
    decisions = rules.in_force(*contact.decisions, *consents)
    is_news = profile is not None and (version > contact.profile_version or _lacks_of(contact, version))
    if not is_news and decisions == contact.decisions:
        return
    if profile is not None and is_news:
        _take_over(contact, profile, version)
    contact.hold(decisions)
    commit(Put(contact))


def _lacks_of(contact: Contact, version: int) -> bool:
    """Whether the contact has this version of the profile, from a time when less of it was stored."""
    return version == contact.profile_version and contact.email_verified is None


def _take_over(contact: Contact, profile: Profile, version: int) -> None:
    contact.profile_version = version
    contact.expires_at = None
    contact.email = None if profile.email_claimed else profile.email
    contact.email_verified = profile.email_verified
    contact.first_name = profile.first_name
    contact.last_name = profile.last_name
    contact.locale = profile.locale
    contact.status = profile.status


def _withdraw(customer_id: str, channel: Channel, cause: Cause) -> None:
    contact = find_contact(customer_id) or Contact.fresh(customer_id)
    if contact.erased_at is not None:
        return
    decision = rules.withdrawal(contact.decisions, channel, clock.now())
    if decision is None:
        return
    contact.hold(rules.in_force(*contact.decisions, decision))
    contact.tell(Unsubscribed, cause, about=channel)
    commit(Put(contact))


def _forget_nobody(customer_id: str) -> None:
    contact = find_contact(customer_id) or Contact.fresh(customer_id)
    is_somebodys = contact.erased_at is not None or contact.profile_version > 0
    if is_somebodys or (contact.is_nobodys and not contact.decisions):
        return
    contact.hold(())
    contact.expires_at = int((clock.now() + _NOBODY_FOR).timestamp())
    commit(Put(contact))
