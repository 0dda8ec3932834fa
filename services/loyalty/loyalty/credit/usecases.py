"""Issues, revokes and reads store credit, and verifies its ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from loyalty.credit import rules, store
from loyalty.credit.items import CreditAccount, list_issue
from loyalty.credit.models import CreditEntryView, CreditVerificationView, CreditView, NewCredit, Revocation
from loyalty.credit.store import load_credit_for_posting
from loyalty.ledger import rules as ledger_rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import Entry
from loyalty.ledger.overdue import without_overdue
from loyalty.ledger.terms import Terms
from loyalty.ledger.verification import prove_all
from loyalty.points.models import EntriesQuery
from loyalty.points.usecases import owner_of, shown_account
from loyalty.programme.rules import check_code
from loyalty.proposals.authority import authority_for
from loyalty.proposals.models import ProposalView
from loyalty.proposals.usecases import propose
from shared import ids
from shared.errors import ConflictError, NotFoundError
from shared.http import Attempt, Page
from shared.items.table import Put, retry_lost_races
from shared.messages.cause import Cause


class InsufficientCreditError(ConflictError):
    """The account has less credit than requested; `balance` and `available` state the amounts."""

    slug = "insufficient-credit"
    title = "There is not enough store credit"


def issue_credit(
    customer_id: str, new: NewCredit, *, cause: Cause, attempt: Attempt | None
) -> CreditEntryView | ProposalView:
    """Issue store credit to a customer; the first issue in a currency opens the account.

    If it brings what the actor posted alone today in this currency above the programme's limit, it is only proposed.
    Raises InvalidError for an unknown reason or an impossible day, NotFoundError for an unknown customer.
    """
    terms = store.terms_now()
    check_code(new.code, terms.programme.adjustments)
    if new.expires_on:
        rules.check_expiry(new.expires_on, terms.today)
    origin, proposal_id = origin_of(ids.new_credit_id(), cause), ids.new_adjustment_id()
    limit = terms.programme.credit.limit_in(new.currency)

    def issue_or_propose() -> CreditEntryView | ProposalView:
        authority = authority_for(new.amount, new.currency, limit, cause, terms)
        if not authority.suffices:
            what = new.model_dump(exclude={"notify"}) | {"quiet": new.quiet}
            return propose(customer_id, proposal_id, cause=cause, attempt=attempt, **what)
        return _issue(customer_id, new, origin, attempt, terms, count=authority.count)

    return retry_lost_races(issue_or_propose)


def revoke_credit(
    customer_id: str, currency: str, revocation: Revocation, *, cause: Cause, attempt: Attempt | None
) -> CreditEntryView | ProposalView:
    """Revoke store credit, soonest expiring first.

    Above the limit it is only proposed, as an issue is, even if less is available. Raises InvalidError for an unknown
    reason, NotFoundError without an account. Raises InsufficientCreditError when less is available; held credit cannot
    be revoked.
    """
    terms = store.terms_now()
    check_code(revocation.code, terms.programme.adjustments)
    origin, proposal_id = origin_of(ids.new_credit_id(), cause), ids.new_adjustment_id()
    limit = terms.programme.credit.limit_in(currency)

    def revoke_or_propose() -> CreditEntryView | ProposalView:
        authority = authority_for(-revocation.amount, currency, limit, cause, terms)
        if not authority.suffices:
            store.existing_account(customer_id, currency)
            what = {"currency": currency, "code": revocation.code, "reason": revocation.reason}
            return propose(customer_id, proposal_id, cause=cause, attempt=attempt, amount=-revocation.amount, **what)
        account = load_for_revocation(customer_id, currency, revocation.amount, terms, cause)
        return _revoke(account, revocation, origin, attempt, terms, count=authority.count)

    return retry_lost_races(revoke_or_propose)


def load_for_revocation(customer_id: str, currency: str, amount: int, terms: Terms, cause: Cause) -> CreditAccount:
    """The account from which an amount is to be revoked. Raises NotFoundError without an account."""
    return load_credit_for_posting(lambda: store.existing_account(customer_id, currency), terms, cause, needs=amount)


def issued(
    account: CreditAccount, amount: int, last_day: date | None, origin: ledger.Origin, terms: Terms, **facts: Any
) -> Entry:
    """Make the entry of an issue and set the account's balances. `facts` are `reason`, `code` and the people.

    Without a `last_day` the credit lives as the programme says. Raises InvalidError if the account would be too full.
    """
    rules.check_room(account.balance, amount)
    lot = last_day or rules.lot_for(terms.today, terms.programme)
    posting = ledger_rules.give(EntryKind.ISSUED, account.balances, amount, lot)
    entry = store.post_credit(account, posting, origin, terms, **facts)
    list_issue(entry)
    return entry


def revoked(account: CreditAccount, amount: int, origin: ledger.Origin, terms: Terms, **facts: Any) -> Entry:
    """Make the entry of a revocation and set the account's balances; `facts` as above.

    Raises InsufficientCreditError.
    """
    if account.available < amount:
        raise shortage(account)
    posting = ledger_rules.revoke(account.balances, amount, min(account.balances.lots))
    return store.post_credit(account, posting, origin, terms, **facts)


def origin_of(credit_id: str, cause: Cause) -> ledger.Origin:
    """The origin of the entry by which staff issue or revoke credit."""
    return ledger.Origin(f"CREDIT#{credit_id}", "ENTRY", credit_id, cause)


def list_credit(customer_id: str, *, by_self: bool) -> Page[CreditView]:
    """All accounts of a customer, by currency.

    Raises NotFoundError for an unknown customer, EmailNotVerifiedError as `points.usecases.shown_account` does.
    """
    owner = shown_account(customer_id, by_self=by_self)
    accounts = store.accounts_of(owner.customer_id)
    terms = store.terms_now()
    policy = rules.return_policy(terms.programme, terms.today)
    return Page.of(
        [CreditView.of(without_overdue(account, terms, policy)) for account in accounts if not account.is_closed], None
    )


def list_entries(
    customer_id: str,
    currency: str,
    query: EntriesQuery,
    before: int | None,
    *,
    names_staff: bool,
    by_self: bool,
) -> Page[CreditEntryView]:
    """A page of entries, newest first. Raises NotFoundError without an account, EmailNotVerifiedError as above."""
    check_shown(customer_id, by_self=by_self)
    name = store.existing_account(customer_id, currency).name
    if query.merged:
        name = f"{owner_of(query, shown_account(customer_id, by_self=by_self))}#{currency}"
    found = ledger.entries_of(name, before=before, kind=query.kind, limit=query.limit + 1)
    page = found[: query.limit]
    after = page[-1].seq if len(found) > query.limit else None
    return Page.of([CreditEntryView.of(entry, names_staff=names_staff) for entry in page], after)


def verify_entries(customer_id: str, currency: str) -> CreditVerificationView:
    """Verify the account's ledger from its first entry.

    It reads every entry. Raises NotFoundError without an account, LostRaceError while the account keeps changing.
    """
    account, found = prove_all(lambda owner: store.own_account(owner, currency), customer_id)
    if found.holds and account and (account.version is None or account.erased_at):
        raise NotFoundError(store.NO_ACCOUNT)
    return CreditVerificationView(
        customer_id=account.customer_id if account else customer_id,
        currency=currency,
        holds=found.holds,
        entries=found.entries,
        broken_at=found.broken_at,
        what=found.what,
        head=((account and account.head) or b"").hex(),
    )


def check_shown(customer_id: str, *, by_self: bool) -> None:
    """Raises EmailNotVerifiedError while customers themselves may neither see nor spend a guest's credit."""
    if by_self:
        shown_account(customer_id, by_self=True)


def shortage(account: CreditAccount) -> InsufficientCreditError:
    return InsufficientCreditError(extensions={"balance": account.balance, "available": account.available})


def _issue(
    customer_id: str,
    new: NewCredit,
    origin: ledger.Origin,
    attempt: Attempt | None,
    terms: Terms,
    *,
    count: Put | None,
) -> CreditEntryView:
    account = store.account_to_open(customer_id, new.currency)
    about = {"code": new.code, "quiet": new.quiet}
    entry = issued(account, new.amount, new.expires_on, origin, terms, reason=new.reason, **about)
    view = CreditEntryView.of(entry, names_staff=True)
    ledger.write(entry, account, store.guard(account), count, attempt and attempt.receipt(view))
    return view


def _revoke(
    account: CreditAccount,
    revocation: Revocation,
    origin: ledger.Origin,
    attempt: Attempt | None,
    terms: Terms,
    *,
    count: Put | None,
) -> CreditEntryView:
    entry = revoked(account, revocation.amount, origin, terms, reason=revocation.reason, code=revocation.code)
    view = CreditEntryView.of(entry, names_staff=True)
    ledger.write(entry, account, count, attempt and attempt.receipt(view))
    return view
