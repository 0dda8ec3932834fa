"""What an erasure leaves behind, and who comes back."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

from customers.accounts import changes as customers_changes
from customers.accounts import usecases as accounts
from customers.emails import store as emails
from customers.erasure import usecases as customers_erasure
from loyalty.identity import erasure as loyalty_erasure
from loyalty.points import store as accounts_of_points
from notifications.contacts import usecases as contacts
from privacy.consents.store import state_of
from privacy.erasure import usecases as privacy_erasure
from privacy.requests import usecases as requests
from shared.items.table import Put, commit
from shared.messages import dead_letters
from tests.simulation.bugs.planting import Replaced, bug


@bug("An erasure skips the index of orders: they keep the person's id")
def erasure_skips_an_index() -> Replaced:
    return [(customers_erasure, "_anonymise_orders", lambda _: None)]


@bug("An erasure skips the kept answers, which hold the profile")
def erasure_skips_receipts() -> Replaced:
    return [(customers_erasure, "_delete_receipts", lambda _: 0)]


@bug("An erasure skips the words that staff wrote into the ledger")
def erasure_skips_reasons() -> Replaced:
    return [(loyalty_erasure, "_with_reasons", lambda _: [])]


@bug("An erasure forgets that the person had store credit")
def erasure_skips_credit() -> Replaced:
    return [(loyalty_erasure, "_credit_of", lambda _: [])]


@bug("An erasure skips the people who turned out to be this one")
def erasure_skips_the_merged() -> Replaced:
    class Store:
        """The store of accounts, of which each is one person's alone."""

        def __getattr__(self, name: str) -> Any:
            return getattr(accounts_of_points, name)

        @staticmethod
        def account_of(customer_id: str) -> Any:
            account = accounts_of_points.account_of(customer_id)
            account.merged_from = None
            return account

    return [(loyalty_erasure, "store", Store())]


@bug("An erasure does not sweep the dead letters")
def erasure_skips_dead_letters() -> Replaced:
    return [(loyalty_erasure, "sweep_dead_letters", lambda *_: 0)]


@bug("The letters that a sweep looked at stay hidden from the next, which takes them for none")
def sweep_hides_letters() -> Replaced:
    return [(dead_letters, "_show_again", lambda *_: None), (dead_letters, "_count", lambda *_: 0)]


@bug("An erased address is free again: an order brings the person back")
def address_not_buried() -> Replaced:
    return [(customers_erasure, "buried", lambda item, _: emails.EmailItem(item.pk, "GONE", customer_id="nobody"))]


@bug("Staff may register an erased address")
def anyone_lifts_a_tombstone() -> Replaced:
    reservation = accounts._reservation

    def lifts(newcomer: Any, holder: Any, customer_id: str) -> Any:
        return reservation(replace(newcomer, by_own_act=True), holder, customer_id)

    return [(accounts, "_reservation", lifts)]


@bug("A contact has no tombstone: a late event brings the person back")
def late_event_revives() -> Replaced:
    update = contacts._update

    def revives(customer_id: str, *news: Any) -> None:
        contact = contacts.find_contact(customer_id)
        if contact is not None:
            contact.erased_at = None
        with patch.object(contacts, "find_contact", lambda _: contact):
            update(customer_id, *news)

    return [(contacts, "_update", revives)]


@bug("A request is complete when the others have answered, whatever privacy itself still has")
def completed_too_early() -> Replaced:
    return [(requests.rules, "is_done", lambda answered: len(answered) >= 3)]


@bug("Nobody says which ids nobody has: their consents stay")
def nobody_unsaid() -> Replaced:
    return [(accounts, "answer_for_nobody", lambda *_: None)]


@bug("The consent log goes on after an erasure")
def log_goes_on() -> Replaced:
    suppress = privacy_erasure._suppress

    def does_not_stop(customer_id: str) -> None:
        suppress(customer_id)
        state = state_of(customer_id)
        state.erased_at = None
        commit(Put(state))

    return [(privacy_erasure, "_suppress", does_not_stop)]


@bug("Only the last address of the erased is buried: an order under an earlier one makes a guest of them")
def former_addresses_not_buried() -> Replaced:
    return [(customers_changes, "former_after", lambda *_: None)]
