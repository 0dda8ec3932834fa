"""Decisions about accounts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from customers.accounts import rules
from customers.accounts.models import CustomerPatch, NewCustomer, Registration
from customers.accounts.rules import MOST_FORMER, MOST_MERGED, former_after, stricter
from customers.sortkeys import id_in, moment_key
from shared.events.customers import CustomerStatus


def test_customers_change_their_own_names_phone_date_of_birth_and_locale_only() -> None:
    assert rules.fields_not_own({"first_name", "last_name", "phone", "date_of_birth", "locale"}) == []
    assert rules.fields_not_own({"status", "email", "phone", "groups"}) == ["email", "groups", "status"]


def test_a_date_of_birth_is_no_later_than_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.clock.now", lambda: datetime(2026, 6, 1, 12, tzinfo=UTC))
    assert CustomerPatch.model_validate({"date_of_birth": "2026-06-01"}).date_of_birth == date(2026, 6, 1)
    with pytest.raises(ValidationError, match="Not in the future"):
        CustomerPatch.model_validate({"date_of_birth": "2026-06-02"})


def test_a_new_email_is_not_verified() -> None:
    assert rules.stays_verified("a@example.com", "a@example.com", verified=True)
    assert not rules.stays_verified("a@example.com", "b@example.com", verified=True)
    assert not rules.stays_verified("a@example.com", "a@example.com", verified=False)


@given(st.datetimes(), st.datetimes(), st.integers(-12, 12))
def test_keys_sort_as_their_moments_do(one: datetime, other: datetime, hours: int) -> None:
    if not all(2 < moment.year < 9999 for moment in (one, other)):
        return
    first, second = one.replace(tzinfo=timezone(timedelta(hours=hours))), other.replace(tzinfo=UTC)
    assert (first < second) == (moment_key(first, "x") < moment_key(second, "x"))
    assert moment_key(first) < moment_key(first, "x")
    assert id_in(moment_key(first, "o-1")) == "o-1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "ada"},
        {"phone": "020 7946 0000"},
        {"phone": "+0123456789"},
        {"locale": "English"},
        {"date_of_birth": "1815-12-10"},
        {"date_of_birth": "2999-01-01"},
        {"first_name": "  "},
        {"status": "active"},
        {"groups": ["staff"]},
        {"nickname": "ada"},
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        NewCustomer.model_validate({"email": "ada@example.com", **wrong})


def test_a_registration_says_one_word_a_channel() -> None:
    with pytest.raises(ValidationError, match="One consent a channel"):
        Registration.model_validate(
            {
                "email": "ada@example.com",
                "consents": [{"channel": "email", "granted": True}, {"channel": "email", "granted": False}],
            }
        )


def test_a_patch_tells_null_from_nothing() -> None:
    assert CustomerPatch.model_validate({"phone": None}).model_fields_set == {"phone"}


def test_the_latest_former_addresses_are_remembered() -> None:
    assert former_after((), "a", "b") == ["a"]
    assert former_after(["a"], "b", "a") == ["b"]
    assert former_after(["a", "b"], "a", None) == ["b", "a"]
    many = [str(number) for number in range(MOST_FORMER)]
    assert former_after(many, "a", "b") == [*many[1:], "a"]
    assert (MOST_FORMER, MOST_MERGED) == (20, 50)


def test_of_two_statuses_the_stricter_stands() -> None:
    active, inactive, banned = CustomerStatus.ACTIVE, CustomerStatus.INACTIVE, CustomerStatus.BANNED
    assert [stricter(active, inactive), stricter(inactive, active)] == [inactive, inactive]
    assert [stricter(banned, inactive), stricter(active, banned)] == [banned, banned]
    assert stricter(active, active) is active
