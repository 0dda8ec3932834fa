"""Checks of orders and points once everything has settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.simulation.loyalty.model.earning import is_limited
from tests.simulation.loyalty.model.orders import to_restore
from tests.simulation.loyalty.model.spending import overdue_lots
from tests.simulation.loyalty.model.tiers import qualified_tier
from tests.simulation.loyalty.programmes import REWARD
from tests.simulation.scene import Outcome, Scene
from tests.simulation.tables import Row, Tables, customer_of

_MINUTES: Final = "%Y-%m-%dT%H:%MZ"


def points_follow_the_orders(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each order that is due has earned, on its customer's account, and what was reversed of it is taken back."""
    books, terms = scene.books, scene.programme.terms
    entries: dict[str, list[Row]] = {}
    for entry in tables.of_kind("loyalty", "entry"):
        if entry["sk"] == "EARN":
            entries.setdefault(entry["cause"], []).append(entry)
    for row in tables.of_kind("customers", "order"):
        order_id, who = row["pk"].removeprefix("ORDER#"), row.get("customer_id")
        version = books.newest.get(order_id, 0)
        if who is None:
            continue
        if row["version"] != version:
            yield f"{order_id} is at version {row['version']}, and told at {version}"
            continue
        account = tables.own("loyalty", books.ledgers.owner(who), "ACCOUNT")
        if not account:
            yield f"{who} has orders and no points account"
            continue
        order = books.ledgers.told[(order_id, version)]
        theirs = [entry["account"] for entry in entries.get(order_id, [])]
        due = 1 if terms.earns(order) and not order.get("waits") else 0
        # An edit may leave nothing to pay, before an order earned or after.
        may_have = {0, 1} if order.get("edited_at") and not order["total"] else {due}
        if len(theirs) not in may_have and not (due and "erased_at" in account):
            yield f"{order_id} of {who} earned {len(theirs)} times: {theirs}"
        if order_id in books.ledgers.earnings and "erased_at" not in account:
            yield from _taken_back(scene, order_id, order)


def _taken_back(scene: Scene, order_id: str, order: Mapping[str, Any]) -> Iterator[str]:
    """What was taken back of an order fits what is reversed of its money."""
    ledgers, terms = scene.books.ledgers, scene.programme.terms
    earning = ledgers.earnings[order_id]
    target = earning.to_take_back(earning.share_of(order, terms.left_out(order, terms.lowest)))
    worth, missing = ledgers.worth(order_id, terms), earning.taken_back - target
    since = scene.world.universe.moment - datetime.fromisoformat(terms.own_moment(order))
    ledger = ledgers.accounts[ledgers.owner(order["customer_id"])]
    if missing > 0 and order.get("edited_at") and is_limited(ledger, earning, missing, since=since):
        missing = 0
    if (missing, earning.worth) != (0, worth):
        yield f"{order_id} takes back {earning.taken_back} of {earning.worth}, should be {target} of {worth}"


def spendings_follow_the_orders(scene: Scene, tables: Tables) -> Iterator[str]:
    """What points and credit paid for one's own order is back in proportion to its money, and of no other order."""
    books = scene.books
    for order_id, by_account in books.ledgers.spendings.items():
        order = books.ledgers.told.get((order_id, books.newest.get(order_id, 0)))
        if order is None or order.get("customer_id") is None or _is_forgotten(scene, tables, order):
            continue
        for name, spending in by_account.items():
            owner, _, currency = name.partition("#")
            sk = f"CREDIT#{currency}" if currency else "ACCOUNT"
            account = tables.own("loyalty", books.ledgers.owner(owner), sk) or {}
            target, back = to_restore(spending.spent.total(), order), spending.back.total()
            least, most = _may_be_back(scene, order_id, owner, spending.spent.total(), target)
            if "erased_at" not in account and not least <= back <= most:
                yield f"{order_id}: of {dict(spending.spent)} that {name} paid {back} is back, should be {target}"


def _may_be_back(scene: Scene, order_id: str, payer: str, spent: int, target: int) -> tuple[int, int]:
    """The least and the most that is back. Of two who became one, and of an order without a person, time decides.

    An order that waits for an e-mail is nobody's yet, and neither is one that does not earn yet.
    """
    ledgers, terms = scene.books.ledgers, scene.programme.terms
    versions = [each for (name, _), each in ledgers.told.items() if name == order_id]
    told = [None if each.get("waits") else each.get("customer_id") for each in versions]
    if set(told) == {payer}:
        return target, target
    owners = {ledgers.owner(each) for each in told if each}
    is_clear = None not in told and ledgers.owner(payer) not in owners
    early = [to_restore(spent, each) for each in versions if not terms.earns(each)]
    return 0, max(early, default=0) if is_clear else max(target, *early, 0)


def _is_forgotten(scene: Scene, tables: Tables, order: Row) -> bool:
    """Whether its customer is erased in loyalty: it writes down no more of the order, for whoever pays for it later."""
    account = tables.own("loyalty", scene.books.ledgers.owner(order["customer_id"]), "ACCOUNT")
    return account is not None and "erased_at" in account


def rewarded_reviews_are_of_buyers(scene: Scene, tables: Tables) -> Iterator[str]:
    """Whoever was rewarded for a review had paid for the product."""
    ledgers = scene.books.ledgers
    paid = [order for order in ledgers.told.values() if order.get("paid_at")]
    bought = {(order.get("customer_id"), line["product_id"]) for order in paid for line in order["lines"]}
    for (account, product), who in ledgers.rewarded_reviews.items():
        is_erased = "erased_at" in (tables.own("loyalty", ledgers.owner(account), "ACCOUNT") or {})
        if (who, product) not in bought and not is_erased:
            yield f"{who} was rewarded for a review of {product}, and never bought it"


def adjustments_happened_once(scene: Scene, tables: Tables) -> Iterator[str]:
    """What was answered as done is in the ledger once, what was refused is not, and nothing is twice."""
    posted: dict[str, list[int]] = {}
    for entry in tables.of_kind("loyalty", "entry"):
        posted.setdefault(str(entry.get("reason")), []).append(entry["amount"])
    for reason, asked in scene.promises.adjustments.items():
        owner = scene.books.ledgers.owner(asked.customer_id)
        erased = owner in scene.promises.erased or "erased_at" in (tables.own("loyalty", owner, "ACCOUNT") or {})
        fewest = 1 if asked.outcome is Outcome.DONE and not erased else 0
        amounts = posted.get(reason, [])
        if not fewest <= len(amounts) <= (0 if asked.outcome is Outcome.REFUSED else 1):
            yield f"adjustment ({asked.outcome}) of {asked.customer_id} is in the ledger {len(amounts)} times"
        elif amounts and amounts != [asked.points]:
            yield f"adjustment by {asked.points} of {asked.customer_id} is in the ledger as {amounts}"


def nobody_gives_too_much_alone(scene: Scene, tables: Tables) -> Iterator[str]:
    """What one person gave and took on a day without a second person is within the limit of the unit."""
    terms, alone = scene.programme.terms, Counter[tuple[str, str, str]]()
    for entry in tables.of_kind("loyalty", "entry"):
        is_of_one = "approved_by" not in (entry.get("facts") or {})
        if entry["entry_kind"] in {"adjusted", "issued", "revoked"} and is_of_one:
            unit = entry["account"].partition("#")[2] or "points"
            alone[entry["actor"], terms.day_of(entry["posted_at"]), unit] += abs(entry["amount"])
    for (who, day, unit), amount in alone.items():
        most = terms.alone_in_a_day(unit)
        if most is not None and amount > most:
            yield f"{who} gave and took {amount} {unit} alone on {day}, and may {most}"


def nothing_has_outlived_its_day(scene: Scene, tables: Tables) -> Iterator[str]:
    """After the schedule ran no lot is overdue, no activation is late, no hold lasts, and no tier is unearned."""
    terms, moment = scene.programme.terms, scene.expired_at
    today = terms.day_of(moment.isoformat())
    for name, account in scene.books.ledgers.accounts.items():
        if over := overdue_lots(account, terms, today, is_credit="#" in name):
            yield f"lots of {name} are overdue and still there: {over}"
        if ripe := [where for where in account.pending if where[:10] <= today]:
            yield f"points of {name} are ripe and still wait: {ripe}"
        if ended := [hold.until for hold in account.holds.values() if hold.until <= moment.strftime(_MINUTES)]:
            yield f"holds of {name} should have ended at {ended}"
    for row in tables.of_kind("loyalty", "account"):
        expected = scene.books.ledgers.accounts.get(customer_of(row))
        if expected is None or expected.is_closed or expected.tier is None:
            continue
        above = terms.rank(expected.tier) - terms.rank(qualified_tier(expected, today, terms))
        if above < 0 or (above > 0 and row.get("tier_kept_until", "") < today):
            yield f"{customer_of(row)} is {expected.tier} and qualifies for {qualified_tier(expected, today, terms)}"


def what_was_made_is_there(scene: Scene, tables: Tables) -> Iterator[str]:
    """What was answered as held, redeemed or claimed is in the ledger as asked; and no more than was unanswered."""
    kinds = {"held": ("held", "HOLD#"), "redeemed": ("redeemed", ""), "claimed": ("redeemed", "CLAIM#")}
    for what, made in scene.promises.made.items():
        kind, prefix = kinds[what]
        posted = {
            entry["cause"]: entry.get("held") or -entry["amount"]
            for entry in tables.of_kind("loyalty", "entry")
            if entry["entry_kind"] == kind
            and (entry["pk"].startswith(prefix) if prefix else entry["cause"].startswith("red_"))
        }
        extra = len(posted.keys() - made.done.keys())
        if extra > made.unknown:
            yield f"{extra} were {what} that nobody was answered, and {made.unknown} calls had no answer"
        for name, amount in made.done.items():
            if name not in posted or (what != "claimed" and posted[name] != amount):
                yield f"{name} was answered as {what}, {amount}, and is in the ledger as {posted.get(name)}"


def holds_ended_as_answered(scene: Scene, tables: Tables) -> Iterator[str]:
    """A hold ended once, in the way that was answered, and by as much."""
    ends = {row["pk"].removeprefix("HOLD#"): row for row in tables.of_kind("loyalty", "entry") if row["sk"] == "END"}
    for hold_id, endings in scene.promises.endings.items():
        captured = {ending.captured for ending in endings}
        end = ends.get(hold_id)
        if end is None or captured != {-end["amount"]}:
            posted = end and (end["entry_kind"], end["amount"])
            yield f"{hold_id} was answered to end by {captured}, the ledger has {posted}"


def rewards_are_counted(scene: Scene, tables: Tables) -> Iterator[str]:
    """No more claims stand than there are of a reward, and no customer has more than their limit."""
    claims = [row for row in tables.of_kind("loyalty", "claim") if row["state"] != "cancelled"]
    if len(claims) > REWARD["stock"]:
        yield f"{len(claims)} claims stand of {REWARD['stock']} that there were"
    taken = sum(row["taken"] for row in tables.of_kind("loyalty", "reward_stock"))
    if not len(claims) <= taken <= REWARD["stock"]:
        yield f"{taken} are counted as taken, and {len(claims)} claims stand"
    for who, times in Counter(customer_of(row) for row in claims).items():
        if times > REWARD["limit_per_customer"]:
            yield f"{who} has {times} of a reward"
    posted = {row["cause"] for row in tables.of_kind("loyalty", "entry") if row["pk"].startswith("CLAIM#")}
    for row in claims:
        if row["sk"].removeprefix("CLAIM#") not in posted:
            yield f"{row['sk']} of {customer_of(row)} cost nothing"


def merged_customers_are_one(scene: Scene, tables: Tables) -> Iterator[str]:
    """Who was told to be another has no account of points or credit any more: all of it went on in the other's."""
    for gone, stays in tables.merged.items():
        account = tables.own("loyalty", gone, "ACCOUNT") or {}
        other = tables.own("loyalty", scene.books.ledgers.owner(stays), "ACCOUNT") or {}
        is_erased = "erased_at" in account or "erased_at" in other
        if not is_erased and not scene.books.ledgers.may_be_in(gone, scene.books.ledgers.owner(stays)):
            yield f"{gone} is {stays} and has an account still: {account}"
        for row in tables.of_kind("loyalty", "credit"):
            if customer_of(row) == gone and not {"merged_into", "erased_at"} & row.keys():
                yield f"{gone} is {stays} and has credit still: {row}"


def accounts_know_the_profile(scene: Scene, tables: Tables) -> Iterator[str]:
    """Loyalty knows since when somebody is registered and whether the e-mail is verified: by that it hides a past."""
    for profile in tables.of_kind("customers", "profile"):
        who = customer_of(profile)
        account = tables.own("loyalty", who, "ACCOUNT") or {}
        if "registered_at" not in profile:
            continue
        # Of a guest's account whose past nobody has proved to be theirs, no address counts as verified.
        known = {**profile, "email_verified": profile["email_verified"] and "past_of" not in profile}
        names = ("registered_at", "email_verified")
        if account.get("profile_version") != profile["version"]:
            yield f"loyalty knows {who} as of {account.get('profile_version')}"
        elif wrong := [name for name in names if account.get(name) != _as_kept(known.get(name))]:
            yield f"loyalty has other {wrong} of {who} than customers"
        elif account.get("status", "active") != profile["status"]:
            yield f"loyalty takes {who} for {account.get('status')}, and customers has {profile['status']}"


def _as_kept(fact: Any) -> Any:
    """Loyalty keeps moments as microseconds."""
    if not isinstance(fact, str):
        return fact
    return (datetime.fromisoformat(fact) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def everyone_registered_has_a_card(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each registration leads to a card."""
    for profile in tables.of_kind("customers", "profile"):
        if "registered_at" in profile:
            account = tables.own("loyalty", customer_of(profile), "ACCOUNT") or {}
            if not account.get("card_number"):
                yield f"{customer_of(profile)} is registered and has no card"
