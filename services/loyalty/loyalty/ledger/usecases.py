"""Reading an account and its entries, and staff's adjustments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loyalty.earning.rules import months_after
from loyalty.ledger import rules, store
from loyalty.ledger.items import Account
from loyalty.ledger.models import EntriesQuery, EntryView, NewAdjustment, PointsView
from loyalty.settings import LoyaltySettings
from shared import clock, ids
from shared.cause import Cause
from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.events import CustomerUpdated
from shared.http import Attempt, Page
from shared.http.cursors import invalid_cursor
from shared.table import Put, commit, retry_lost_races


class InsufficientPointsError(ConflictError):
    """A deduction would go below zero; `balance` says what there is."""

    slug = "insufficient-points"
    title = "There are not enough points"


class EmailNotVerifiedError(ForbiddenError):
    """A guest bought with this e-mail before somebody registered with it, who has not shown that it is theirs."""

    slug = "email-not-verified"
    title = "The e-mail is not verified"


def read_points(customer_id: str, *, by_self: bool) -> PointsView:
    """How the account stands. Raises NotFoundError without one, EmailNotVerifiedError as `shown_account`."""
    return PointsView.of(shown_account(customer_id, by_self=by_self))


def list_entries(
    customer_id: str, query: EntriesQuery, position: Mapping[str, Any] | None, *, names_staff: bool, by_self: bool
) -> Page[EntryView]:
    """A page of entries, newest first. Raises NotFoundError without an account, EmailNotVerifiedError as above."""
    shown_account(customer_id, by_self=by_self)
    before = _before(position)
    found = store.entries_of(customer_id, before=before, kind=query.kind, limit=query.limit + 1)
    page = found[: query.limit]
    after = {"before": page[-1].seq} if len(found) > query.limit else None
    return Page.of([EntryView.of(entry, names_staff=names_staff) for entry in page], after)


def adjust_points(
    customer_id: str, adjustment: NewAdjustment, *, cause: Cause, attempt: Attempt | None, settings: LoyaltySettings
) -> EntryView:
    """Add or take points; what is added lives as long as points of an order placed today.

    Raises InvalidError beyond the shop's limit, NotFoundError without an account, InsufficientPointsError when a
    deduction would go below zero.
    """
    _check_limit(adjustment.points, settings.largest_adjustment)
    origin = store.Origin.of_adjustment(ids.new_adjustment_id(), cause)
    return retry_lost_races(lambda: _adjust(customer_id, adjustment, origin, attempt, settings.lot_months))


def keep_profile(updated: CustomerUpdated, version: int) -> None:
    """Know whether the e-mail is verified, as of the profile's version; an older one changes nothing."""
    retry_lost_races(lambda: _keep_profile(updated, version))


def shown_account(customer_id: str, *, by_self: bool) -> Account:
    """The account, to be shown to whoever asks. Raises NotFoundError without one.

    Raises EmailNotVerifiedError to customers themselves while it holds what was bought before they registered and
    their e-mail is not verified: until then anybody could have registered with it.
    """
    account = existing_account(customer_id)
    if by_self and account.hides_past:
        raise EmailNotVerifiedError(
            "Points were collected with this e-mail before the registration. They show once the e-mail is verified."
        )
    return account


def existing_account(customer_id: str) -> Account:
    """The account. Raises NotFoundError when there is none, or only the tombstone of one."""
    account = store.find_account(customer_id)
    if account is None or account.erased_at:
        raise NotFoundError("This customer has no points account.")
    return account


def _keep_profile(updated: CustomerUpdated, version: int) -> None:
    account = store.account_of(updated.customer_id)
    if not account.erased_at and account.learn(updated.profile, version):
        commit(Put(account))


def _adjust(
    customer_id: str, adjustment: NewAdjustment, origin: store.Origin, attempt: Attempt | None, lot_months: int
) -> EntryView:
    account = existing_account(customer_id)
    if not rules.covers(account.standing, adjustment.points):
        raise InsufficientPointsError(extensions={"balance": account.balance})
    expires_on = months_after(clock.now().date(), lot_months)
    posting = rules.adjust(account.standing, adjustment.points, expires_on)
    entry = store.make_entry(account, posting, origin, reason=adjustment.reason, expires_on=expires_on)
    view = EntryView.of(entry, names_staff=True)
    store.commit_entry(entry, account, attempt and attempt.receipt(view))
    return view


def _check_limit(points: int, largest: int) -> None:
    if points == 0:
        raise InvalidError.of("points", "Must not be 0")
    if abs(points) > largest:
        raise InvalidError.of("points", f"At most {largest} points at once, up or down")


def _before(position: Mapping[str, Any] | None) -> int | None:
    if position is None:
        return None
    before = position.get("before")
    if not isinstance(before, int) or isinstance(before, bool):
        raise invalid_cursor()
    return before
