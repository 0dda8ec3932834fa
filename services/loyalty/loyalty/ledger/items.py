"""The stored items of accounts and entries."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Final, TypeVar

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.days import NEVER
from loyalty.ledger.attributes import (
    grace_lots_attribute,
    holds_attribute,
    lots_attribute,
    pending_attribute,
    write_pending,
)
from loyalty.ledger.balances import Balances, EntryKind, Vector, write_lots
from loyalty.ledger.chain import hash_of
from loyalty.ledger.due_dates import DueDates, is_reached, next_dates
from loyalty.ledger.indexes import DueAccounts, EntriesByAccount, EntriesByDay, OpenHolds
from loyalty.ledger.terms import Terms
from loyalty.table import DateAttribute, Listed, Lists, LoyaltyItem, TextAttribute
from shared.items.keys import customer_in, shard_of
from shared.items.personal import DROP, Export, Ground, keep, personal, plain

ACCOUNT: Final = "ACCOUNT"
# Value lives at most LONGEST_MONTHS: 3,700 days, of 20 bytes each where every day is a lot of its own.
LOTS: Final = "a lot for each day on which value can end"
# Nothing waits longer than LONGEST_DAYS, and the days of one activation are few.
PENDING: Final = "an amount for each day on which value can be activated"
# The last entry of a closed account.
CLOSING: Final = frozenset({EntryKind.MERGED_OUT, EntryKind.VOIDED})
# The bytes of a salt.
_SALT: Final = 16
_KEPT: Final = keep(Ground.ACCOUNTING)


class Account(LoyaltyItem):
    """One customer's account of points, or of credit in one currency: in `CUSTOMER#<id>`, under its name."""

    # The number of the newest entry, and its hash. The name is not `seq`, which would put the account into the indexes.
    entries = personal(IntegerAttribute(default=0), "user.financial", _KEPT, export=Export.LEFT_OUT)
    head = plain(BinaryAttribute(legacy_encoding=False, null=True))
    lots = personal(lots_attribute(default=dict), "user.financial", DROP, bound=LOTS)
    pending = personal(pending_attribute(null=True), "user.financial", DROP, bound=PENDING)
    holds = personal(holds_attribute(null=True), "user.financial", DROP, bound="checkout.holds.MOST_HOLDS")
    owed = personal(IntegerAttribute(null=True), "user.financial", DROP)
    earned = personal(IntegerAttribute(null=True), "user.financial", DROP)
    spent = personal(IntegerAttribute(null=True), "user.financial", DROP)
    expired = personal(IntegerAttribute(null=True), "user.financial", DROP)
    expired_before_reversal = personal(
        lots_attribute(attr_name="written_off", null=True), "user.financial", DROP, bound=LOTS
    )
    grace_lots = personal(
        grace_lots_attribute(attr_name="graced", null=True),
        "user.financial",
        DROP,
        bound="the original lots of what returned, while it is there",
    )
    # The day of the last activity. It matters where points expire after a time without activity.
    active_on = personal(DateAttribute(null=True), "user.behavior", DROP)
    # Every warning due by this day has been given.
    warned_on = personal(DateAttribute(null=True), "user.behavior", DROP, export=Export.LEFT_OUT)
    due_shard = personal(UnicodeAttribute(null=True), "user.behavior", DROP, export=Export.LEFT_OUT)
    due_at = personal(UnicodeAttribute(null=True), "user.behavior", DROP, export=Export.LEFT_OUT)
    # Separate from `due_at`: a hold of minutes would otherwise move a date that is a year away, and move it back.
    hold_shard = personal(UnicodeAttribute(null=True), "user.behavior", DROP, export=Export.LEFT_OUT)
    hold_until = personal(UnicodeAttribute(null=True), "user.behavior", DROP, export=Export.LEFT_OUT)

    merged_into = personal(
        UnicodeAttribute(null=True), "user.unique_id.pseudonymous", keep(Ground.SUPPRESSION), export=Export.LEFT_OUT
    )
    erased_at = plain(UTCDateTimeAttribute(null=True))

    due_accounts = DueAccounts()
    open_holds = OpenHolds()

    # What entries alone change. Nothing personal may be in it that the entries do not keep as well: whoever knows the
    # rest could guess it from the digest, which outlives an erasure.
    SEALED: ClassVar[tuple[str, ...]] = (
        "lots",
        "pending",
        "holds",
        "owed",
        "earned",
        "spent",
        "expired",
        "expired_before_reversal",
        "grace_lots",
        "active_on",
    )

    @property
    def customer_id(self) -> str:
        return customer_in(self.pk)

    @property
    def name(self) -> str:
        """The account's name in its entries."""
        return self.customer_id

    @property
    def is_closed(self) -> bool:
        """Whether the account accepts no more postings."""
        return self.erased_at is not None or self.merged_into is not None

    @property
    def state(self) -> bytes:
        """The digest (32 bytes) of what entries alone change, in its stored form."""
        attributes = type(self).get_attributes()
        held = ((attributes[name], getattr(self, name)) for name in self.SEALED)
        return hash_of(b"", {each.attr_name: each.serialize(value) for each, value in held if value is not None})

    def is_as_left_by(self, newest: Entry) -> bool:
        """Whether the account is as its newest entry left it; entries of earlier releases tell less."""
        return newest.state is None or newest.state == self.state

    @property
    def balances(self) -> Balances:
        """The stored balances, as the ledger's rules take them."""
        return Balances(
            lots=self.lots,
            pending=self.pending or {},
            holds=self.holds or {},
            owed=self.owed or 0,
            earned=self.earned or 0,
            spent=self.spent or 0,
            expired=self.expired or 0,
            expired_before_reversal=self.expired_before_reversal or {},
            grace_lots=self.grace_lots or {},
        )

    @property
    def balance(self) -> int:
        return self.balances.balance

    @property
    def available(self) -> int:
        return self.balances.available

    def set_balances(self, balances: Balances, terms: Terms, now: datetime) -> None:
        """Store these balances, and when the account is due next. The days of activity and warning are set before.

        Empty places are left out, because an item's size costs money.
        """
        self.lots, self.pending, self.holds = balances.lots, balances.pending or None, balances.holds or None
        self.owed, self.earned = balances.owed or None, balances.earned or None
        self.spent, self.expired = balances.spent or None, balances.expired or None
        self.expired_before_reversal = balances.expired_before_reversal or None
        self.grace_lots = balances.grace_lots or None
        due = next_dates(
            DueDates(self.due_at, self.hold_until),
            balances,
            self.active_on,
            self.warned_on,
            watch=terms.watch,
            others=self.other_due(terms),
            now=now,
        )
        self.due_at, self.due_shard = due.due_at, shard_of(self.pk) if due.due_at else None
        self.hold_until, self.hold_shard = due.hold_until, shard_of(self.pk) if due.hold_until else None

    def is_due(self, now: datetime) -> bool:
        """Whether a due date of the account or of one of its holds has come."""
        return is_reached(self.due_at, now) or is_reached(self.hold_until, now)

    def clear_due(self) -> None:
        """Remove all due dates."""
        self.due_at = self.due_shard = self.hold_until = self.hold_shard = None
        self.active_on = self.warned_on = None

    def other_due(self, terms: Terms) -> Iterable[datetime]:
        """Further due moments of this kind of account."""
        del terms
        return ()


A = TypeVar("A", bound=Account)


class Entry(LoyaltyItem, Listed, discriminator="entry"):
    """One operation on one account, written once. Its key is derived from its cause.

    `amount`, `lots`, `pending`, `held` and `owed` are signed changes; `after` holds the account's sums after the entry.
    The service's README lists the `facts` of each kind. `previous` is the hash of the account's entry before. `state`
    is the digest of the account after the entry; entries of earlier releases have none, and the last of a closed
    account neither.
    """

    account = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", _KEPT)
    seq = plain(IntegerAttribute())
    day_shard = plain(UnicodeAttribute())
    entry_kind = personal(UnicodeEnumAttribute(EntryKind), "user.financial", _KEPT)
    amount = personal(IntegerAttribute(), "user.financial", _KEPT)
    lots = personal(lots_attribute(null=True), "user.financial", _KEPT, bound=LOTS)
    pending = personal(pending_attribute(null=True), "user.financial", _KEPT, bound=PENDING)
    held = personal(IntegerAttribute(null=True), "user.financial", _KEPT)
    owed = personal(IntegerAttribute(null=True), "user.financial", _KEPT)
    after: TextAttribute[Vector] = personal(
        TextAttribute(list, lambda numbers: Vector(*numbers)), "user.financial", _KEPT, bound="four numbers"
    )
    tier_before = personal(UnicodeAttribute(null=True), "user.financial", _KEPT)
    tier = personal(UnicodeAttribute(null=True), "user.financial", _KEPT)
    cause = personal(UnicodeAttribute(), "user.financial", _KEPT)
    actor = personal(UnicodeAttribute(), "user.unique_id.pseudonymous", _KEPT, export=Export.LEFT_OUT)
    programme = plain(IntegerAttribute(null=True))
    posted_at = personal(UTCDateTimeAttribute(), "user.financial", _KEPT)
    previous = plain(BinaryAttribute(legacy_encoding=False))
    state = plain(BinaryAttribute(legacy_encoding=False, null=True))
    facts: TextAttribute[dict[str, Any]] = personal(
        TextAttribute(dict, dict, null=True),
        "user.financial",
        _KEPT,
        bound="a few names; their lots are those of the account",
    )
    # Words of staff. The hash covers their digest alone, because an erasure removes them. The salt goes with them, so
    # nobody can guess them from the digest. Entries of earlier releases have no digest.
    reason = personal(UnicodeAttribute(null=True), "user.content.private", DROP)
    salt = personal(
        BinaryAttribute(legacy_encoding=False, null=True), "user.content.private", DROP, export=Export.LEFT_OUT
    )
    words = plain(BinaryAttribute(legacy_encoding=False, null=True))

    by_account = EntriesByAccount()
    by_day = EntriesByDay()
    listed = Lists()

    @property
    def customer_id(self) -> str:
        return self.account.partition("#")[0]

    @property
    def place(self) -> tuple[datetime, int]:
        """The sort key among an account's entries, also across accounts merged into it."""
        return self.posted_at, self.seq

    @property
    def hash(self) -> bytes:
        """The hash that the next entry carries."""
        return hash_of(self.previous, self._hashed())

    @property
    def last_day_given(self) -> date | None:
        """The last usable day of the amount given; None if nothing was given, or it never expires."""
        gained = [day for day, amount in (self.lots or {}).items() if amount > 0]
        gained += [where.lot for where, amount in (self.pending or {}).items() if amount > 0]
        day = min(gained, default=NEVER)
        return day if self.amount > 0 and day != NEVER else None

    def fact(self, name: str) -> Any:
        """A fact of the entry, or None."""
        return (self.facts or {}).get(name)

    def give_reason(self, reason: str | None) -> None:
        """Add words of staff, with their digest."""
        if reason is not None:
            self.reason, self.salt = reason, secrets.token_bytes(_SALT)
            self.words = self._digest_of_words()

    def is_worded_as_posted(self, *, may_be_erased: bool) -> bool:
        """Whether the words of staff are those of the posting, as far as a digest tells."""
        has_none = self.reason is None and self.salt is None
        if self.words is None:
            is_of_earlier_release = self.state is None and self.entry_kind not in CLOSING
            return has_none or is_of_earlier_release
        if has_none:
            return may_be_erased
        return self.words == self._digest_of_words()

    def _digest_of_words(self) -> bytes:
        return hash_of(self.salt or b"", {"reason": self.reason})

    def _hashed(self) -> dict[str, Any]:
        return {
            "key": [self.pk, self.sk],
            "account": self.account,
            "day": self.day_shard,
            "number": self.seq,
            "kind": self.entry_kind.value,
            "amount": self.amount,
            "lots": write_lots(self.lots or {}),
            "pending": write_pending(self.pending or {}),
            "held": self.held or 0,
            "owed": self.owed or 0,
            "after": list(self.after),
            "tiers": [self.tier_before, self.tier],
            "cause": self.cause,
            "actor": self.actor,
            "programme": self.programme or 0,
            "posted_at": self.posted_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "facts": self.facts or {},
            **{name: digest.hex() for name in ("state", "words") if (digest := getattr(self, name))},
        }
