"""Which consent stands, without AWS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from privacy.consents import rules
from privacy.consents.models import How
from shared.events.customers import Channel, Consent

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

consents = st.builds(
    Consent,
    channel=st.sampled_from(Channel),
    granted=st.booleans(),
    decided_at=st.integers(0, 3).map(lambda hours: NOON + timedelta(hours=hours)),
)


def consent(hours: int, *, granted: bool, channel: Channel = Channel.EMAIL) -> Consent:
    return Consent(channel=channel, granted=granted, decided_at=NOON + timedelta(hours=hours))


@given(st.lists(consents, max_size=8), st.randoms())
def test_what_stands_does_not_depend_on_the_order_in_which_decisions_come(
    decided: list[Consent], random: object
) -> None:
    shuffled = list(decided)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert reduce(rules.stand_after, shuffled, {}) == reduce(rules.stand_after, decided, {})


def test_the_later_decision_stands() -> None:
    withdrawn, granted = consent(1, granted=False), consent(2, granted=True)
    assert rules.stand_after({Channel.EMAIL: withdrawn}, granted) == {Channel.EMAIL: granted}
    assert rules.stand_after({Channel.EMAIL: granted}, withdrawn) == {Channel.EMAIL: granted}


def test_of_two_decisions_at_the_same_moment_the_refusal_stands() -> None:
    withdrawn, granted = consent(1, granted=False), consent(1, granted=True)
    assert rules.stand_after({Channel.EMAIL: granted}, withdrawn) == {Channel.EMAIL: withdrawn}
    assert rules.distinct([granted, withdrawn]) == rules.distinct([withdrawn, granted]) == [withdrawn]


def test_channels_stand_apart() -> None:
    mail, text = consent(1, granted=True), consent(2, granted=False, channel=Channel.SMS)
    assert rules.stand_after({Channel.EMAIL: mail}, text) == {Channel.EMAIL: mail, Channel.SMS: text}
    assert rules.distinct([mail, text]) == [mail, text]


def test_who_enters_a_consent_says_how_it_was_given() -> None:
    actors = ["customer:cus_1", "staff:ada", "machine:shop"]
    assert [rules.how_entered(actor) for actor in actors] == [How.ACCOUNT, How.STAFF, How.STOREFRONT]


def test_an_empty_log_leaves_nothing() -> None:
    assert rules.kept_of_log(0) == []
    assert rules.kept_of_log(3)[0].count == 3


def test_a_log_with_a_registration_is_somebodys() -> None:
    assert rules.is_somebodys([How.STOREFRONT, How.REGISTRATION])
    assert not rules.is_somebodys([How.ACCOUNT, How.STOREFRONT, How.STAFF, How.UNSUBSCRIBE_LINK])
    assert not rules.is_somebodys([])
