"""A run as it goes on: the world, the plan, and what the outside was promised so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any, Final

from infra.generate.paths import service_for
from shared.events.foreign import Buyer, Order, OrderLine
from tests.harness import orders
from tests.harness.aws.gateway import Answer
from tests.simulation.aws.faults import Trouble, trouble
from tests.simulation.aws.world import World
from tests.simulation.loyalty.books import Books
from tests.simulation.loyalty.programmes import programme_of
from tests.simulation.plan import PRODUCTS, Person, PlannedOrder, people, plan_orders
from tests.simulation.tables import Row, Tables, customer_of

# How often something goes wrong in an invocation while faults are on.
CHANCE: Final = 0.4


# How many seeds close the books of each day.
_CLOSING: Final = 0.35


# How often a client asks again before it gives up without an answer.
_PATIENCE: Final = 4


_FIRST_SERVER_ERROR: Final = 500


_BROKEN: Final = 500


_NOT_LET_IN: Final = 401


class Outcome(StrEnum):
    """What a client knows of what it asked for."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass
class Adjustment:
    """Points that staff asked to add or take."""

    customer_id: str
    points: int
    outcome: Outcome


@dataclass
class Facts:
    """What the shop's systems have said of an order so far. `maybe` are calls that nobody knows the end of."""

    order: Order
    person: Person
    is_paid: bool = False
    refunds: dict[str, int] = field(default_factory=dict)
    # What each refund named as tax and as shipping.
    parts: dict[str, tuple[int, int]] = field(default_factory=dict)
    # The forms that edits gave it, the latest last.
    edits: list[Order] = field(default_factory=list)
    told: bool = False
    maybe: bool = False
    # Of deliveries the earliest counts, of cancellations and reinstatements the latest.
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    reinstated_at: datetime | None = None

    @property
    def now(self) -> Order:
        """The order as the latest edit left it."""
        return self.edits[-1] if self.edits else self.order

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off last."""
        return self.cancelled_at is not None and (self.reinstated_at is None or self.cancelled_at > self.reinstated_at)


@dataclass
class Made:
    """Holds, redemptions or claims that were asked for: the amounts of those answered, by id, and how many were not."""

    done: dict[str, int] = field(default_factory=dict)
    unknown: int = 0


@dataclass(frozen=True)
class Ending:
    """What was answered about the end of a hold: so much captured, or (0) none."""

    captured: int


@dataclass
class Promises:
    """What the outside has said and was answered: the model's only source beside the tables."""

    orders: dict[str, Facts] = field(default_factory=dict)
    adjustments: dict[str, Adjustment] = field(default_factory=dict)
    consents: list[tuple[str, Outcome]] = field(default_factory=list)
    # Ids that nobody has, in whose names consents were given.
    nobodies: set[str] = field(default_factory=set)
    # Approved erasures, customer -> request; and whom all that were asked for are about.
    erasures: dict[str, str] = field(default_factory=dict)
    erased: dict[str, Person] = field(default_factory=dict)
    # Answers to changes, by customer and version.
    views: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)
    # Addresses registered by the person's own act in this step.
    own_acts: set[str] = field(default_factory=set)
    # Orders that were given their ids by the service, by their totals, which nothing else has.
    nameless: dict[int, Outcome] = field(default_factory=dict)
    # What was asked of loyalty: things made, by what they are called, and holds that were ended.
    made: dict[str, Made] = field(default_factory=dict)
    endings: dict[str, list[Ending]] = field(default_factory=dict)
    # Orders whose carts were put before anybody said that they were paid or cancelled.
    carts: set[str] = field(default_factory=set)
    # Points and credit that wait for a second person: proposal -> path, reason.
    proposals: dict[str, tuple[str, str]] = field(default_factory=dict)
    # Who was named as having brought whom, and whether that was answered.
    named: dict[str, dict[str, bool]] = field(default_factory=dict)
    # Transfers as answered: the points, and whether they are said to have moved.
    transfers: dict[str, tuple[int, Outcome]] = field(default_factory=dict)
    # Freezes as answered: (customer, number of acts) -> whether frozen.
    frozen: dict[tuple[str, int], bool] = field(default_factory=dict)
    # Planted dead letters (service, id) that lay there when the erasure of whom they name was asked for.
    dead_before: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Seen:
    """What the checks saw before: the addresses of each account, the tombstones of addresses, those lifted."""

    addresses: dict[str, set[str]] = field(default_factory=dict)
    buried: set[str] = field(default_factory=set)
    lifted: set[str] = field(default_factory=set)
    # How many events were looked at.
    events: int = 0


class Scene:
    """One run."""

    def __init__(self, world: World, orders: int) -> None:
        self.world = world
        self.people = people(orders)
        self.orders: list[PlannedOrder] = plan_orders(world.universe.chance("orders"), orders)
        self.programme = programme_of(world.universe.chance("programme"))
        self.books = Books.of(self.programme)
        # Closing every day of a year costs a third of a run; some seeds do it.
        self.closes_days = world.universe.chance("books").random() < _CLOSING
        # Of the reward in the catalogue, once it is there; and when loyalty's accounts were last looked at undisturbed.
        self.reward_id = ""
        self.expired_at = world.universe.moment
        self.promises = Promises()
        self.books.ledgers.friends.named = self.promises.named
        self.seen = Seen()
        self.chance = CHANCE
        self.checked = 0
        # Whether a try of the last call may have done its work without anybody hearing of it.
        self.is_uncertain = False

    def trouble(self, rng: Random, *, relay: bool = False) -> Trouble:
        """What goes wrong in the next invocation."""
        return trouble(rng, chance=self.chance, relay=relay)

    def call(
        self,
        rng: Random,
        method: str,
        path: str,
        *,
        by: str | None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> Answer | None:
        """Call over HTTP as an impatient client: without an answer, or with a server's error, the same again."""
        service = service_for(path.partition("?")[0])
        assert service is not None

        def ask(difficulty: Trouble, during: Callable[[], None] | None) -> Answer | None:
            answer = self.world.call(
                service, method, path, by=by, body=body, headers=headers, trouble=difficulty, meanwhile=during
            )
            if answer and (answer.status == _NOT_LET_IN or (answer.status == _BROKEN and not difficulty.strikes)):
                self.world.violations.append(f"{method} {path} was answered {answer.status} for no reason")
            return answer

        def twice() -> None:
            """The same request again while the first is under way, or whatever else runs then."""
            if meanwhile is not None and rng.random() < 0.5:
                meanwhile()
            else:
                self.is_uncertain = True
                self.world.disorder["request twice at once"] += 1
                ask(Trouble(rng), None)

        self.is_uncertain = False
        for _ in range(_PATIENCE):
            answer = ask(self.trouble(rng), twice)
            if answer is not None and answer.status < _FIRST_SERVER_ERROR:
                break
            self.is_uncertain = True
            self.world.disorder["request made again"] += 1
        self.world.notes.append(f"{method} {path} {answer.status if answer else 'no answer'}")
        return answer

    def outcome(self, answer: Answer | None, success: int) -> Outcome:
        """What the client knows after the last call; a refusal says nothing of a try whose answer was lost."""
        if answer is not None and answer.status == success:
            return Outcome.DONE
        if answer is None or answer.status >= _FIRST_SERVER_ERROR or self.is_uncertain:
            return Outcome.UNKNOWN
        return Outcome.REFUSED

    def order(self, planned: PlannedOrder) -> Facts:
        """What has been said of an order; its buyer is settled when it is first spoken of."""
        known = self.promises.orders.get(planned.id)
        if known is None:
            order = orders.order(
                planned.id,
                self._buyer(planned),
                lines=lines_of(planned.number, planned.total),
                placed_at=_days_before(self.world.universe.moment, planned.days_ago),
                currency=planned.currency,
                total=planned.total,
                tax=planned.tax,
                shipping=planned.shipping,
                checkout_id=planned.checkout_id,
            )
            known = self.promises.orders[planned.id] = Facts(order, planned.person)
        return known

    def profile_of(self, person: Person, *, registered: bool | None = None) -> Row | None:
        """A living account of the person's, as staff would find it."""
        profiles = Tables.of(("customers",)).of_kind("customers", "profile")
        found = [row for row in profiles if person.owns(row.get("email"))]
        if registered is not None:
            found = [row for row in found if ("registered_at" in row) is registered]
        return min(found, key=lambda row: str(row["pk"]), default=None)

    def _buyer(self, planned: PlannedOrder) -> Buyer:
        profile = self.profile_of(planned.person) if planned.named in {"id", "both"} else None
        by_email = planned.named in {"email", "both"} or (planned.named == "id" and profile is None)
        return Buyer(
            id=customer_of(profile) if profile else None,
            email=planned.email_as_typed if by_email else None,
            last_name=f"Kanarie {planned.number}" if by_email else None,
        )


def _days_before(moment: datetime, days: int) -> datetime:
    return moment.replace(microsecond=0) - timedelta(days=days)


def lines_of(number: int, total: int) -> list[OrderLine]:
    """One product or, in every third order, half of its money for each of two."""
    if number % 3:
        return [OrderLine(product_id=PRODUCTS[number % 2], quantity=1, amount=total)]
    amounts = (total // 2, total - total // 2)
    return [
        OrderLine(product_id=product, quantity=1, amount=amount)
        for product, amount in zip(PRODUCTS, amounts, strict=True)
    ]
