from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from notifications.contacts.models import Recipient
from notifications.contacts.rules import in_force, withdrawal
from shared.events.customers import Channel, Consent

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def said(*, granted: bool, minutes: int = 0, channel: Channel = Channel.EMAIL) -> Consent:
    return Consent(channel=channel, granted=granted, decided_at=NOON + timedelta(minutes=minutes))


decisions = st.lists(
    st.builds(
        lambda granted, minutes, channel: said(granted=granted, minutes=minutes, channel=channel),
        st.booleans(),
        st.integers(0, 3),
        st.sampled_from(Channel),
    ),
    max_size=6,
)


def test_the_later_decision_counts_whichever_is_heard_first() -> None:
    yes, no = said(granted=True, minutes=1), said(granted=False, minutes=2)
    assert in_force(yes, no) == in_force(no, yes) == (no,)


def test_of_two_decisions_at_one_moment_the_withdrawal_counts() -> None:
    yes, no = said(granted=True), said(granted=False)
    assert in_force(yes, no) == in_force(no, yes) == (no,)


def test_channels_do_not_touch_each_other() -> None:
    mail, sms = said(granted=False, minutes=5), said(granted=True, channel=Channel.SMS)
    assert set(in_force(mail, sms)) == {mail, sms}


@given(decisions, st.randoms())
def test_what_is_in_force_depends_neither_on_order_nor_on_copies(heard: list[Consent], random: Random) -> None:
    shuffled = heard * 2
    random.shuffle(shuffled)
    one_by_one: tuple[Consent, ...] = ()
    for decision in shuffled:
        one_by_one = in_force(*one_by_one, decision)
    assert one_by_one == in_force(*heard)


def test_what_was_never_said_can_be_withdrawn() -> None:
    assert withdrawal((), Channel.EMAIL, NOON) == said(granted=False)


def test_what_is_withdrawn_is_not_withdrawn_again() -> None:
    assert withdrawal((said(granted=False),), Channel.EMAIL, NOON + timedelta(days=1)) is None


def test_a_withdrawal_overrules_a_grant_by_a_clock_ahead_of_ours() -> None:
    grant = said(granted=True, minutes=60)
    withdrawn = withdrawal((grant,), Channel.EMAIL, NOON)
    assert withdrawn is not None
    assert withdrawn.decided_at > grant.decided_at
    assert in_force(grant, withdrawn) == (withdrawn,)


def test_a_withdrawal_is_later_by_the_least_there_is() -> None:
    grant = said(granted=True, minutes=60)
    withdrawn = withdrawal((grant,), Channel.EMAIL, NOON)
    assert withdrawn is not None
    assert withdrawn.decided_at - grant.decided_at == datetime.resolution


def test_a_withdrawal_does_not_look_at_other_channels() -> None:
    for granted in (True, False):
        sms = said(granted=granted, minutes=60, channel=Channel.SMS)
        assert withdrawal((sms,), Channel.EMAIL, NOON) == said(granted=False)


def test_consent_to_one_channel_is_none_to_another() -> None:
    recipient = Recipient("cus_1", consents=(said(granted=True, channel=Channel.SMS),))
    assert recipient.consents_to(Channel.SMS)
    assert not recipient.consents_to(Channel.EMAIL)
