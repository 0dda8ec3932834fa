"""Forget a person: suppress at once, then delete, then answer. Stopped anywhere, it goes on when heard again."""

from __future__ import annotations

from typing import Final

from notifications.contacts.items import CONTACT, Contact, find_contact
from notifications.erasure import rules
from notifications.table import NotificationsItem
from shared import clock
from shared.cause import Cause
from shared.dead_letters import sweep_dead_letters
from shared.events.privacy import ErasureAnswered, Kept
from shared.keys import customer_partition
from shared.table import LostRaceError, Put, commit, delete_all, retry_lost_races

KEPT: Final = Kept(what="tombstone", count=1, why="so that an event that comes late brings nobody back")


def erase_customer(request_id: str, customer_id: str, cause: Cause) -> None:
    """Turn the contact into a tombstone, delete every message and dead letter of the person, and tell how many."""
    retry_lost_races(lambda: _suppress(customer_id))
    delete_all(_others(customer_id))
    swept = sweep_dead_letters(customer_id)
    retry_lost_races(lambda: _answer(request_id, customer_id, swept, cause))


def _suppress(customer_id: str) -> None:
    contact = find_contact(customer_id) or Contact.fresh(customer_id)
    found = {"contacts": int(_is_known(contact)), "messages": len(_others(customer_id))}
    contact.erased_counts = rules.to_report(
        contact.erased_counts or {}, found, answered=contact.answered_at is not None
    )
    contact.erased_at = contact.erased_at or clock.now()
    contact.answered_at = None
    _strip(contact)
    commit(Put(contact))


def _is_known(contact: Contact) -> bool:
    return contact.erased_at is None and contact.version is not None


def _strip(contact: Contact) -> None:
    contact.email = contact.first_name = contact.last_name = contact.locale = contact.status = None
    contact.profile_version = 0
    contact.consents = []


def _others(customer_id: str) -> list[NotificationsItem]:
    """Everything in the customer's partition but the contact."""
    found = NotificationsItem.query(customer_partition(customer_id), consistent_read=True)
    return [item for item in found if item.sk != CONTACT]


def _answer(request_id: str, customer_id: str, swept: int, cause: Cause) -> None:
    tombstone = find_contact(customer_id)
    if tombstone is None:
        raise LostRaceError
    counts = tombstone.erased_counts or {}
    tombstone.erased_counts = {**counts, "dead_letters": counts.get("dead_letters", 0) + swept}
    tombstone.answered_at = clock.now()
    tombstone.tell(ErasureAnswered, cause, about=request_id)
    commit(Put(tombstone))
