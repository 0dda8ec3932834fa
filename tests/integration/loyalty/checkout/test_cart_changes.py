"""Sequences of cart changes, payments, ends and waits come out as a ledger on one page says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import ids
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty import wallet
from tests.integration.loyalty.catalogue import left_of, reward
from tests.integration.loyalty.checkout.checkouts import end, look, paid, put
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import account, hear, order, registration

Clock = Callable[[str], None]
POINTS: Final = 600
CREDIT: Final = 500
# Of the one piece of a reward: its price, and the most that it takes off.
PRICE: Final = 100
OFF: Final = 200

_names = count(1)


@dataclass
class Cart:
    """What a checkout uses, until when, and what became of it: one point is one cent."""

    points: int
    credit: int
    until: datetime
    state: str = "held"
    has_reward: bool = False

    @property
    def price(self) -> int:
        """The points that its reward costs."""
        return PRICE if self.has_reward else 0


@dataclass
class Reference:
    """A customer's points and credit, and the carts: worked out from the rules in words."""

    now: datetime
    points: int = POINTS
    credit: int = CREDIT
    carts: dict[str, Cart] = field(default_factory=dict)
    # Whether the one piece of the reward was given.
    is_given: bool = False

    def open_but(self, name: str) -> list[Cart]:
        """The carts beside this one that still hold something."""
        self.pass_time()
        return [cart for other, cart in self.carts.items() if other != name and cart.state == "held"]

    def free(self, name: str) -> tuple[int, int]:
        """The points and the credit that a new version of this cart can use."""
        others = self.open_but(name)
        points = self.points - sum(each.points + each.price for each in others)
        return points, self.credit - sum(each.credit for each in others)

    def has_one(self, name: str) -> bool:
        """Whether this cart can have the reward, and pay its price."""
        is_free = not self.is_given and not any(each.has_reward for each in self.open_but(name))
        return is_free and self.free(name)[0] >= PRICE

    def put(self, name: str, total: int, points: Any, credit: Any, *, wants_reward: bool) -> int:
        """Put a cart; return the status of the answer."""
        known = self.carts.get(name)
        if known and known.state in {"captured", "released"}:
            return 409
        free_points, free_credit = self.free(name)
        if wants_reward:
            if not self.has_one(name):
                return 409
            if not total:
                return 422
            free_points, total = free_points - PRICE, total - min(OFF, total)
        if (points != "most" and points > free_points) or (credit != "most" and credit > free_credit):
            return 409
        room = total - (0 if credit == "most" else credit)
        if room < 0 or (points != "most" and points > room):
            return 422
        used = min(free_points, room) if points == "most" else points
        paid_by_credit = min(free_credit, total - used) if credit == "most" else credit
        self.carts[name] = Cart(used, paid_by_credit, self.now + timedelta(minutes=30), has_reward=wants_reward)
        return 200

    def pay(self, name: str) -> None:
        """The payment spends what the cart holds, or what is still there of it."""
        cart = self.carts[name]
        if cart.state == "captured":
            return
        price = cart.price
        if cart.state != "held":
            free_points, free_credit = self.free(name)
            if cart.has_reward and not self.has_one(name):
                # The shop gave the money off: the price is spent, as far as it is there, and nothing is claimed.
                price = min(PRICE, max(free_points - cart.points, 0))
                cart.has_reward = False
            cart.points, cart.credit = min(cart.points, free_points - price), min(cart.credit, free_credit)
        self.points, self.credit, cart.state = self.points - cart.points - price, self.credit - cart.credit, "captured"
        self.is_given = self.is_given or cart.has_reward

    def end(self, name: str) -> None:
        """Give up a cart."""
        if self.carts[name].state == "held":
            self.carts[name].state = "released"

    def pass_time(self) -> None:
        """Carts whose time is over hold nothing."""
        for cart in self.carts.values():
            if cart.state == "held" and cart.until <= self.now:
                cart.state = "expired"


CARTS = st.sampled_from(["a", "b"])
AMOUNTS = st.just("most") | st.sampled_from([0, 1, 99, 100, 250, 400, 600, 601, 900])
ACTS = st.one_of(
    st.tuples(st.just("put"), CARTS, st.sampled_from([0, 50, 300, 700, 2_000]), AMOUNTS, AMOUNTS, st.booleans()),
    st.tuples(st.just("put"), CARTS, st.just(2_000), AMOUNTS, AMOUNTS, st.booleans()),
    st.tuples(st.just("pay"), CARTS),
    st.tuples(st.just("end"), CARTS),
    st.tuples(st.just("wait"), st.sampled_from([5, 29, 40])),
)


@given(st.lists(ACTS, max_size=20))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_sequence_comes_out_as_the_reference_says(set_clock: Clock, acts: list[tuple[Any, ...]]) -> None:
    reference = Reference(datetime(2026, 2, 1, 12, 0, 20, tzinfo=UTC))
    set_clock(reference.now.isoformat())
    set_programme()
    customer_id, number = ids.new_customer_id(), next(_names)
    hear(registration(customer_id), order(f"A{number}", customer_id, total=6_000))
    set_programme(earning={"points_per_unit": "0.0001"})
    assert wallet.issue(CREDIT, key=f"i{number}", customer_id=customer_id).status == 201
    made = reward(kind="discount_code", points=PRICE, value=OFF, stock=1, limit_per_customer=1)
    for act in acts:
        _do(act, reference, Shopper(customer_id, f"{number}-", made), set_clock)
        reference.pass_time()
        for name, cart in reference.carts.items():
            found = look(f"{number}-{name}").json
            part = "captured" if cart.state == "captured" else "used"
            assert (found["state"], found["points"][part], found["credit"][part]) == (
                cart.state,
                cart.points,
                cart.credit,
            )
            is_claimed = found["reward"] is not None and found["reward"]["claim_id"] is not None
            assert is_claimed == (cart.state == "captured" and cart.has_reward)
        is_held = any(cart.state == "held" and cart.has_reward for cart in reference.carts.values())
        assert left_of(made) == 1 - (reference.is_given or is_held)
    held = account(customer_id)
    assert (held.balance, held.spent or 0) == (reference.points, POINTS - reference.points)


@dataclass(frozen=True)
class Shopper:
    """A customer, how the names of their carts begin, and the reward that there is."""

    customer_id: str
    prefix: str
    reward: str


def _do(act: tuple[Any, ...], reference: Reference, shopper: Shopper, set_clock: Clock) -> None:
    customer_id, prefix = shopper.customer_id, shopper.prefix
    match act:
        case ("put", name, total, points, credit, wants_reward):
            use = {"reward": shopper.reward} if wants_reward else {}
            answer = put(points, credit, total=total, name=prefix + name, customer_id=customer_id, **use)
            status = reference.put(name, total, points, credit, wants_reward=wants_reward)
            assert answer.status == status, answer.text
            if status == 200:
                _keep_end(reference.carts[name], answer, reference.now)
        case ("pay", name) if name in reference.carts:
            hear(paid(f"B-{prefix}{name}", name=prefix + name, customer_id=customer_id))
            reference.pass_time()
            reference.pay(name)
        case ("end", name) if name in reference.carts:
            reference.pass_time()
            captured = reference.carts[name].state == "captured"
            assert end(prefix + name).status == (409 if captured else 200)
            reference.end(name)
        case ("wait", minutes):
            reference.now += timedelta(minutes=minutes)
            set_clock(reference.now.isoformat())


def _keep_end(cart: Cart, answer: Answer, now: datetime) -> None:
    """A hold ends with a whole minute, thirty minutes from now at the earliest."""
    until = datetime.fromisoformat(answer.json["expires_at"])
    assert timedelta(minutes=30) <= until - now < timedelta(minutes=31)
    cart.until = until
