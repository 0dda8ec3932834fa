"""All checks, and those of what holds for all services alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from shared.events.catalogue import EVENTS
from tests.simulation.aws.carriage import is_planted
from tests.simulation.customers.checks import (
    answers_stand,
    nothing_waits_in_vain,
    one_account_an_email,
    orders_are_as_told,
    orders_counted_once,
)
from tests.simulation.loyalty.checkouts import credit_is_spent_beside_points, payments_spend_their_checkouts
from tests.simulation.loyalty.checks.ledger import cards_are_single, changed_ledgers_do_not_verify, ledgers_are_right
from tests.simulation.loyalty.checks.liability import days_are_closed_as_posted
from tests.simulation.loyalty.checks.referral import (
    referral_rewards_are_counted,
    referral_rewards_follow_the_orders,
)
from tests.simulation.loyalty.checks.rest import (
    accounts_know_the_profile,
    adjustments_happened_once,
    everyone_registered_has_a_card,
    holds_ended_as_answered,
    merged_customers_are_one,
    nobody_gives_too_much_alone,
    nothing_has_outlived_its_day,
    points_follow_the_orders,
    rewarded_reviews_are_of_buyers,
    rewards_are_counted,
    spendings_follow_the_orders,
    what_was_made_is_there,
)
from tests.simulation.loyalty.greedy.bound import no_credit_from_nothing, nobody_gains, sign_ups_are_single
from tests.simulation.loyalty.stops import freezes_are_written_down, merges_keep_freezes, nobody_brought_themselves
from tests.simulation.loyalty.transfers import points_arrive, transfers_are_as_answered
from tests.simulation.notifications.checks import contacts_agree, messages_agree
from tests.simulation.plan import CANARIES
from tests.simulation.privacy.checks import (
    buckets_name_the_living,
    canaries_sing_of_the_living,
    consents_follow_the_log,
    consents_were_logged,
    erasures_are_complete,
    nobody_comes_back_unasked,
    nobody_has_consents,
    planted_letters_were_swept,
    the_erased_are_gone,
    tombstones_stand,
)
from tests.simulation.scene import Scene
from tests.simulation.segments.checks import memberships_are_the_rows, moves_add_up, segments_agree
from tests.simulation.steps import Check
from tests.simulation.tables import Tables

_TOLD_ONCE: Final[Mapping[str, str]] = {
    "CardIssued": "customer_id",
    "PointsEarned": "order_id",
    "MessageSent": "message_id",
    "RequestCompleted": "request_id",
}


def events_say_no_more_than_they_may(scene: Scene, tables: Tables) -> Iterator[str]:
    """Personal data travels only in the events that exist to carry it."""
    for envelope in scene.world.told[scene.seen.events :]:
        if not EVENTS[envelope["detail-type"]].personal and CANARIES.search(json.dumps(envelope["detail"])):
            yield f"{envelope['detail-type']} carries personal data"
    scene.seen.events = len(scene.world.told)


def logs_name_nobody(scene: Scene, tables: Tables) -> Iterator[str]:
    """No line of any log holds a name, an address or a number of anybody's."""
    text = scene.world.logs.getvalue()
    scene.world.logs.seek(0)
    scene.world.logs.truncate()
    if found := CANARIES.search(text):
        start = text.rfind("\n", 0, found.start()) + 1
        yield f"a log line names somebody: {text[start:][:300]}"


def nothing_is_lost(scene: Scene, tables: Tables) -> Iterator[str]:
    """Every event that an item carried is on the bus, and every fact is told under one id."""
    if missing := scene.world.promised - set(scene.world.said):
        yield f"{len(missing)} events were stored and never told: {sorted(missing)[:3]}"
    facts: dict[tuple[str, str], set[str]] = {}
    for envelope in scene.world.told:
        detail = envelope["detail"]
        # A bonus is no order's.
        if (key := _TOLD_ONCE.get(envelope["detail-type"])) and detail["data"][key]:
            fact = (envelope["detail-type"], detail["data"][key])
            facts.setdefault(fact, set()).add(detail["metadata"]["event_id"])
    for fact, event_ids in facts.items():
        if len(event_ids) > 1:
            yield f"{fact} was told {len(event_ids)} times"
    yield from _untold_entries(scene, tables)


def _untold_entries(scene: Scene, tables: Tables) -> Iterator[str]:
    """Whatever moves a balance is told of, but the end of an account, once and as it is."""
    told: dict[tuple[str, int], set[Any]] = {}
    for envelope in scene.world.told:
        data = envelope["detail"].get("data") or {}
        if "entry" in data:
            is_credit = "amount" in data
            name = f"{data['customer_id']}#{data['currency']}" if is_credit else data["customer_id"]
            amount = data["amount" if is_credit else "points"]
            told.setdefault((name, data["entry"]), set()).add((amount, data["balance"]))
    for entry in tables.of_kind("loyalty", "entry"):
        if entry["amount"] and entry["entry_kind"] not in {"voided", "merged_in", "merged_out"}:
            pending, available, held, owed = entry["after"][:4]
            said = told.get((entry["account"], entry["seq"]))
            if said != {(entry["amount"], pending + available + held - owed)}:
                yield f"entry {entry['seq']} of {entry['account']} ({entry['entry_kind']}) was told as {said}"


def only_planted_letters_are_dead(scene: Scene, tables: Tables) -> Iterator[str]:
    """What lies among the dead letters was put into the queues so that nobody can read it."""
    for service, queue in scene.world.queues.items():
        if letters := [letter for letter in queue.dead if not is_planted(letter)]:
            yield f"{len(letters)} dead letters of {service} are not ours"


ALWAYS: Final[tuple[Check, ...]] = (
    orders_counted_once,
    one_account_an_email,
    answers_stand,
    ledgers_are_right,
    referral_rewards_are_counted,
    cards_are_single,
    freezes_are_written_down,
    nobody_brought_themselves,
    points_arrive,
    memberships_are_the_rows,
    consents_follow_the_log,
    the_erased_are_gone,
    nobody_comes_back_unasked,
    events_say_no_more_than_they_may,
    logs_name_nobody,
)

AT_REST: Final[tuple[Check, ...]] = (
    orders_are_as_told,
    nothing_waits_in_vain,
    changed_ledgers_do_not_verify,
    points_follow_the_orders,
    spendings_follow_the_orders,
    payments_spend_their_checkouts,
    credit_is_spent_beside_points,
    rewarded_reviews_are_of_buyers,
    nobody_gains,
    no_credit_from_nothing,
    sign_ups_are_single,
    referral_rewards_follow_the_orders,
    adjustments_happened_once,
    nobody_gives_too_much_alone,
    nothing_has_outlived_its_day,
    what_was_made_is_there,
    holds_ended_as_answered,
    rewards_are_counted,
    transfers_are_as_answered,
    merged_customers_are_one,
    merges_keep_freezes,
    accounts_know_the_profile,
    everyone_registered_has_a_card,
    days_are_closed_as_posted,
    segments_agree,
    moves_add_up,
    contacts_agree,
    consents_were_logged,
    nobody_has_consents,
    messages_agree,
    erasures_are_complete,
    canaries_sing_of_the_living,
    buckets_name_the_living,
    planted_letters_were_swept,
    nothing_is_lost,
    only_planted_letters_are_dead,
    tombstones_stand,
)
