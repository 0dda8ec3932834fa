"""Decisions about accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from shared.events.customers import CustomerStatus

# The fields that customers may change themselves. Staff check a status or an e-mail, and only the shop gives groups.
OWN_FIELDS: Final = frozenset({"first_name", "last_name", "phone", "date_of_birth", "locale"})


# So many former addresses are remembered, the latest: staff can change an address as often as they like.
MOST_FORMER: Final = 20

# So many guests one customer takes over: an erasure looks at each.
MOST_MERGED: Final = 50


# From the one that may do everything to the one that may do least.
_STRICTNESS: Final = (CustomerStatus.ACTIVE, CustomerStatus.INACTIVE, CustomerStatus.BANNED)


def stricter(one: CustomerStatus, other: CustomerStatus) -> CustomerStatus:
    """The status of two who are one person: nobody escapes a ban by another account."""
    return max(one, other, key=_STRICTNESS.index)


def former_after(former: Sequence[str], left: str, taken: str | None) -> list[str]:
    """The former addresses once one is left for another, the latest last; an address in use is none of them."""
    return [*(each for each in former if each not in {left, taken}), left][-MOST_FORMER:]


def fields_not_own(fields: set[str]) -> list[str]:
    """The fields among `fields` that customers may not change themselves, sorted."""
    return sorted(fields - OWN_FIELDS)


def may_set_birth_date(known: date | None, wanted: date | None) -> bool:
    """Whether customers may set their date of birth so: once, because birthdays earn more."""
    return known is None or known == wanted


def stays_verified(old_email: str | None, new_email: str | None, *, verified: bool) -> bool:
    """Whether the e-mail is still verified after a change that does not say so itself."""
    return verified and old_email == new_email
