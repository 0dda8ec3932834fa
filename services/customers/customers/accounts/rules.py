"""Decisions about accounts that need nothing but the account."""

from __future__ import annotations

from typing import Final

# What customers change of themselves; status and e-mail need somebody who checks, and groups are the shop's to give.
OWN_FIELDS: Final = frozenset({"first_name", "last_name", "phone", "date_of_birth", "locale"})


def fields_not_own(fields: set[str]) -> list[str]:
    """Those of the fields that customers may not change of themselves, in order."""
    return sorted(fields - OWN_FIELDS)


def stays_verified(old_email: str | None, new_email: str | None, *, verified: bool) -> bool:
    """Whether the e-mail still counts as verified after a change that says nothing of it."""
    return verified and old_email == new_email
