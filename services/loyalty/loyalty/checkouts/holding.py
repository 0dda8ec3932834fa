"""Holds one version of a checkout: how much the cart takes, and the entries that set it aside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, NamedTuple

from loyalty.catalogue.held import HeldReward
from loyalty.checkout.credit_holds import CreditWallet
from loyalty.checkout.hold_lifecycle import make_room, until_of
from loyalty.checkout.holds import MOST_HOLDS
from loyalty.checkout.points_wallet import PointsWallet
from loyalty.checkout.rules import Funds, Quote, Wish, quote
from loyalty.checkout.wallet import Wallet
from loyalty.checkouts.benefits import Applied, Cart, applied
from loyalty.checkouts.models import NewCheckout
from loyalty.checkouts.reward_use import Chooser, Room, UsedReward, stock_writes, use_reward
from loyalty.credit.items import CreditAccount
from loyalty.credit.usecases import InsufficientCreditError
from loyalty.earning.rules import is_birthday
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import Balances, Posting
from loyalty.ledger.due_dates import minute_of, overdue_lots
from loyalty.ledger.items import A, Entry
from loyalty.ledger.overdue import as_due, by_time, end_of, origin_of, release_overdue
from loyalty.orders.payment.checkout_names import OpenHold, hold_of_credit, hold_of_points
from loyalty.orders.payment.checkout_records import HOLD, Checkout, Part
from loyalty.orders.payment.reward_claims import given_up
from loyalty.points.items import PointsAccount
from loyalty.points.spending_blocks import SpendingBlockedError, spending_block
from loyalty.points.usecases import InsufficientPointsError
from loyalty.programme.tiers import BenefitKind
from shared.errors import FieldError, InvalidError, NotFoundError
from shared.items.table import LostRaceError, Put, Write, commit
from shared.messages.cause import Cause


class TakenIdError(Exception):
    """The checkout is known: its record must be read first."""


@dataclass(frozen=True)
class NewVersion:
    """A request for a new version of a checkout. `name` is its name in keys, `by` the kind of its caller."""

    checkout_id: str
    name: str
    wanted: NewCheckout
    by: str
    cause: Cause


class Known(NamedTuple):
    """The newest version of the checkout, and its hold on the account of points, if there are any."""

    checkout: Checkout | None
    found: OpenHold | None


class _Bill(NamedTuple):
    """What comes off the cart, and how the rest is paid."""

    benefits: tuple[Applied, ...]
    reward: UsedReward | None
    quote: Quote

    @property
    def points(self) -> int:
        """The points that are held: those that pay, and the price of the reward."""
        return self.quote.points.points + (self.reward.points if self.reward else 0)

    @property
    def value(self) -> int:
        """What these points pay or take off."""
        return self.quote.points.value + (self.reward.off if self.reward else 0)

    @property
    def facts(self) -> dict[str, Any]:
        """What the record of the checkout states of it."""
        benefits = [[each.kind.value, each.amount] for each in self.benefits]
        reward = list(self.reward.note) if self.reward else None
        return {**({"benefits": benefits} if benefits else {}), **({"reward": reward} if reward else {})}


@dataclass(frozen=True)
class _Side(Generic[A]):
    """One account as loaded for posting, and the hold of the earlier version that is still on it (or an empty text)."""

    wallet: Wallet[A]
    account: A
    replaced: str

    @property
    def available(self) -> int:
        """What can be used once the earlier version's hold is released."""
        return as_due(self.account, self._released, self.wallet.terms, self.wallet.return_policy).available

    @property
    def until(self) -> datetime:
        return until_of(self.wallet.now, self.wallet.hold_minutes)

    def check_lots(self, cause: Cause) -> None:
        """Release the earlier hold, with its reward, if a lot of it has ended: nobody may hold that lot again.

        Raises LostRaceError then, because the account must be read again.
        """
        if self.replaced and overdue_lots(self._released.lots, self.account.active_on, self.wallet.terms.watch):
            wallet = self.wallet
            reward = given_up(self.account.balances.holds[self.replaced], wallet.now)
            entry = release_overdue(
                self.account, self.replaced, by_time(cause), wallet.return_policy, wallet.post_spending
            )
            ledger.write(entry, self.account, *reward, error=LostRaceError())
            raise LostRaceError

    def with_room(self, amount: int, cause: Cause) -> _Side[A]:
        """The side with room for a hold. Raises the errors of `make_room`."""
        account = make_room(self.wallet, self.account, amount, cause, most_holds=MOST_HOLDS, replaced=self.replaced)
        if self.replaced and self.replaced not in account.balances.holds:
            raise LostRaceError
        return replace(self, account=account)

    def hold(
        self, hold_id: str, amount: int, until: datetime, cause: Cause, *, note: HeldReward | None = None, **facts: Any
    ) -> Entry:
        """The entry that holds an amount in place of the earlier hold, sealed. The hold keeps the note."""
        balances, value = self.account.balances, facts.get("value")
        if self.replaced:
            released = rules.release(balances, self.replaced, self.wallet.return_policy)
            posting = rules.rehold(released, hold_id, amount, until, value=value, note=note)
        else:
            posting = rules.hold(balances, hold_id, amount, until, value=value, note=note)
        facts |= {"hold": hold_id, "uses": amount, "until": minute_of(until)}
        return self._posted(posting, origin_of(hold_id, HOLD, cause), facts)

    def release(self, cause: Cause) -> Entry:
        """The entry that releases the earlier hold, sealed."""
        posting = rules.release(self.account.balances, self.replaced, self.wallet.return_policy)
        return self._posted(posting, end_of(self.replaced, cause), {"hold": self.replaced})

    def _posted(self, posting: Posting, origin: ledger.Origin, facts: dict[str, Any]) -> Entry:
        entry = self.wallet.post_spending(self.account, posting, origin, **facts)
        ledger.seal(entry, self.account)
        return entry

    @property
    def _released(self) -> Balances:
        balances = self.account.balances
        return rules.release(balances, self.replaced, self.wallet.return_policy).after if self.replaced else balances


def hold_version(
    new: NewVersion, wallet: PointsWallet, account: PointsAccount, known: Known
) -> tuple[Checkout, PointsAccount]:
    """Hold what the cart takes, in one transaction; return the checkout and the account as they are then.

    Raises TakenIdError if the checkout was not known and is there, LostRaceError if anything has changed, and the
    errors of `put_checkout`.
    """
    points = _Side(wallet, account, known.found.id if known.found else "")
    credit = _credit_side(new, account, known.checkout)
    points.check_lots(new.cause)
    if credit:
        credit.check_lots(new.cause)
    chooser = Chooser(account, points.available, wallet.terms, known.found)
    bill = _bill(new.wanted, points, credit, chooser)
    points = points.with_room(bill.points, new.cause)
    if credit and bill.quote.credit:
        credit = credit.with_room(bill.quote.credit, new.cause)
    return _write(new, known.checkout, points, credit, bill, chooser=chooser), points.account


def _bill(
    wanted: NewCheckout, points: _Side[PointsAccount], credit: _Side[CreditAccount] | None, chooser: Chooser
) -> _Bill:
    benefits, reward = _benefits(wanted, points), None
    left = wanted.total - sum(each.amount for each in benefits)
    if wanted.use.reward:
        is_free = any(each.kind is BenefitKind.FREE_SHIPPING for each in benefits)
        room = Room(left, 0 if is_free else wanted.shipping, wanted.currency)
        reward = use_reward(wanted.use.reward, chooser, room)
        left -= reward.off
    funds = Funds(chooser.available - (reward.points if reward else 0), credit.available if credit else 0)
    return _Bill(benefits, reward, _quoted(wanted, points, credit, total=left, funds=funds))


def _credit_side(new: NewVersion, account: PointsAccount, known: Checkout | None) -> _Side[CreditAccount] | None:
    """The account of credit, if the checkout uses any now or did before; None without one."""
    part = known.credit if known else None
    if part is None and new.wanted.use.credit == 0:
        return None
    wallet = CreditWallet(account.customer_id, by_self=False, currency=new.wanted.currency)
    try:
        credit = wallet.load_for_posting(new.cause)
    except NotFoundError:
        return None
    is_held = part is not None and part.hold_id in credit.balances.holds
    if part and not is_held and part.end is None:
        raise LostRaceError  # a merge has not brought it yet, or somebody was faster
    return _Side(wallet, credit, part.hold_id if part and is_held else "")


def _benefits(wanted: NewCheckout, points: _Side[PointsAccount]) -> tuple[Applied, ...]:
    """What the benefits of the customer's tier take off the cart: nothing in a foreign currency, or of the blocked."""
    terms, account = points.wallet.terms, points.account
    programme, today = terms.programme, terms.today
    if not wanted.use.benefits or wanted.currency != programme.currency or spending_block(account):
        return ()
    window = programme.earning.bonuses.birthday_window
    joined = account.registered_at and programme.day_of(account.registered_at)
    cart = Cart(
        wanted.goods,
        wanted.shipping,
        is_birthday=account.birthday is not None and is_birthday(account.birthday, today, window),
        is_anniversary=joined is not None and joined.year < today.year and is_birthday(joined, today, window),
    )
    return applied(programme.tiers.level_of(account.tiers.tier).benefits, cart)


def _quoted(
    wanted: NewCheckout,
    points: _Side[PointsAccount],
    credit: _Side[CreditAccount] | None,
    *,
    total: int,
    funds: Funds,
) -> Quote:
    """How the `total` that is left is paid. A customer who cannot spend uses nothing, unless an amount is named."""
    use, programme = wanted.use, points.wallet.terms.programme
    wish = Wish(None if use.points == "most" else use.points, None if use.credit == "most" else use.credit)
    if block := spending_block(points.account):
        if wish.points or wish.credit:
            raise SpendingBlockedError.of(block)
        return quote(total, Funds(0, 0), Wish(0, 0), None)
    if (wish.points or 0) > funds.points:
        raise InsufficientPointsError(extensions={"balance": points.account.balance, "available": funds.points})
    if (wish.credit or 0) > funds.credit:
        balance = credit.account.balance if credit else 0
        raise InsufficientCreditError(extensions={"balance": balance, "available": funds.credit})
    redeeming = programme.redeeming if wanted.currency == programme.currency else None
    try:
        return quote(total, funds, wish, redeeming)
    except InvalidError as error:
        named = [FieldError(f"use.{each.field}", each.message) for each in error.errors]
        raise InvalidError(errors=named) from error


def _write(
    new: NewVersion,
    known: Checkout | None,
    points: _Side[PointsAccount],
    credit: _Side[CreditAccount] | None,
    bill: _Bill,
    *,
    chooser: Chooser,
) -> Checkout:
    version, quoted = known.version + 1 if known else 1, bill.quote
    currency = new.wanted.currency if quoted.credit else None
    until = min(points.until, credit.until) if credit and quoted.credit else points.until
    facts = {
        "id": new.checkout_id,
        "maker": known.maker if known else new.by,
        "total": new.wanted.total,
        "currency": new.wanted.currency,
        **bill.facts,
    }
    held = points.hold(
        hold_of_points(new.name, version, currency),
        bill.points,
        until,
        new.cause,
        note=bill.reward.note if bill.reward else None,
        value=bill.value or None,
        checkout=facts,
    )
    writes: list[Write] = [Put(held, error=LostRaceError() if known else TakenIdError()), Put(points.account)]
    credit_held = None
    if credit and quoted.credit:
        credit_held = credit.hold(hold_of_credit(new.name, version), quoted.credit, until, new.cause)
    if credit and (credit_held or credit.replaced):
        writes += [Put(credit_held or credit.release(new.cause)), Put(credit.account)]
    commit(*writes, *stock_writes(chooser, bill.reward, until))
    return Checkout(Part(held), Part(credit_held) if credit_held else None)
