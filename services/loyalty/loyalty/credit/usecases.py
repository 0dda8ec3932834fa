"""Issues, revokes and reads store credit, and verifies its ledger."""

from __future__ import annotations

from loyalty.credit import rules, store
from loyalty.credit.items import CreditAccount, list_issue
from loyalty.credit.models import CreditEntryView, CreditVerificationView, CreditView, NewCredit, Revocation
from loyalty.credit.store import load_credit_for_posting
from loyalty.ledger import rules as ledger_rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.overdue import without_overdue
from loyalty.ledger.terms import Terms
from loyalty.ledger.verification import prove_all
from loyalty.points.models import EntriesQuery
from loyalty.points.usecases import owner_of, shown_account
from loyalty.programme.rules import check_code
from shared import ids
from shared.errors import ConflictError, NotFoundError
from shared.http import Attempt, Page
from shared.items.table import retry_lost_races
from shared.messages.cause import Cause


class InsufficientCreditError(ConflictError):
    """The account has less credit than requested; `balance` and `available` state the amounts."""

    slug = "insufficient-credit"
    title = "There is not enough store credit"


def issue_credit(customer_id: str, new: NewCredit, *, cause: Cause, attempt: Attempt | None) -> CreditEntryView:
    """Issue store credit to a customer; the first issue in a currency opens the account.

    Raises InvalidError for an unknown reason or an impossible day, NotFoundError for an unknown customer.
    """
    terms = store.terms_now()
    check_code(new.code, terms.programme.adjustments)
    if new.expires_on:
        rules.check_expiry(new.expires_on, terms.today)
    origin = origin_of(ids.new_credit_id(), cause)
    return retry_lost_races(lambda: _issue(customer_id, new, origin, attempt, terms))


def revoke_credit(
    customer_id: str, currency: str, revocation: Revocation, *, cause: Cause, attempt: Attempt | None
) -> CreditEntryView:
    """Revoke store credit, soonest expiring first.

    Raises InvalidError for an unknown reason, NotFoundError without an account. Raises InsufficientCreditError when
    less is available; held credit cannot be revoked.
    """
    terms = store.terms_now()
    check_code(revocation.code, terms.programme.adjustments)
    origin = origin_of(ids.new_credit_id(), cause)

    def revoke() -> CreditEntryView:
        account = load_credit_for_posting(
            lambda: store.existing_account(customer_id, currency), terms, cause, needs=revocation.amount
        )
        return _revoke(account, revocation, origin, attempt, terms)

    return retry_lost_races(revoke)


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
    customer_id: str, new: NewCredit, origin: ledger.Origin, attempt: Attempt | None, terms: Terms
) -> CreditEntryView:
    account = store.account_to_open(customer_id, new.currency)
    rules.check_room(account.balance, new.amount)
    lot = new.expires_on or rules.lot_for(terms.today, terms.programme)
    posting = ledger_rules.give(EntryKind.ISSUED, account.balances, new.amount, lot)
    entry = store.post_credit(account, posting, origin, terms, reason=new.reason, code=new.code, quiet=new.quiet)
    list_issue(entry)
    view = CreditEntryView.of(entry, names_staff=True)
    ledger.write(entry, account, store.guard(account), attempt and attempt.receipt(view))
    return view


def _revoke(
    account: CreditAccount,
    revocation: Revocation,
    origin: ledger.Origin,
    attempt: Attempt | None,
    terms: Terms,
) -> CreditEntryView:
    if account.available < revocation.amount:
        raise shortage(account)
    posting = ledger_rules.revoke(account.balances, revocation.amount, min(account.balances.lots))
    entry = store.post_credit(account, posting, origin, terms, reason=revocation.reason, code=revocation.code)
    view = CreditEntryView.of(entry, names_staff=True)
    ledger.write(entry, account, attempt and attempt.receipt(view))
    return view
