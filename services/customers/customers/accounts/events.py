"""The events of accounts, built from the items that carry them."""

from __future__ import annotations

from customers.accounts.items import NobodyItem, ProfileItem
from shared.events.customers import CustomerRegistered, CustomerUnknown, CustomerUpdated
from shared.items.table import Told


def customer_registered(profile: ProfileItem, _: Told) -> CustomerRegistered:
    """The registration that the profile carries."""
    return CustomerRegistered(
        customer_id=profile.customer_id,
        profile=profile.told,
        consents=list(profile.consents or []),
        reward_key=profile.reward_key,
    )


def customer_updated(profile: ProfileItem, _: Told) -> CustomerUpdated:
    """The profile after the change that it carries."""
    return CustomerUpdated(customer_id=profile.customer_id, profile=profile.told)


def customer_unknown(nobody: NobodyItem, _: Told) -> CustomerUnknown:
    """The answer that the item carries."""
    return CustomerUnknown(customer_id=nobody.customer_id)
