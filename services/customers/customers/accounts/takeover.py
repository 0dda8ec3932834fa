"""A customer takes an e-mail, and with it the guest who had it.

Anybody can be given any e-mail. So one that a guest has stays the guest's until the customer's profile says that it is
verified. Then the two are one person, in one transaction; `merging` moves the guest's past afterwards.
"""

from __future__ import annotations

from customers.accounts.items import SK, AccountItem, MergedProfile, ProfileItem
from customers.accounts.rules import MOST_FORMER, MOST_MERGED, stricter
from customers.accounts.store import find_account
from customers.emails.store import (
    EmailErasedError,
    EmailItem,
    EmailTakenError,
    EmailTombstone,
    email_key,
    find_holder,
    held_by,
)
from customers.table import instead_of
from shared import clock
from shared.events.customers import CustomersMerged
from shared.items.table import Check, LostRaceError, Put, Write
from shared.messages.cause import Cause


def take_email(profile: ProfileItem, cause: Cause) -> list[Write]:
    """The writes by which the profile comes to have its e-mail; none for one that is not verified and a guest's.

    Changes the profile, if it claims the e-mail or a guest becomes part of it. Raises EmailTakenError,
    EmailErasedError, and LostRaceError if the holder changed meanwhile.
    """
    profile.email_claimed = False
    if profile.email is None:
        return []
    holder = find_holder(profile.email)
    if isinstance(holder, EmailTombstone):
        raise EmailErasedError
    if not isinstance(holder, EmailItem):
        return [Put(held_by(profile.customer_id, profile.email), error=EmailTakenError())]
    if holder.customer_id == profile.customer_id:
        return []
    guest = _guest_for(profile, holder)
    if profile.email_verified:
        return _merge(guest, holder, profile, cause)
    profile.email_claimed = True
    # The guest may register meanwhile.
    return [Check(AccountItem, guest.pk, SK, AccountItem.version == (guest.version or 0))]


def _guest_for(profile: ProfileItem, holder: EmailItem) -> ProfileItem:
    """The guest who has the e-mail that a customer wants."""
    account = find_account(holder.customer_id)
    if not isinstance(account, ProfileItem):
        raise LostRaceError  # erased since the e-mail was read
    is_full = len(profile.merged_from or ()) >= MOST_MERGED
    if account.registered_at is not None or profile.registered_at is None or is_full:
        raise EmailTakenError
    return account


def _merge(guest: ProfileItem, holder: EmailItem, survivor: ProfileItem, cause: Cause) -> list[Write]:
    known = [*(guest.former_emails or ()), *(survivor.former_emails or ())]
    former = [key for key in dict.fromkeys(known) if key != email_key(survivor.email or "")]
    survivor.former_emails = former[-MOST_FORMER:] or None
    survivor.status = stricter(survivor.status, guest.status)
    survivor.merged_from = [*(survivor.merged_from or ()), guest.customer_id]
    merged = MergedProfile(guest.pk, SK, merged_into=survivor.customer_id, merged_at=clock.now())
    merged.tell(CustomersMerged, cause)
    holder.customer_id = survivor.customer_id
    return [Put(instead_of(guest, merged)), Put(holder)]
