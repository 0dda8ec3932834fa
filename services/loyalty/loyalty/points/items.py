"""The account of points as it is stored: the ledger's account, the tier, the card, and what is known of its person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb_attributes import IntegerAttribute, UnicodeEnumAttribute

from loyalty.days import start_of
from loyalty.ledger.due_dates import Watch
from loyalty.ledger.items import ACCOUNT, Account
from loyalty.points.referral_rules import Referrals, read_referrals, write_referrals
from loyalty.points.rules import PointsWatch, is_past_hidden
from loyalty.points.tier_rules import QualifyingMonths, TierState, read_qualifying, review_on, write_qualifying
from loyalty.programme.tiers import TierBy
from loyalty.table import DateAttribute, MomentAttribute, TextAttribute
from shared.events.customers import Profile
from shared.events.loyalty import Tier
from shared.keys import customer_partition
from shared.personal import DROP, Export, Ground, keep, mask, personal
from shared.tombstones import TombstoneMixin


class PointsAccount(Account, TombstoneMixin, discriminator="account"):
    """One customer's points: `CUSTOMER#<id>` / `ACCOUNT`.

    With `erased_at` it is the tombstone of an erased person; with `merged_into` that of a customer who is another's.
    """

    # An erased person is in the lowest tier of the programme, like somebody new.
    tier = personal(UnicodeEnumAttribute(Tier, default=Tier.BRONZE), "user.behavior", mask(Tier.BRONZE))
    tier_since = personal(DateAttribute(null=True), "user.behavior", DROP)
    tier_kept_until = personal(DateAttribute(null=True), "user.behavior", DROP)
    qualifying_by = personal(
        UnicodeEnumAttribute(TierBy, attr_name="merit_by", null=True), "user.behavior", DROP, export=Export.LEFT_OUT
    )
    qualifying: TextAttribute[QualifyingMonths] = personal(
        TextAttribute(write_qualifying, read_qualifying, attr_name="merits", null=True), "user.behavior", DROP
    )
    # When it came to be, or the moment of an older order: before the registration, it was a guest's.
    opened_at = personal(MomentAttribute(null=True), "user.account", DROP)
    # Of the profile, at the version that told them.
    registered_at = personal(MomentAttribute(null=True), "user.account", DROP)
    email_verified = personal(BooleanAttribute(null=True), "user.account", DROP)
    birthday = personal(DateAttribute(null=True), "user.demographic.date_of_birth", DROP)
    groups: TextAttribute[tuple[str, ...]] = personal(
        TextAttribute(list, tuple, null=True), "user.demographic.profile", DROP
    )
    profile_version = personal(IntegerAttribute(null=True), "user.account", DROP, export=Export.LEFT_OUT)
    card_number = personal(UnicodeAttribute(null=True), "user.unique_id", DROP)
    card_issued_at = personal(MomentAttribute(null=True), "user.account", DROP)
    # The day of the last gain, and what was given on it, in its month and ever: only where the programme limits it.
    quota: TextAttribute[tuple[str, int, int, int]] = personal(
        TextAttribute(list, tuple, null=True), "user.financial", DROP, export=Export.LEFT_OUT
    )
    # Who referred this customer, and whoever turned out to be them.
    referrals: TextAttribute[Referrals] = personal(
        TextAttribute(write_referrals, read_referrals, null=True), "user.social", DROP, export=Export.LEFT_OUT
    )
    # Customers who turned out to be this one.
    merged_from: TextAttribute[tuple[str, ...]] = personal(
        TextAttribute(list, tuple, null=True), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT
    )
    merged_into = personal(
        UnicodeAttribute(null=True), "user.unique_id.pseudonymous", keep(Ground.SUPPRESSION), export=Export.LEFT_OUT
    )
    # Of a tombstone: the adjustments whose reasons are still to be removed, and more that the erasure has yet to do.
    unfinished: Any = personal(JSONAttribute(null=True), "user.unique_id.pseudonymous", DROP, export=Export.LEFT_OUT)

    @classmethod
    def fresh(cls, customer_id: str, now: datetime) -> PointsAccount:
        """An account with nothing in it, not stored yet."""
        return cls(customer_partition(customer_id), ACCOUNT, opened_at=now)

    def answers_to(self, name: str) -> bool:
        """Whether entries of the account `name` are this one's: its own, or those of one that it has taken over."""
        return name in {self.name, *(self.merged_from or ())}

    @property
    def tiers(self) -> TierState:
        """Its tier, and what that follows from."""
        basis = self.qualifying_by or TierBy.POINTS
        return TierState(self.tier, self.tier_since, basis, self.qualifying or {}, self.tier_kept_until)

    def set_tier(self, tiers: TierState) -> None:
        """Keep the tier, and what it follows from."""
        self.tier, self.tier_since, self.tier_kept_until = tiers.tier, tiers.since, tiers.kept_until
        self.qualifying = tiers.qualifying or None
        self.qualifying_by = tiers.basis if tiers.basis is not TierBy.POINTS else None

    def other_due(self, watch: Watch) -> Iterable[datetime]:
        if isinstance(watch, PointsWatch) and (day := review_on(self.tiers, watch.today, watch.tiers)):
            yield start_of(day, watch.zone).astimezone(UTC)

    def learn(self, profile: Profile, version: int) -> bool:
        """Take over what it needs of a profile; whether it is newer than the one known."""
        if version <= (self.profile_version or 0):
            return False
        self.registered_at, self.email_verified = profile.registered_at, profile.email_verified
        self.birthday, self.groups = profile.birthday, tuple(profile.groups) or None
        self.profile_version = version
        return True

    @property
    def hides_past(self) -> bool:
        """Whether it holds what a guest bought and nobody has shown yet to be that guest."""
        return is_past_hidden(self.opened_at, self.registered_at, verified=bool(self.email_verified))

    @property
    def is_closed(self) -> bool:
        """Whether nothing is posted to it any more."""
        return self.erased_at is not None or self.merged_into is not None
