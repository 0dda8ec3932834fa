"""Forget a person: suppress at once, then delete, then answer. Stopped anywhere, it goes on when heard again."""

from __future__ import annotations

from typing import Final

from notifications.contacts.items import Contact, find_contact
from notifications.erasure import rules
from notifications.messages.items import Message
from shared import clock
from shared.erasure import write_answer
from shared.events.privacy import ErasureRequested, Kept
from shared.items.batches import delete_all
from shared.items.keys import customer_partition
from shared.items.table import LostRaceError, Put, commit, retry_lost_races
from shared.items.tombstones import remains_of
from shared.messages.cause import Cause
from shared.messages.dead_letters import sweep_dead_letters

KEPT: Final = Kept(what="tombstone", count=1, why="so that an event that comes late brings nobody back")


def erase_customer(request: ErasureRequested, cause: Cause) -> None:
    """Put a tombstone in the contact's place, delete the person's messages and dead letters, and tell how many."""
    customer_id = request.customer_id
    retry_lost_races(lambda: _suppress(customer_id))
    _erase_rest(customer_id)
    swept = sweep_dead_letters(customer_id)
    retry_lost_races(lambda: _answer(request, swept, cause))


def forget_merged(customer_id: str) -> None:
    """Erase all that is known of a merged customer, and answer nobody.

    The survivor's own contact and consents stand.
    """
    retry_lost_races(lambda: _suppress(customer_id))
    _erase_rest(customer_id)


def _suppress(customer_id: str) -> None:
    contact = find_contact(customer_id) or Contact.fresh(customer_id)
    found = {"contacts": int(_is_known(contact)), "messages": len(_messages_of(customer_id))}
    tombstone = remains_of(contact)
    tombstone.erased = rules.to_report(contact.erased or {}, found, answered=contact.answered_at is not None)
    tombstone.erased_at = contact.erased_at or clock.now()
    tombstone.answered_at = None
    tombstone.expires_at = None
    commit(Put(tombstone))


def _is_known(contact: Contact) -> bool:
    return contact.erased_at is None and not contact.is_nobodys and contact.version is not None


def _erase_rest(customer_id: str) -> None:
    delete_all(_messages_of(customer_id))


def _messages_of(customer_id: str) -> list[Message]:
    """All that lies in the customer's partition beside the contact."""
    return list(Message.query(customer_partition(customer_id), consistent_read=True))


def _answer(request: ErasureRequested, swept: int, cause: Cause) -> None:
    tombstone = find_contact(request.customer_id)
    if tombstone is None:
        raise LostRaceError
    tombstone.answered_at = clock.now()
    write_answer(tombstone, request, swept, cause)
