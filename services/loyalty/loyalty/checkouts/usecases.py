"""Puts, reads and ends checkouts: holds of points and store credit for one cart, in one transaction.

The ledger's entries are the only record of a checkout (`orders.payment.checkout_records`). A first `PUT` does not look
for it: if the id is known, the write fails, and the record is read then.
"""

from __future__ import annotations

from loyalty.checkout.points_wallet import PointsWallet
from loyalty.checkouts.errors import CheckoutEndedError, CheckoutTakenError, NotItsMakerError
from loyalty.checkouts.holding import Known, NewVersion, TakenIdError, hold_version
from loyalty.checkouts.models import CheckoutView, NewCheckout
from loyalty.ledger.overdue import is_overdue
from loyalty.orders.payment.captures import release_open
from loyalty.orders.payment.checkout_names import find_open, name_of
from loyalty.orders.payment.checkout_records import Checkout, CheckoutState, find_checkout
from loyalty.orders.payment.payers import Payer
from loyalty.points.items import PointsAccount
from loyalty.points.store import existing_account
from loyalty.points.usecases import shown_account
from shared import clock
from shared.auth import Principal
from shared.errors import FieldError, ForbiddenError, InvalidError, NotFoundError, ProblemError
from shared.items.table import LostRaceError, retry_lost_races
from shared.messages.cause import Cause


def put_checkout(checkout_id: str, wanted: NewCheckout, *, by: Principal, cause: Cause) -> CheckoutView:
    """Hold what a cart is to use, in place of what the checkout held before; the answer says how much that is.

    Raises ForbiddenError to a customer for another one, and for parts of the total. Raises NotFoundError without an
    account, EmailNotVerifiedError, InsufficientPointsError, InsufficientCreditError, InvalidError for what the cart
    cannot take, TooManyHoldsError, SpendingBlockedError for amounts of a customer who cannot spend. Raises
    CheckoutTakenError, NotItsMakerError and CheckoutEndedError.
    """
    if by.is_customer:
        _check_own(wanted, by)
    new = NewVersion(checkout_id, name_of(checkout_id), wanted, by.kind, cause)
    try:
        return retry_lost_races(lambda: _put(new, by, is_known=False))
    except (TakenIdError, ProblemError):
        # The cart may be refused because the checkout is known: it was paid, say, and the points are spent.
        if find_checkout(new.name) is None:
            raise
        return retry_lost_races(lambda: _put(new, by, is_known=True))


def _check_own(wanted: NewCheckout, by: Principal) -> None:
    """Raises ForbiddenError. What goods and shipping cost decides what benefits take off, so only the shop says it."""
    if wanted.customer_id != by.customer_id:
        raise ForbiddenError
    stated = [name for name in ("goods", "shipping") if getattr(wanted, name)]
    if stated:
        raise ForbiddenError(errors=[FieldError(name, "Only the shop states this") for name in stated])


def read_checkout(checkout_id: str, *, by: Principal) -> CheckoutView:
    """A checkout. Raises NotFoundError, also to customers whose checkout it is not, and EmailNotVerifiedError."""
    account, known = _find(checkout_id, by)
    return CheckoutView.of(known, account, clock.now())


def end_checkout(checkout_id: str, *, by: Principal, cause: Cause) -> CheckoutView:
    """Release what a checkout holds. One that was ended, or is over, stays as it is.

    Raises the errors of `read_checkout`, NotItsMakerError, and CheckoutEndedError once its order was paid.
    """
    return retry_lost_races(lambda: _end(checkout_id, by, cause))


def _put(new: NewVersion, by: Principal, *, is_known: bool) -> CheckoutView:
    wallet = PointsWallet.of(new.wanted.customer_id, by_self=by.is_customer)
    account = wallet.load_for_posting(new.cause)
    found = find_open(account.balances.holds, new.name)
    known = find_checkout(new.name) if found or is_known else None
    if known:
        _check(known, account, new, by)
    if found and (known is None or known.version != found.version):
        raise LostRaceError  # changed after the account was read
    checkout, account = hold_version(new, wallet, account, Known(known, found))
    return CheckoutView.of(checkout, account, wallet.now)


def _check(known: Checkout, account: PointsAccount, new: NewVersion, by: Principal) -> None:
    if not account.answers_to(known.account):
        raise CheckoutTakenError
    _check_maker(known, by)
    state = CheckoutView.of(known, account, clock.now()).state
    if state in {CheckoutState.CAPTURED, CheckoutState.RELEASED}:
        raise CheckoutEndedError.of(state)
    if known.currency != new.wanted.currency:
        raise InvalidError.of("currency", f"The checkout is in {known.currency}")


def _check_maker(known: Checkout, by: Principal) -> None:
    """Raises NotItsMakerError for others than the storefront, or the customer, who made it, and staff."""
    if by.kind not in {known.maker, "staff"}:
        raise NotItsMakerError.of("storefront" if known.maker == "machine" else known.maker)


def _find(checkout_id: str, by: Principal) -> tuple[PointsAccount, Checkout]:
    known = find_checkout(name_of(checkout_id))
    if known is None:
        raise NotFoundError("There is no such checkout.")
    account = existing_account(known.account)
    if by.customer_id:
        if not account.answers_to(by.customer_id):
            raise NotFoundError("There is no such checkout.")
        account = shown_account(known.account, by_self=True)
    return account, known


def _end(checkout_id: str, by: Principal, cause: Cause) -> CheckoutView:
    account, known = _find(checkout_id, by)
    _check_maker(known, by)
    if known.points.spending:
        raise CheckoutEndedError.of(CheckoutState.CAPTURED)
    found, now = find_open(account.balances.holds, name_of(checkout_id)), clock.now()
    if found is None and known.points.end is None:
        raise LostRaceError  # changed after it was read
    if found is None or is_overdue(found.hold, now):
        return CheckoutView.of(known, account, now)  # the hourly job releases what is over
    release_open(Payer.of_points(account.customer_id, cause), found, cause)
    return read_checkout(checkout_id, by=by)
