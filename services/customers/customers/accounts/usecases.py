"""Creates accounts, and reads them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from customers.accounts.items import NobodyItem, ProfileItem
from customers.accounts.models import CustomerView, NewCustomer, Registration, Source
from customers.accounts.store import find_account, get_profile, list_newest
from customers.emails.store import (
    EmailErasedError,
    EmailItem,
    EmailKeyItem,
    EmailTakenError,
    EmailTombstone,
    email_key,
    find_holder,
    held_by,
    reward_key,
)
from shared import clock, ids
from shared.events.customers import Consent, CustomerRegistered, CustomerUnknown
from shared.http import Attempt, Page
from shared.items.table import LostRaceError, Put, commit, retry_lost_races
from shared.messages.cause import Cause


@dataclass(frozen=True)
class Newcomer:
    """Somebody to register. `by_own_act` marks the person's own registration, which lifts their tombstone."""

    person: NewCustomer | Registration
    source: Source
    by_own_act: bool = False

    @property
    def consents(self) -> list[Consent]:
        """The consents given with the registration, decided now."""
        if not isinstance(self.person, Registration):
            return []
        now = clock.now()
        return [Consent(channel=c.channel, granted=c.granted, decided_at=now) for c in self.person.consents]

    @property
    def email_verified(self) -> bool:
        """Whether the one who registers them vouches for the e-mail."""
        return isinstance(self.person, NewCustomer) and self.person.email_verified


def create_customer(new: NewCustomer, source: Source, cause: Cause, attempt: Attempt | None) -> CustomerView:
    """Register a customer for the shop. A guest with this e-mail becomes the customer, with the same id.

    Raises EmailTakenError, or EmailErasedError if the person was erased.
    """
    return retry_lost_races(lambda: _register(Newcomer(new, source), cause, attempt))


def register_customer(registration: Registration, cause: Cause, attempt: Attempt | None) -> CustomerView:
    """Register a person by their own act. A guest with this e-mail becomes the customer, with the same id.

    The guest's own details go, and only those of the registration count, because anybody could register with the
    e-mail. An erased person starts anew, with a new id. Raises EmailTakenError.
    """
    newcomer = Newcomer(registration, Source.REGISTRATION, by_own_act=True)
    return retry_lost_races(lambda: _register(newcomer, cause, attempt))


def read_customer(customer_id: str) -> CustomerView:
    """One customer. Raises NotFoundError, also if the customer was erased."""
    return get_profile(customer_id).view


def list_customers(limit: int, position: str | None) -> Page[CustomerView]:
    """A page of all accounts, newest first: by the registration, or by a guest's first order."""
    profiles, next_position = list_newest(limit, position)
    return Page.of([profile.view for profile in profiles], next_position)


def answer_for_nobody(customer_id: str, event_id: str, cause: Cause) -> None:
    """Tell CustomerUnknown, once for an event, if nobody has the id and nobody erased had it.

    Ids are made here and only given out with the account that has them. So who is not here now never will be.
    """
    if find_account(customer_id) is not None:
        return
    nobody = NobodyItem.answer_to(event_id, customer_id, clock.now())
    nobody.tell(CustomerUnknown, cause)
    with suppress(LostRaceError):  # answered before
        commit(Put(nobody))


def _register(newcomer: Newcomer, cause: Cause, attempt: Attempt | None) -> CustomerView:
    holder = find_holder(newcomer.person.email)
    profile = _guest_of(holder) or ProfileItem.new(ids.new_customer_id(), newcomer.source, clock.now())
    profile.email = newcomer.person.email
    if newcomer.by_own_act:
        # The person has not proved yet that the guest's e-mail is theirs, even if the guest's own e-mail was verified.
        profile.forget_person()
    profile.email_verified = profile.email_verified or newcomer.email_verified
    if isinstance(holder, EmailItem) and not profile.email_verified:
        profile.past_of = email_key(newcomer.person.email)
    profile.learn(newcomer.person)
    profile.register(newcomer.source, newcomer.consents, clock.now())
    profile.reward_key = reward_key(newcomer.person.email)
    profile.tell(CustomerRegistered, cause)
    view = profile.view_after
    receipts = attempt.receipts_of(view.id, view) if attempt else ()
    commit(Put(profile), _reservation(newcomer, holder, view.id), *receipts)
    return view


def _guest_of(holder: EmailKeyItem | None) -> ProfileItem | None:
    if not isinstance(holder, EmailItem):
        return None
    account = find_account(holder.customer_id)
    if not isinstance(account, ProfileItem):
        raise LostRaceError  # erased since the e-mail was read
    if account.registered_at is not None:
        raise EmailTakenError
    return account


def _reservation(newcomer: Newcomer, holder: EmailKeyItem | None, customer_id: str) -> Put | None:
    """The write that gives the e-mail to the customer. None if the customer has it already."""
    if isinstance(holder, EmailItem):
        return None
    if isinstance(holder, EmailTombstone) and not newcomer.by_own_act:
        raise EmailErasedError
    tombstone = holder if isinstance(holder, EmailTombstone) else None
    return Put(held_by(customer_id, newcomer.person.email, tombstone))
