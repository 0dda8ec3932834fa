"""Changes the details of a customer."""

from __future__ import annotations

from customers.accounts.items import ProfileItem
from customers.accounts.models import CustomerDetails, CustomerPatch, CustomerView
from customers.accounts.rules import fields_not_own, former_after, may_set_birth_date, stays_verified
from customers.accounts.store import get_profile
from customers.accounts.takeover import take_email
from customers.emails.store import EmailItem, email_key, find_holder
from shared.errors import FieldError, ForbiddenError, InvalidError, PreconditionFailedError
from shared.events.customers import CustomerUpdated
from shared.http import apply_merge_patch, checked
from shared.items.table import Delete, Put, commit
from shared.messages.cause import Cause
from shared.model import STORED


def change_customer(
    customer_id: str, patch: CustomerPatch, version: int, cause: Cause, *, by_self: bool
) -> CustomerView:
    """Change the fields that the patch names (RFC 7396), if the customer is still at `version`.

    Raises ForbiddenError for what customers may not change of themselves, PreconditionFailedError or LostRaceError
    when somebody else was faster, EmailTakenError, EmailErasedError, InvalidError, NotFoundError.
    """
    if by_self:
        _check_own(patch)
    profile = _at_version(customer_id, version)
    if by_self and "date_of_birth" in patch.model_fields_set:
        _check_birth_date(profile, patch)
    return _change(profile, _patched(profile, patch), cause)


def replace_customer(customer_id: str, details: CustomerDetails, version: int, cause: Cause) -> CustomerView:
    """Replace all changeable fields, if the customer is still at `version`. Raises the errors of `change_customer`."""
    return _change(_at_version(customer_id, version), details, cause)


def _check_own(patch: CustomerPatch) -> None:
    if others := fields_not_own(patch.model_fields_set):
        raise ForbiddenError(errors=[FieldError(name, "Only the shop can change this") for name in others])


def _check_birth_date(profile: ProfileItem, patch: CustomerPatch) -> None:
    if not may_set_birth_date(profile.birthday, patch.date_of_birth):
        raise ForbiddenError(errors=[FieldError("date_of_birth", "It was set before; only the shop can change it")])


def _at_version(customer_id: str, version: int) -> ProfileItem:
    profile = get_profile(customer_id)
    if profile.customer_id != customer_id:  # merged since: the version was another profile's
        raise PreconditionFailedError(f"This customer turned out to be {profile.customer_id}. Change that one.")
    if profile.version != version:
        raise PreconditionFailedError
    return profile


def _patched(profile: ProfileItem, patch: CustomerPatch) -> CustomerDetails:
    details = checked(CustomerDetails, apply_merge_patch(profile.details, patch), STORED)
    if "email_verified" in patch.model_fields_set:
        return details
    verified = stays_verified(profile.email, details.email, verified=profile.email_verified)
    return details.model_copy(update={"email_verified": verified})


def _change(profile: ProfileItem, details: CustomerDetails, cause: Cause) -> CustomerView:
    if details.email is None and profile.registered_at is not None:
        raise InvalidError.of("email", "A registered customer has an e-mail")
    before, old_email, was_verified = profile.view, profile.email, profile.email_verified
    profile.become(details)
    if profile.view == before:
        return before
    if profile.past_of and profile.email_verified and profile.past_of == email_key(profile.email or ""):
        profile.past_of = None
    if profile.registered_at is not None:
        profile.tell(CustomerUpdated, cause)
    left = _leave(profile, old_email) if profile.email != old_email else None
    is_news = profile.email != old_email or (profile.email_verified and not was_verified)
    taken = take_email(profile, cause) if is_news else []
    view = profile.view_after
    commit(Put(profile), left, *taken)
    return view


def _leave(profile: ProfileItem, old_email: str | None) -> Delete | None:
    """The write that gives up the old e-mail. None if a guest has it, because the customer had not verified it."""
    old = find_holder(old_email) if old_email is not None else None
    if old_email is None or not isinstance(old, EmailItem) or old.customer_id != profile.customer_id:
        return None
    taken = email_key(profile.email) if profile.email else None
    profile.former_emails = former_after(profile.former_emails or (), email_key(old_email), taken)
    return Delete(old)
