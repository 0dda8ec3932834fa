"""Checks that hold once everything has settled: nothing lost, nothing twice, all services of one mind."""

from __future__ import annotations

from typing import Final

from tests.simulation import rest_books, rest_liability, rest_messages, rest_people, thanks_checks
from tests.simulation.checks import Check

AT_REST: Final[tuple[Check, ...]] = (
    rest_books.orders_are_as_told,
    rest_books.points_follow_the_orders,
    rest_books.spendings_follow_the_orders,
    thanks_checks.thanks_follow_the_orders,
    rest_books.adjustments_happened_once,
    rest_books.nothing_has_outlived_its_day,
    rest_books.what_was_made_is_there,
    rest_books.holds_ended_as_answered,
    rest_books.rewards_are_counted,
    rest_books.merged_customers_are_one,
    rest_books.accounts_know_the_profile,
    rest_books.everyone_registered_has_a_card,
    rest_liability.days_are_closed_as_posted,
    rest_people.segments_agree,
    rest_people.moves_add_up,
    rest_people.contacts_agree,
    rest_people.consents_were_logged,
    rest_messages.messages_agree,
    rest_people.erasures_are_complete,
    rest_people.canaries_sing_of_the_living,
    rest_people.buckets_name_the_living,
    rest_people.planted_letters_were_swept,
    rest_people.nothing_is_lost,
    rest_people.only_planted_letters_are_dead,
    rest_people.tombstones_stand,
)
