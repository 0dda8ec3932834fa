"""All ledgers of points and of store credit, replayed entry by entry: what each should say, by the rules in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tests.simulation.model.account import Account, Hold, Merit, Place, difference, latest, soonest
from tests.simulation.model.orders import Earning, Piece, Spending, to_restore, to_take_back, undone_of
from tests.simulation.model.terms import NEVER, SHOP_CURRENCY, Terms
from tests.simulation.model.thanks import Friends, Thanks

_MOST_HOLDS: Final = 5
_MINUTES: Final = "%Y-%m-%dT%H:%MZ"
# Entries that do not count as the customer's activity.
_IDLE: Final = frozenset({"ripened", "released", "expired", "reviewed", "reversed", "revoked", "merged_in"})


@dataclass
class Posting:
    """One entry, the account it is in, and the terms it was made under."""

    row: Mapping[str, Any]
    account: Account
    terms: Terms
    today: str
    wrong: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return str(self.row["entry_kind"])

    @property
    def key(self) -> tuple[str, str]:
        return self.row["pk"], self.row["sk"]

    @property
    def amount(self) -> int:
        return int(self.row["amount"])

    @property
    def place(self) -> Place:
        return self.row["posted_at"], self.row["seq"]

    @property
    def is_credit(self) -> bool:
        return "#" in self.row["account"]

    @property
    def fills_debt(self) -> bool:
        return self.is_credit or self.terms.fills_debt

    @property
    def grace(self) -> str:
        return self.terms.grace(self.today)

    def fact(self, name: str) -> Any:
        return (self.row.get("facts") or {}).get(name)

    def must(self, holds: object, wrong: str) -> None:
        """Note what is wrong, unless it holds."""
        if not holds:
            self.wrong.append(wrong)


@dataclass
class Ledgers:
    """Everything there is. What comes from outside is put in before entries are posted.

    `told` are orders by id and version, `reviews` whose they are, `merged` who turned out to be whom, `birthdays` what
    may be known of each person's. `terms` are programmes by version.
    """

    terms: dict[int, Terms]
    told: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)
    reviews: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    birthdays: dict[str, set[bool]] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    earnings: dict[str, Earning] = field(default_factory=dict)
    spendings: dict[str, dict[str, Spending]] = field(default_factory=dict)
    claims: dict[str, Mapping[str, int]] = field(default_factory=dict)
    leaving: dict[str, Account] = field(default_factory=dict)
    friends: Friends = field(default_factory=Friends)

    def owner(self, customer_id: str) -> str:
        """Who somebody turned out to be."""
        while customer_id in self.merged:
            customer_id = self.merged[customer_id]
        return customer_id

    def post(self, row: Mapping[str, Any]) -> list[str]:
        """Post one more entry, the oldest first; what is wrong with it."""
        terms = self.terms[row.get("programme") or 0]
        account = self.accounts.setdefault(row["account"], Account())
        if account.tier is None and "#" not in row["account"]:
            account.tier = terms.lowest
        posting = Posting(row, account, terms, terms.day_of(row["posted_at"]))
        posting.must(not account.is_closed, "is posted to an account that is closed")
        before = account.copy()
        _KINDS[posting.kind](self, posting)
        if posting.kind not in _IDLE and (posting.kind != "adjusted" or posting.amount > 0):
            account.active_on = posting.today
        return posting.wrong + _unlike(posting, before)

    def standing_orders(self, referee: str) -> list[str]:
        """The orders of a customer who was brought, or of whom they turned out to be, that have points left."""
        counting = self.friends.counting(referee, self.merged, self.accounts)
        return [order_id for order_id in counting if (it := self.earnings[order_id]).earned > it.taken_back]

    def friends_of(self, referee: str) -> set[str]:
        """Who may have brought a customer, or anybody who turned out to be them."""
        named = (friends for who, friends in self.friends.named.items() if self.may_be_in(who, referee))
        return {friend for friends in named for friend in friends}

    def may_be_in(self, customer_id: str, account: str) -> bool:
        """Whether what is somebody's may lie in an account: theirs, or that of whom they turned out to be."""
        while customer_id != account and customer_id in self.merged:
            customer_id = self.merged[customer_id]
        return customer_id == account


def _unlike(posting: Posting, before: Account) -> list[str]:
    """What an entry says, and what it should."""
    row, account = posting.row, posting.account
    is_end = posting.kind in {"voided", "merged_out"}
    due = {
        "amount": account.balance - before.balance,
        "lots": difference(account.lots, before.lots),
        "pending": difference(account.pending, before.pending),
        "held": account.held - before.held,
        "owed": account.owed - before.owed,
        "after": account.vector,
        "tier": before.tier if is_end else account.tier,
        "tier_before": before.tier,
    }
    said = {name: row.get(name) or type(value)() for name, value in due.items() if value is not None}
    return [f"{name} is {said[name]} and should be {due[name]}" for name in said if said[name] != due[name]]


# --- earning ---------------------------------------------------------------------------------------------------------


def _earn(ledgers: Ledgers, posting: Posting) -> None:
    if posting.key[0].startswith("ORDER#"):
        _earn_by_order(ledgers, posting)
        return
    pk, sk = posting.key
    if pk.startswith("REFERRAL#"):
        _thank(ledgers, posting)
        return
    name = "review" if pk.startswith("REVIEW#") else sk.lower()
    who = ledgers.reviews.get(pk.removeprefix("REVIEW#")) if name == "review" else pk.partition("#")[2]
    posting.must(who and ledgers.may_be_in(who, posting.row["account"]), f"gives {who} a bonus")
    points = _clipped(posting, posting.terms.bonus(name))
    posting.account.earned += points
    posting.account.put({posting.terms.lot(posting.today): points}, fills_debt=True)


def _earn_by_order(ledgers: Ledgers, posting: Posting) -> None:
    account, terms, order_id = posting.account, posting.terms, posting.row["cause"]
    order = ledgers.told.get((order_id, posting.fact("version")))
    if order is None:
        posting.wrong.append("earned by a version that nobody told of")
        return
    posting.must(order_id not in ledgers.earnings, "earned before")
    posting.must(terms.earns(order), "earned and has not come so far")
    posting.must(ledgers.may_be_in(order["customer_id"], posting.row["account"]), f"is of {order['customer_id']}")
    points = _clipped(posting, _priced(ledgers, posting, order))
    placed, ripens = terms.day_of(order["placed_at"]), terms.ripens_on(order, posting.today)
    lot = max(terms.lot(placed), ripens or "")
    ledgers.earnings[order_id] = Earning(
        earned=points,
        total=order["total"],
        placed=placed,
        currency=order["currency"],
        lot=lot,
        version=posting.fact("version"),
        ripens=ripens,
        stands=[Piece(lot, points, posting.place)],
    )
    if points:
        ledgers.friends.orders[order_id] = posting.row["account"], posting.row["seq"]
    account.earned += points
    if ripens:
        account.wait(ripens, lot, points)
    else:
        account.put({lot: points}, fills_debt=True)
    _count(posting, placed, points, _money(order["currency"], order["total"]), 1)


def _priced(ledgers: Ledgers, posting: Posting, order: Mapping[str, Any]) -> int:
    tier = posting.account.tier or ""
    points = posting.terms.points_of(order, tier, birthday=False)
    in_month = posting.terms.day_of(order["placed_at"])[5:7] == "11"
    festive = posting.terms.points_of(order, tier, birthday=in_month)
    is_used = any(part[0] == "birthday" for part in posting.fact("parts") or ())
    if festive != points and posting.amount:
        may = ledgers.birthdays.get(posting.row["account"], {True, False})
        posting.must(is_used in may, f"the birthday counts: {is_used}, and is known: {may}")
    return festive if is_used else points


def _clipped(posting: Posting, points: int) -> int:
    """What the limits leave of points to be earned."""
    per_day, per_month, for_ever = posting.terms.limits
    gains, today = posting.account.gains, posting.today
    so_far = (
        (per_day, sum(points for day, points in gains if day == today)),
        (per_month, sum(points for day, points in gains if day[:7] == today[:7])),
        (for_ever, sum(points for _, points in gains)),
    )
    left = [max(limit - earned, 0) for limit, earned in so_far if limit is not None]
    given = min([points, *left])
    gains.append((today, given))
    return given


def _settle(ledgers: Ledgers, posting: Posting) -> None:
    """An order's points follow its money, and thanks for a friend follow orders."""
    if posting.key[0].startswith("REFERRAL#"):
        _thank(ledgers, posting)
        return
    order_id, version = posting.row["cause"], posting.fact("version")
    order, earning = ledgers.told.get((order_id, version)), ledgers.earnings.get(order_id)
    if order is None or earning is None:
        posting.wrong.append("settles what never earned")
        return
    is_new = version > earning.settled and version >= earning.version
    posting.must(is_new, f"settles version {version} after {earning.settled}")
    undone, before = undone_of(order), earning.undone
    posting.must((undone > before) is (posting.kind == "reversed"), f"undoes {undone} after {before}")
    target = to_take_back(earning.earned, earning.total, undone)
    amount = target - earning.taken_back
    if undone > before:
        earning.take_back(posting.account, amount, posting.today, forgives=posting.terms.forgives)
    else:
        earning.give_back(posting.account, -amount, posting.today, posting.grace, posting.place)
    orders = int(before == earning.total) - int(undone == earning.total)
    earning.undone, earning.settled = undone, version
    _count(posting, earning.placed, -amount, _money(earning.currency, before - undone), orders)


def _thank(ledgers: Ledgers, posting: Posting) -> None:
    """What is given for a friend, taken back and given again by turns, as an order of the friend's stands or none."""
    pk, sk = posting.key
    referee, (side, _, number) = pk.removeprefix("REFERRAL#"), sk.lower().partition("#")
    thanks = ledgers.friends.thanks.setdefault(referee, Thanks())
    turn = thanks.turns[side] + 1
    posting.must(number == ("" if turn == 1 else f"{turn:04}"), f"is turn {number or 1}, not {turn}")
    thanks.turns[side] = turn
    stands = ledgers.standing_orders(referee)
    posting.must(bool(stands) is (turn % 2 == 1), f"is turn {turn}, and of the friend's orders stand {stands}")
    kind = "earned" if turn == 1 else ("reversed", "reinstated")[turn % 2]
    posting.must(posting.kind == kind, f"should be {kind}")
    people = {referee} if side == "referee" else ledgers.friends_of(referee)
    posting.must(any(ledgers.may_be_in(who, posting.row["account"]) for who in people), f"is of {people}")
    _turn(posting, thanks, side, turn)


def _turn(posting: Posting, thanks: Thanks, side: str, turn: int) -> None:
    """What is given first is a bonus; later that comes and goes as what an order earned does."""
    account = posting.account
    if turn == 1:
        bonus = posting.terms.bonus(side)
        posting.must(bonus, "is given, and the shop gives nothing")
        points, lot = _clipped(posting, bonus), posting.terms.lot(posting.today)
        thanks.first(side, points, lot, posting.place)
        account.earned += points
        account.put({lot: points}, fills_debt=True)
        return
    given = thanks.given[side]
    posting.must(given.earned, "turns what is nothing")
    if turn % 2:
        given.give_back(account, given.taken_back, posting.today, posting.grace, posting.place)
    else:
        given.take_back(account, given.earned, posting.today, forgives=posting.terms.forgives)


def _ripen(ledgers: Ledgers, posting: Posting) -> None:
    account = posting.account
    if posting.key[1] == "DELIVERED":
        _deliver(ledgers, posting)
        return
    ripe = {where: amount for where, amount in account.pending.items() if where[:10] <= posting.today}
    posting.must(ripe, "ripens nothing")
    _let_ripen(account, ripe)


def _let_ripen(account: Account, ripe: Mapping[str, int]) -> None:
    lots: Counter[str] = Counter()
    for where, amount in ripe.items():
        _wait(account, where, -amount)
        lots[where.partition("/")[2]] += amount
    account.put(lots, fills_debt=True)


def _wait(account: Account, where: str, amount: int) -> None:
    on, _, lot = where.partition("/")
    account.wait(on, lot, amount)


def _deliver(ledgers: Ledgers, posting: Posting) -> None:
    order_id = posting.row["cause"]
    order, earning = ledgers.told.get((order_id, posting.fact("version"))), ledgers.earnings.get(order_id)
    if order is None or earning is None or earning.ripens is None or not order.get("delivered_at"):
        posting.wrong.append("is delivered, and nothing waits for that")
        return
    posting.must(not earning.is_delivered, "is delivered twice")
    ripens, where = posting.terms.ripens_on(order, posting.today), f"{earning.ripens}/{earning.lot}"
    waiting = min(earning.earned - earning.taken_back, posting.account.pending.get(where, 0))
    earning.is_delivered = True
    if ripens:
        posting.account.wait(earning.ripens, earning.lot, -waiting)
        posting.account.wait(ripens, max(earning.lot, ripens), waiting)
        moved = max(earning.lot, ripens)
        for piece in earning.stands:
            piece.lot = moved if piece.lot == earning.lot else piece.lot
        earning.lot = moved
    else:
        _let_ripen(posting.account, {where: waiting} if waiting else {})
    earning.ripens = ripens


def _money(currency: str, amount: int) -> int:
    return amount if currency == SHOP_CURRENCY else 0


# --- tiers -----------------------------------------------------------------------------------------------------------


def deserved(account: Account, day: str, terms: Terms, *, as_of: str = NEVER) -> str:
    """The tier that is reached on a day by what was posted up to another."""
    first, last = terms.first_month(day), day[:7]
    counted = [one for one in account.merits if first <= one.month <= last and one.posted <= as_of]
    return terms.tier_at(sum(getattr(one, terms.tier_by) for one in counted))


def _count(posting: Posting, placed: str, points: int, money: int, orders: int) -> None:
    """Let something count towards the tier: up at once; down at once too if this very amount takes it away."""
    account, terms, today = posting.account, posting.terms, posting.today
    if not {"points": points, "money": money, "orders": orders}[terms.tier_by]:
        return
    before = deserved(account, today, terms)
    account.merits.append(Merit(today, min(placed, today)[:7], points, money, orders))
    now = deserved(account, today, terms)
    current = terms.rank(account.tier or "")
    is_up = terms.rank(now) > current
    is_taken = terms.rank(now) < terms.rank(before) and terms.rank(before) >= current
    if is_up or is_taken:
        account.tier = now


def _review(_: Ledgers, posting: Posting) -> None:
    account, terms = posting.account, posting.terms
    now = deserved(account, posting.today, terms)
    if terms.rank(now) < terms.rank(account.tier or ""):
        _lose_by_time(posting, account)
    posting.must(now != account.tier, "changes no tier")
    account.tier = now


def _lose_by_time(posting: Posting, account: Account) -> None:
    terms = posting.terms
    begin = (datetime.fromisoformat(posting.today) - timedelta(days=terms.tier_grace)).date().isoformat()
    then = deserved(account, begin, terms, as_of=begin)
    posting.must(terms.rank(then) < terms.rank(account.tier or ""), "the tier is lost before its grace is over")


# --- spending --------------------------------------------------------------------------------------------------------


def _hold(_: Ledgers, posting: Posting) -> None:
    account, amount = posting.account, posting.row["held"]
    posting.must(0 < amount <= account.available, f"holds {amount} of {account.available}")
    posting.must(len(account.holds) < _MOST_HOLDS, "is one hold too many")
    _must_spend_nothing_that_is_over(posting)
    minutes = posting.terms.hold_minutes(credit=posting.is_credit)
    until, ends = datetime.fromisoformat(posting.row["posted_at"]) + timedelta(minutes=minutes), posting.fact("until")
    # A second between the beginning of the request and its entry may be one of the next minute.
    fits = {(until + timedelta(seconds=seconds)).strftime(_MINUTES) for seconds in (58, 60)}
    posting.must(ends in fits, f"is held until {ends}")
    value = None if posting.is_credit else posting.terms.price(amount)
    posting.must(posting.fact("value") == value, f"is worth {posting.fact('value')}, not {value}")
    account.holds[posting.fact("hold")] = Hold(ends, account.take(amount), value)


def _capture(ledgers: Ledgers, posting: Posting) -> None:
    account, amount = posting.account, -posting.amount
    held = account.holds.pop(posting.fact("hold"), None)
    if held is None:
        posting.wrong.append("takes a hold that is not there")
        return
    posting.must(0 < amount <= held.amount, f"takes {amount} of {held.amount}")
    late = datetime.fromisoformat(posting.row["posted_at"]) - datetime.fromisoformat(held.until)
    posting.must(late < timedelta(minutes=1, seconds=2), f"takes a hold {late} after its end")
    if not posting.is_credit:
        value = held.value if amount == held.amount else posting.terms.price(amount)
        posting.must(posting.fact("value") == value, f"is worth {posting.fact('value')}, not {value}")
    spent = soonest(held.lots, amount)
    account.put_back(difference(held.lots, spent), posting.today, posting.grace, fills_debt=posting.fills_debt)
    account.spent += amount
    if order_id := posting.fact("order"):
        _spend_on(ledgers, posting, order_id, spent)


def _release(_: Ledgers, posting: Posting) -> None:
    held = posting.account.holds.pop(posting.fact("hold"), None)
    if held is None:
        posting.wrong.append("releases a hold that is not there")
        return
    ran_out = posting.row["posted_at"] >= held.until[:16]
    posting.must(ran_out or not posting.fact("ran_out"), "runs out before its time")
    posting.account.put_back(held.lots, posting.today, posting.grace, fills_debt=posting.fills_debt)


def _redeem(ledgers: Ledgers, posting: Posting) -> None:
    pk, sk = posting.key
    if sk.startswith("RESTORE#"):
        _settle_spending(ledgers, posting)
        return
    amount = -posting.amount
    posting.must(0 < amount <= posting.account.available, f"spends {amount} of {posting.account.available}")
    _must_spend_nothing_that_is_over(posting)
    taken = posting.account.take(amount)
    posting.account.spent += amount
    if pk.startswith("CLAIM#"):
        ledgers.claims[pk.removeprefix("CLAIM#")] = taken
        return
    value = posting.terms.price(amount)
    posting.must(posting.fact("value") == value, f"is worth {posting.fact('value')}, not {value}")
    if order_id := posting.fact("order"):
        _spend_on(ledgers, posting, order_id, taken)


def _must_spend_nothing_that_is_over(posting: Posting) -> None:
    over = lots_over(posting.account, posting.terms, posting.today, is_credit=posting.is_credit)
    posting.must(not over, f"spends while {over} is over")


def _restore(ledgers: Ledgers, posting: Posting) -> None:
    pk, sk = posting.key
    if sk.startswith("RESTORE#"):
        _settle_spending(ledgers, posting)
        return
    lots = ledgers.claims.pop(pk.removeprefix("CLAIM#"), None)
    posting.must(lots is not None, "gives back a claim that nobody made, or twice")
    posting.account.spent -= sum((lots or {}).values())
    posting.account.put_back(lots or {}, posting.today, posting.grace, fills_debt=posting.fills_debt)


def _spend_on(ledgers: Ledgers, posting: Posting, order_id: str, lots: Mapping[str, int]) -> None:
    spending = ledgers.spendings.setdefault(order_id, {}).setdefault(posting.row["account"], Spending())
    spending.spent.update(lots)


def _settle_spending(ledgers: Ledgers, posting: Posting) -> None:
    """What paid for an order follows its money."""
    order_id = posting.key[0].removeprefix("ORDER#")
    version, (_, _, number, name) = posting.fact("version"), posting.key[1].split("#", 3)
    order, spending = ledgers.told.get((order_id, version)), ledgers.spendings.get(order_id, {}).get(name)
    if order is None or spending is None:
        posting.wrong.append(f"gives {name} back what it never spent")
        return
    # Of one version again only what was spent since it was settled.
    posting.must(version >= spending.settled, f"settles version {version} after {spending.settled}")
    posting.must(int(number) == spending.settlements, f"is settlement {number}, not {spending.settlements}")
    spending.settlements += 1
    who, account = name.partition("#")[0], posting.row["account"].partition("#")[0]
    posting.must(ledgers.may_be_in(who, account), f"is {name}'s")
    amount = to_restore(spending.spent.total(), order) - spending.back.total()
    posting.must((amount < 0) is (posting.kind == "redeemed"), f"should give back {amount}")
    spending.settled = version
    if amount >= 0:
        of = latest(difference(spending.spent, spending.back), amount)
        spending.back.update(of)
        posting.account.put_back(of, posting.today, posting.grace, fills_debt=posting.fills_debt)
    else:
        of = {day: -part for day, part in latest(spending.back, -amount).items()}
        spending.back.update(of)
        posting.account.owed += -amount - sum(posting.account.take(-amount).values())
    posting.account.spent -= amount
    posting.must((posting.fact("of") or {}) == of, f"says of {posting.fact('of')}, should be {of}")


# --- what staff and time do ------------------------------------------------------------------------------------------


def _adjust(_: Ledgers, posting: Posting) -> None:
    account, points = posting.account, posting.amount
    if points > 0:
        account.put({posting.terms.lot(posting.today): points}, fills_debt=posting.terms.fills_debt)
        return
    posting.must(points and account.available >= -points, f"takes {-points} of {account.available}")
    account.take(-points)


def _issue(_: Ledgers, posting: Posting) -> None:
    given = [day for day, part in (posting.row.get("lots") or {}).items() if part > 0]
    lot = posting.terms.credit_lot(posting.today)
    # Staff may name a last day; it is in no fact, so any day that is to come will do.
    posting.must(not given or given == [lot] or posting.today <= given[0] < NEVER, f"falls into {given}, not {lot}")
    posting.account.put({given[0] if given else lot: posting.amount}, fills_debt=True)


def _revoke(_: Ledgers, posting: Posting) -> None:
    available = posting.account.available
    posting.must(0 < -posting.amount <= available, f"takes {-posting.amount} of {available}")
    posting.account.take(-posting.amount)


def _expire(_: Ledgers, posting: Posting) -> None:
    account, today = posting.account, posting.today
    over = lots_over(account, posting.terms, today, is_credit=posting.is_credit)
    posting.must(over, "expires nothing")
    for day, amount in sorted(over.items())[:1]:
        account.expiries.append((posting.place, day, amount))
        account.expired += amount
        account.take_of(day, amount)


def lots_over(account: Account, terms: Terms, today: str, *, is_credit: bool) -> dict[str, int]:
    """The lots whose last day is over. No idleness ends credit."""
    active_on = None if is_credit else account.active_on
    return {day: amount for day, amount in account.lots.items() if terms.last_day(day, active_on) < today}


# --- the end ---------------------------------------------------------------------------------------------------------


def _void(_: Ledgers, posting: Posting) -> None:
    posting.account.empty()


def _merge_out(ledgers: Ledgers, posting: Posting) -> None:
    ledgers.leaving[posting.row["account"]] = posting.account.copy()
    posting.account.empty()


def _merge_in(ledgers: Ledgers, posting: Posting) -> None:
    """Everything that the other held and was, on top of what is there."""
    account, currency = posting.account, posting.row["account"].partition("#")[1:]
    other = ledgers.leaving.pop(posting.row["cause"] + "".join(currency), None)
    if other is None:
        posting.wrong.append("takes over somebody who has not left")
        return
    alone = account.copy()
    account.owed += other.owed
    account.put(other.lots, fills_debt=False)
    if posting.fills_debt:
        filled = account.take(account.owed)
        account.owed -= sum(filled.values())
    for where, amount in other.pending.items():
        _wait(account, where, amount)
    account.holds |= other.holds
    account.earned, account.spent = account.earned + other.earned, account.spent + other.spent
    account.expired += other.expired
    account.written_off.update(other.written_off)
    account.expiries += other.expiries
    account.gains += other.gains
    account.merits += other.merits
    account.active_on = max(account.active_on or "", other.active_on or "") or None
    if not posting.is_credit:
        ledgers.friends.joined[posting.row["cause"]] = posting.row["account"], posting.row["seq"]
        account.tier = _tier_of_both(posting, alone, other)


def _tier_of_both(posting: Posting, one: Account, other: Account) -> str:
    """The higher of the two, or what they reach together; a tier whose grace is over may be found out now."""
    terms, now = posting.terms, deserved(posting.account, posting.today, posting.terms)
    higher = max(one, other, key=lambda account: terms.rank(account.tier or ""))
    if posting.row["tier"] == now and terms.rank(now) < terms.rank(higher.tier or ""):
        _lose_by_time(posting, higher)
        return now
    return max(now, higher.tier or "", key=terms.rank)


_KINDS: Final[Mapping[str, Callable[[Ledgers, Posting], None]]] = {
    "earned": _earn,
    "ripened": _ripen,
    "reversed": _settle,
    "reinstated": _settle,
    "held": _hold,
    "captured": _capture,
    "released": _release,
    "redeemed": _redeem,
    "restored": _restore,
    "adjusted": _adjust,
    "expired": _expire,
    "reviewed": _review,
    "issued": _issue,
    "revoked": _revoke,
    "merged_in": _merge_in,
    "merged_out": _merge_out,
    "voided": _void,
}
