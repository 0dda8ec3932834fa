"""The stored account of points, with the tier, the card and the known facts of the customer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.days import start_of
from loyalty.ledger.balances import Balances
from loyalty.ledger.items import ACCOUNT, Account, Entry
from loyalty.ledger.terms import Terms
from loyalty.points.referral_rules import Referrals, read_referrals, write_referrals
from loyalty.points.rules import (
    EarnedTotals,
    TierSlack,
    TiersTold,
    band_of,
    is_past_hidden,
    read_told,
    read_totals,
    write_told,
    write_totals,
)
from loyalty.points.tier_rules import GivenTier, TierState, review_on
from loyalty.points.tier_windows import QualifyingMonths, read_qualifying, write_qualifying
from loyalty.programme.tiers import BRONZE, TierBy, Tiers
from loyalty.table import DateAttribute, MomentAttribute, TextAttribute, read_days, write_days
from shared.events.customers import CustomerStatus, Profile
from shared.events.loyalty import TierId
from shared.items.keys import customer_partition, shard_of
from shared.items.personal import DROP, Export, mask, personal
from shared.items.tombstones import TombstoneMixin


def _read_slack(written: list[Any]) -> TierSlack:
    return TierSlack(*written)


def _write_given(given: GivenTier) -> list[str]:
    return [
        given.tier,
        given.beneath,
        *(day.isoformat() if day else "" for day in (given.until, given.since, given.kept_until)),
    ]


def _read_given(written: list[str]) -> GivenTier:
    tier, beneath, *days = written
    until, since, kept_until = (date.fromisoformat(day) if day else None for day in days)
    return GivenTier(tier, until, beneath, since, kept_until)


class AccountsByTier(GlobalSecondaryIndex["PointsAccount"]):
    """The accounts of each stored tier, and those without entries, by the band of their balance, spread over shards."""

    class Meta:
        index_name = "accounts_by_tier"
        projection = IncludeProjection(["kind"])

    tier_shard = UnicodeAttribute(hash_key=True)
    rank = UnicodeAttribute(range_key=True)


class PointsAccount(Account, TombstoneMixin, discriminator="account"):
    """One customer's points: `CUSTOMER#<id>` / `ACCOUNT`.

    With `erased_at` it is the tombstone of an erased person. With `merged_into` it is the tombstone of a merged
    customer.
    """

    # An erased person is in the programme's lowest tier, like a new customer.
    tier = personal(UnicodeAttribute(default=BRONZE), "user.behavior", mask(BRONZE))
    tier_since = personal(DateAttribute(null=True), "user.behavior", DROP)
    tier_kept_until = personal(DateAttribute(null=True), "user.behavior", DROP)
    # By staff; a last day that is over ends it.
    tier_given: TextAttribute[GivenTier] = personal(
        TextAttribute(_write_given, _read_given, null=True), "user.behavior", DROP, bound="two tiers and three days"
    )
    qualifying_by = personal(
        UnicodeEnumAttribute(TierBy, attr_name="merit_by", null=True), "user.behavior", DROP, export=Export.LEFT_OUT
    )
    qualifying: TextAttribute[QualifyingMonths] = personal(
        TextAttribute(write_qualifying, read_qualifying, attr_name="merits", null=True),
        "user.behavior",
        DROP,
        bound="the months of the longest window, and one more",
    )
    # Unset while no notice of a tier stands in the way of another one.
    tiers_told: TextAttribute[TiersTold] = personal(
        TextAttribute(write_told, read_told, attr_name="told", null=True),
        "user.behavior",
        DROP,
        export=Export.LEFT_OUT,
        bound="one of each tier",
    )
    # When it came to be, or the moment of an older order: before the registration, it was a guest's.
    opened_at = personal(MomentAttribute(null=True), "user.account", DROP)
    # Set once it holds what a guest's e-mail alone brought, whatever the times of that.
    by_email = personal(BooleanAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    # Facts of the customer's profile, at the profile's version.
    registered_at = personal(MomentAttribute(null=True), "user.account", DROP)
    email_verified = personal(BooleanAttribute(null=True), "user.account", DROP)
    birthday = personal(DateAttribute(null=True), "user.demographic.date_of_birth", DROP)
    # The first days of the birthdays that multiplied points, oldest first: less than twelve months apart none does.
    birthdays: TextAttribute[tuple[date, ...]] = personal(
        TextAttribute(write_days, read_days, null=True), "user.demographic.date_of_birth", DROP, bound="one a year"
    )
    # Unset while the customer is active.
    status = personal(UnicodeEnumAttribute(CustomerStatus, null=True), "user.account", DROP)
    groups: TextAttribute[tuple[str, ...]] = personal(
        TextAttribute(list, tuple, null=True), "user.demographic.profile", DROP, bound="20 in the profile"
    )
    profile_version = personal(IntegerAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    card_number = personal(UnicodeAttribute(null=True), "user.unique_id", DROP)
    card_issued_at = personal(MomentAttribute(null=True), "user.account", DROP)
    # Set while the card in use is blocked.
    card_blocked = personal(BooleanAttribute(null=True), "user.account", DROP)
    # How often staff froze the account or unfroze it: odd while it is frozen.
    freezes = personal(IntegerAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    # The points earned ever, by month and by day. Only kept where the programme limits them.
    quota: TextAttribute[EarnedTotals] = personal(
        TextAttribute(write_totals, read_totals, null=True),
        "user.financial",
        DROP,
        export=Export.LEFT_OUT,
        bound="the days of points.rules.MOST_LATE",
    )
    # Unset while no order earned by a tier.
    tier_slack: TextAttribute[TierSlack] = personal(
        TextAttribute(list, _read_slack, null=True),
        "user.behavior",
        DROP,
        export=Export.LEFT_OUT,
        bound="three numbers",
    )
    # The referrals of this customer, and of customers merged into them.
    referrals: TextAttribute[Referrals] = personal(
        TextAttribute(write_referrals, read_referrals, null=True),
        "user.social",
        DROP,
        export=Export.LEFT_OUT,
        bound="one for each id in merged_from, and their own",
    )
    # Only while the reward for signing up waits for an order: the keyed hash of the e-mail, or empty without one.
    sign_up_waits = personal(UnicodeAttribute(null=True), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT)
    # Ids of the customers merged into this one.
    merged_from: TextAttribute[tuple[str, ...]] = personal(
        TextAttribute(list, tuple, null=True),
        "user.unique_id.pseudonymous",
        DROP,
        export=Export.LEFT_OUT,
        bound="33 bytes for each record of one person: 10,000 of them fit",
    )
    # Only in a tombstone: the ids and former cards that an erasure still has to look for.
    unfinished: Any = personal(
        JSONAttribute(null=True),
        "user.unique_id.pseudonymous",
        DROP,
        export=Export.LEFT_OUT,
        bound="the ids in merged_from, and the numbers in former",
    )
    # The place among all accounts. Unset in tombstones, and in accounts of earlier releases until their next posting. A
    # band is seldom left, so most orders write nothing into the index.
    tier_shard = personal(UnicodeAttribute(null=True), "user.behavior", DROP, export=Export.LEFT_OUT)
    rank = personal(UnicodeAttribute(null=True), "user.financial", DROP, export=Export.LEFT_OUT)

    by_tier = AccountsByTier()

    SEALED = (
        *Account.SEALED,
        *("tier", "tier_since", "tier_kept_until", "tier_given"),
        *("qualifying_by", "qualifying", "quota"),
    )

    @classmethod
    def fresh(cls, customer_id: str, now: datetime) -> PointsAccount:
        """A new empty account, not stored yet."""
        account = cls(customer_partition(customer_id), ACCOUNT, opened_at=now)
        account.set_rank()
        return account

    def set_balances(self, balances: Balances, terms: Terms, now: datetime) -> None:
        super().set_balances(balances, terms, now)
        self.set_rank()

    def set_rank(self) -> None:
        """Set the place among all accounts: the stored tier, and `<band of the balance>#<customer id>`."""
        # Without entries the tier is no stored one, but the lowest of the programme, whichever that is.
        self.tier_shard = f"{self.tiers.tier}#{shard_of(self.pk)}"
        self.rank = f"{band_of(self.balance):02}#{self.customer_id.removeprefix('cus_')}"

    def is_as_left_by(self, newest: Entry) -> bool:
        return super().is_as_left_by(newest) and newest.tier in {self.tier, None}

    def answers_to(self, name: str) -> bool:
        """Whether entries of the account `name` belong to this account, or to one that it took over."""
        return name in {self.name, *(self.merged_from or ())}

    @property
    def tiers(self) -> TierState:
        """The tier, and the qualifying amounts it follows from."""
        basis = self.qualifying_by or TierBy.POINTS
        # What an account without entries has stored is the first tier of the presets, which may be another one here.
        tier = self.tier if self.entries else ""
        return TierState(tier, self.tier_since, basis, self.qualifying or {}, self.tier_kept_until, self.tier_given)

    def tier_in(self, rules: Tiers) -> TierId:
        """The tier under these rules, which may not have the stored one."""
        return rules.level_of(self.tiers.tier).tier

    def tier_before(self, rules: Tiers) -> TierId:
        """The tier before the next entry; an account without entries has had no other than the lowest."""
        return self.tier if self.entries else self.tier_in(rules)

    def set_tier(self, tiers: TierState) -> None:
        self.tier, self.tier_since, self.tier_kept_until = tiers.tier, tiers.since, tiers.kept_until
        self.qualifying, self.tier_given = tiers.qualifying or None, tiers.given
        self.qualifying_by = tiers.basis if tiers.basis is not TierBy.POINTS else None

    def other_due(self, terms: Terms) -> Iterable[datetime]:
        if day := review_on(self.tiers, terms.today, terms.programme.tiers):
            yield start_of(day, terms.watch.zone).astimezone(UTC)

    def learn(self, profile: Profile, version: int) -> bool:
        """Store the needed facts of a profile; return whether it was news.

        The stored version is news where its status is: accounts of earlier releases do not know it.
        """
        status = profile.status if profile.status is not CustomerStatus.ACTIVE else None
        known = self.profile_version or 0
        if version < known or (version == known and status is self.status):
            return False
        self.status = status
        self.registered_at = profile.registered_at
        # What matters here is the e-mail of the past: another one that is verified shows nothing of a guest's.
        self.email_verified = profile.email_verified and not profile.past_unproven
        self.birthday, self.groups = profile.birthday, tuple(profile.groups) or None
        self.profile_version = version
        return True

    @property
    def hides_past(self) -> bool:
        """Whether the account holds a guest's purchases, and nobody has proved yet to be that guest."""
        if self.by_email:
            return not self.email_verified
        return is_past_hidden(self.opened_at, self.registered_at, verified=bool(self.email_verified))

    @property
    def is_frozen(self) -> bool:
        """Whether staff froze the account and have not unfrozen it."""
        return (self.freezes or 0) % 2 == 1
