"""Reads an account of points, and verifies its ledger."""

from __future__ import annotations

from typing import Self

from loyalty.ledger import store as ledger
from loyalty.ledger.overdue import without_overdue
from loyalty.ledger.terms import Terms
from loyalty.ledger.verification import prove_all
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.models import EntriesQuery, EntryView, PointsView, VerificationView
from loyalty.points.rules import return_policy
from shared.errors import ConflictError, ForbiddenError, NotFoundError
from shared.events.customers import CustomerUpdated
from shared.http import Page
from shared.items.table import Put, commit, retry_lost_races


class EmailNotVerifiedError(ForbiddenError):
    """A guest bought with this e-mail before the registration, and the customer has not verified the e-mail."""

    slug = "email-not-verified"
    title = "The e-mail is not verified"


class InsufficientPointsError(ConflictError):
    """The account has fewer points than requested; `balance` and `available` state the numbers."""

    slug = "insufficient-points"
    title = "There are not enough points"

    @classmethod
    def of(cls, account: PointsAccount) -> Self:
        return cls(extensions={"balance": account.balance, "available": account.available})


def read_points(customer_id: str, *, by_self: bool) -> PointsView:
    """The account's balances and tier, with all that time has done, even before the job does it.

    Raises NotFoundError without an account, and EmailNotVerifiedError as `shown_account` does.
    """
    terms = store.terms_now()
    return PointsView.of(account_as_due(customer_id, terms, by_self=by_self), terms)


def account_as_due(customer_id: str, terms: Terms, *, by_self: bool) -> PointsAccount:
    """The account for reading, as the next call finds it. Raises the errors of `shown_account`."""
    policy = return_policy(terms.programme, terms.today)
    return without_overdue(shown_account(customer_id, by_self=by_self), terms, policy)


def list_entries(
    customer_id: str, query: EntriesQuery, before: int | None, *, names_staff: bool, by_self: bool
) -> Page[EntryView]:
    """A page of entries, newest first. Raises NotFoundError without an account, EmailNotVerifiedError as above."""
    owner = owner_of(query, shown_account(customer_id, by_self=by_self))
    found = ledger.entries_of(owner, before=before, kind=query.kind, limit=query.limit + 1)
    page = found[: query.limit]
    after = page[-1].seq if len(found) > query.limit else None
    return Page.of([EntryView.of(entry, names_staff=names_staff) for entry in page], after)


def verify_entries(customer_id: str) -> VerificationView:
    """Verify the account's ledger from its first entry.

    It reads every entry. Raises NotFoundError without an account, LostRaceError while the account keeps changing.
    """
    account, found = prove_all(store.own_account, customer_id)
    if found.holds and account and (account.version is None or account.erased_at):
        raise NotFoundError(store.NO_ACCOUNT)
    return VerificationView(
        customer_id=account.customer_id if account else customer_id,
        holds=found.holds,
        entries=found.entries,
        broken_at=found.broken_at,
        what=found.what,
        head=((account and account.head) or b"").hex(),
    )


def keep_profile(updated: CustomerUpdated, version: int) -> None:
    """Store the facts of a profile that the programme needs. An older version changes nothing."""
    retry_lost_races(lambda: _keep_profile(updated, version))


def shown_account(customer_id: str, *, by_self: bool) -> PointsAccount:
    """The account for the caller. Raises NotFoundError without one.

    Raises EmailNotVerifiedError to the customers themselves if the account holds purchases from before they registered,
    and their e-mail is not verified. Anybody could have registered with that e-mail.
    """
    account = store.existing_account(customer_id)
    if by_self and account.hides_past:
        raise EmailNotVerifiedError(
            "Points were collected with this e-mail before the registration. They show once the e-mail is verified."
        )
    return account


def owner_of(query: EntriesQuery, account: PointsAccount) -> str:
    """The id of the customer whose ledger is requested.

    Raises NotFoundError unless this customer, or one merged into them, has that id.
    """
    if query.merged is None:
        return account.customer_id
    if query.merged not in (account.merged_from or ()):
        raise NotFoundError("Nobody of this id turned out to be this customer.")
    return query.merged


def _keep_profile(updated: CustomerUpdated, version: int) -> None:
    account = store.account_of(updated.customer_id)
    # After a merge the account is the survivor's, and this is not the survivor's profile.
    is_own = account.customer_id == updated.customer_id
    if is_own and not account.erased_at and account.learn(updated.profile, version):
        commit(Put(account))
