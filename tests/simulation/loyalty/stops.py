"""Staff ban customers and let them back, freeze accounts and unfreeze them; and what must hold then."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.simulation.customers.actions import change_status
from tests.simulation.plan import Step
from tests.simulation.scene import Outcome, Scene
from tests.simulation.steps import others
from tests.simulation.tables import Row, Tables, customer_of


def ban(scene: Scene, rng: Random, step: Step) -> None:
    """Staff ban somebody who is active, or let somebody back who is not."""
    profile = scene.profile_of(rng.choice(scene.people), registered=True)
    if profile is not None:
        change_status(scene, rng, profile, "banned" if profile["status"] == "active" else "active")


def freeze(scene: Scene, rng: Random, step: Step) -> None:
    """Staff freeze somebody's account or unfreeze it, now and then from a view that is old."""
    accounts = [row for row in Tables.of(("loyalty",)).of_kind("loyalty", "account") if not _is_closed(row)]
    if not accounts:
        return
    account = rng.choice(sorted(accounts, key=lambda row: str(row["pk"])))
    who, seen = customer_of(account), max(account.get("freezes", 0) - (rng.random() < 0.1), 0)
    is_frozen = bool(seen % 2)
    body = {"frozen": not is_frozen} | ({} if is_frozen else {"reason": "fraud_suspected"})
    answer = scene.call(
        rng,
        "PUT",
        f"/api/customers/{who}/freeze",
        by="support",
        body=body,
        headers={"If-Match": f'"{seen}"'},
        meanwhile=others(scene, rng, "loyalty", who),
    )
    if scene.outcome(answer, 200) is Outcome.DONE and answer is not None:
        scene.promises.frozen[(answer.json["customer_id"], answer.json["version"])] = answer.json["frozen"]


def freezes_are_written_down(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each account counts its acts; they freeze and unfreeze by turns, and what was answered is among them."""
    acts: dict[str, dict[int, bool]] = {}
    for row in tables.of_kind("loyalty", "freeze"):
        acts.setdefault(customer_of(row), {})[int(row["sk"].removeprefix("FREEZE#"))] = row["frozen"]
    for row in tables.of_kind("loyalty", "account"):
        if _is_closed(row):
            continue
        due = {number: number % 2 == 1 for number in range(1, row.get("freezes", 0) + 1)}
        if acts.get(customer_of(row), {}) != due:
            yield f"{customer_of(row)} counts {len(due)} acts of staff, and they are {acts.get(customer_of(row))}"
        for (who, version), frozen in scene.promises.frozen.items():
            if who == customer_of(row) and version and due.get(version) is not frozen:
                yield f"{who} was answered to be frozen ({frozen}) at {version}, and is not"


def merges_keep_freezes(scene: Scene, tables: Tables) -> Iterator[str]:
    """Who was frozen and turned out to be another left that one frozen, unless staff unfroze the account since."""
    frozen_at_the_end = scene.books.ledgers.frozen_at_merge
    for gone, stays in frozen_at_the_end.items():
        account = tables.own("loyalty", stays, "ACCOUNT") or {}
        if not _is_closed(account) and not account.get("freezes"):
            yield f"{gone} was frozen and is {stays} now, who never was"


def nobody_brought_themselves(scene: Scene, tables: Tables) -> Iterator[str]:
    """No ring of customers was answered to have brought each other, of those who are nobody else."""
    ledgers = scene.books.ledgers
    another = {*ledgers.merged, *ledgers.merged.values()}
    brought = {
        who: friend
        for who, named in scene.promises.named.items()
        for friend, is_answered in named.items()
        if is_answered and not {who, friend} & another
    }
    for who in brought:
        seen, friend = [who], brought.get(who)
        while friend and friend not in seen:
            seen, friend = [*seen, friend], brought.get(friend)
        if friend == who:
            yield f"{seen} brought each other"


def _is_closed(account: Row) -> bool:
    return bool({"erased_at", "merged_into"} & account.keys())
