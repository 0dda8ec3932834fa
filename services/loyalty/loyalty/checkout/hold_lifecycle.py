"""The lifecycle of a hold, for points and store credit alike: placed, then captured or released.

A hold ends once. `HOLD#<id>` / `END` is the entry of its capture, its release or its expiry, whichever comes first. So
each may be requested any number of times and happens once. `HOLD#<id>` / `HOLD` is the entry that placed the hold, and
the receipt of its request: the id is derived from the Idempotency-Key.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from loyalty.checkout.holds import MOST_HOLDS, Held, HoldEndedError, HoldState, NewHold, TooManyHoldsError
from loyalty.checkout.wallet import Wallet
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import Hold
from loyalty.ledger.due_dates import minute_of
from loyalty.ledger.items import A, Entry
from loyalty.ledger.overdue import end_of, next_in_the_way, origin_of
from loyalty.orders.items import SpentOnOrder
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.http import Signature
from shared.http.receipts import ReplayError
from shared.items.table import LostRaceError, Put, find, retry_lost_races
from shared.messages.cause import Cause


def hold(wallet: Wallet[A], amount: int, order_id: str | None, cause: Cause, signature: Signature) -> Held:
    """Hold an amount, soonest expiring first. A repeated request gets the hold as it is by then.

    Raises the wallet's `shortage`, TooManyHoldsError beyond MOST_HOLDS, InvalidError for an amount that cannot be
    spent or another customer's order, SpendingBlockedError, KeyReusedError.
    """
    wanted = NewHold(signature.id("hld"), amount, order_id, signature.fingerprint)
    origin = origin_of(wanted.id, "HOLD", cause)
    entry = signature.once(
        lambda: retry_lost_races(lambda: _hold(wallet, wanted, origin)),
        lambda: posted_before(wallet, origin, signature),
    )
    return read(wallet, wanted.id) if signature.is_replay else Held.made(entry)


def read(wallet: Wallet[A], hold_id: str) -> Held:
    """A hold, open or ended. Raises NotFoundError when the account never had a hold with this id."""
    account = wallet.load()
    if found := account.balances.holds.get(hold_id):
        return Held.open(hold_id, found, wallet.now)
    return _ended(wallet, account, hold_id)


def capture(wallet: Wallet[A], hold_id: str, amount: int | None, order_id: str | None, cause: Cause) -> Held:
    """Capture all of a hold, or `amount` of it and release the rest. A repeated capture changes nothing.

    Raises NotFoundError, HoldEndedError when the hold ended otherwise. Raises InvalidError for an amount that the hold
    does not cover or that cannot be spent, for another order than the hold's, or for another customer's order. Raises
    SpendingBlockedError without any order.
    """
    return retry_lost_races(lambda: _capture(wallet, hold_id, amount, order_id, cause))


def release(wallet: Wallet[A], hold_id: str, cause: Cause) -> Held:
    """Release a hold. A hold that was released or ran out stays as it is.

    Raises NotFoundError, HoldEndedError after a capture.
    """
    return retry_lost_races(lambda: _release(wallet, hold_id, cause))


def posted_before(wallet: Wallet[A], origin: ledger.Origin, signature: Signature) -> Entry | None:
    """The entry that is the receipt of this request, if the request was carried out before.

    Raises KeyReusedError for another body, which may name another account, and the errors of `wallet.load`.
    """
    entry = find(Entry, origin.pk, origin.sk)
    if entry is None:
        return None
    signature.check(entry.fact("request"))
    return entry if wallet.owns(wallet.load(), entry.account) else None


def with_enough(wallet: Wallet[A], amount: int, cause: Cause, *, most_holds: int | None = None) -> A:
    """The account with `amount` available, and fewer than `most_holds` open holds.

    Raises the wallet's `shortage`, TooManyHoldsError, SpendingBlockedError.
    """
    account = wallet.load_for_posting(cause)
    wallet.check_may_spend(account)
    return make_room(wallet, account, amount, cause, most_holds=most_holds)


def make_room(
    wallet: Wallet[A], account: A, amount: int, cause: Cause, *, most_holds: int | None = None, replaced: str = ""
) -> A:
    """The account as loaded for posting, once it has the room: `amount`, and a hold less than `most_holds`.

    The job that does what time does runs hourly. So if they are in the way, due amounts are activated and overdue
    holds released here. The hold `replaced` ends with the spending itself. Raises as `with_enough`.
    """

    def in_the_way() -> Entry | None:
        return _in_the_way(wallet, account, _lacking(wallet, account, amount, most_holds, replaced), cause)

    while entry := in_the_way():
        ledger.write(entry, account, error=LostRaceError())
        # The released amounts may be of lots that have ended.
        account = wallet.load_for_posting(cause)
    return account


def _hold(wallet: Wallet[A], wanted: NewHold, origin: ledger.Origin) -> Entry:
    value = wallet.price(wanted.amount)
    account = with_enough(wallet, wanted.amount, origin.cause, most_holds=MOST_HOLDS)
    if wanted.order_id:
        wallet.check_order(account, wanted.order_id)
    until = until_of(wallet.now, wallet.hold_minutes)
    posting = rules.hold(account.balances, wanted.id, wanted.amount, until, order=wanted.order_id, value=value)
    entry = wallet.post_spending(
        account,
        posting,
        origin,
        hold=wanted.id,
        order=wanted.order_id,
        value=value,
        until=minute_of(until),
        request=wanted.request,
    )
    ledger.write(entry, account, error=ReplayError())
    return entry


def _capture(wallet: Wallet[A], hold_id: str, amount: int | None, order_id: str | None, cause: Cause) -> Held:
    account = wallet.load()
    found = account.balances.holds.get(hold_id)
    if found is None:
        return _captured_before(_ended(wallet, account, hold_id), amount, order_id)
    held = Held.open(hold_id, found, wallet.now)
    if held.state is HoldState.EXPIRED:
        raise HoldEndedError.of(held)
    amount = amount or found.amount
    _check_capture(wallet, found, amount, order_id)
    order_id = found.order or order_id
    if order_id:
        wallet.check_order(account, order_id)
    else:
        # With an order, the checkout counted on the hold before the customer was stopped: the order must not suffer.
        wallet.check_may_spend(account)
    value = found.value if amount == found.amount else wallet.price(amount)
    posting, spent = rules.capture(account.balances, hold_id, amount, wallet.return_policy)
    entry = wallet.post_spending(account, posting, end_of(hold_id, cause), hold=hold_id, order=order_id, value=value)
    pointer = Put(SpentOnOrder.of(order_id, hold_id, account.name, spent, value)) if order_id else None
    ledger.write(entry, account, pointer, error=LostRaceError())
    return Held(hold_id, HoldState.CAPTURED, found.amount, amount, found.until, order_id, value)


def _check_capture(wallet: Wallet[A], found: Hold, amount: int, order_id: str | None) -> None:
    if amount > found.amount:
        raise InvalidError.of(wallet.field, f"The hold is of {found.amount}")
    if order_id and found.order and order_id != found.order:
        raise InvalidError.of("order_id", "The hold is for another order")


def _captured_before(held: Held, amount: int | None, order_id: str | None) -> Held:
    is_same = (amount or held.amount) == held.captured and order_id in {None, held.order_id}
    if held.state is not HoldState.CAPTURED or not is_same:
        raise HoldEndedError.of(held)
    return held


def _release(wallet: Wallet[A], hold_id: str, cause: Cause) -> Held:
    account = wallet.load()
    found = account.balances.holds.get(hold_id)
    if found is None:
        held = _ended(wallet, account, hold_id)
        if held.state is HoldState.CAPTURED:
            raise HoldEndedError.of(held)
        return held
    posting = rules.release(account.balances, hold_id, wallet.return_policy)
    entry = wallet.post_spending(account, posting, end_of(hold_id, cause), hold=hold_id, order=found.order)
    ledger.write(entry, account, error=LostRaceError())
    return Held(hold_id, HoldState.RELEASED, found.amount, 0, found.until, found.order, found.value)


def _in_the_way(wallet: Wallet[A], account: A, lacking: ConflictError | None, cause: Cause) -> Entry | None:
    """The entry that makes more room, if there is too little. Raises the error of what is lacking if none can."""
    if lacking is None:
        return None
    entry = next_in_the_way(account, wallet.terms, cause, wallet.return_policy, wallet.post_spending)
    if entry is None:
        raise lacking
    return entry


def _lacking(wallet: Wallet[A], account: A, amount: int, most_holds: int | None, replaced: str) -> ConflictError | None:
    balances = account.balances
    if replaced in balances.holds:
        balances = rules.release(balances, replaced, wallet.return_policy).after
    if amount > balances.available:
        return wallet.shortage(account)
    if most_holds is not None and len(balances.holds) >= most_holds:
        return TooManyHoldsError()
    return None


def _ended(wallet: Wallet[A], account: A, hold_id: str) -> Held:
    """An ended hold, which the account no longer carries."""
    entries = {entry.sk: entry for entry in Entry.query(f"HOLD#{hold_id}", consistent_read=True)}
    made, end = entries.get("HOLD"), entries.get("END")
    if made is None or not wallet.owns(account, made.account):
        raise NotFoundError("There is no such hold.")
    if end is None:
        raise LostRaceError  # made after the account was read
    return Held.ended(made, end)


def until_of(now: datetime, minutes: int) -> datetime:
    """So many minutes from now, rounded up to the minute, as accounts keep it."""
    until = now + timedelta(minutes=minutes)
    whole = until.replace(second=0, microsecond=0)
    return whole if whole == until else whole + timedelta(minutes=1)
