"""The figures of docs/loyalty.md are those of the rules."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Final

import pytest

from infra.apps import ROOT
from loyalty.earning.models import Line, Member, OrderFacts
from loyalty.earning.rules import price
from loyalty.programme.models import Programme
from loyalty.programme.presets import CLASSIC, LADDER
from loyalty.programme.sense import check_sense, largest_return
from loyalty.programme.tiers import BRONZE, SILVER
from loyalty.programme.views import NewVersion
from shared.http import checked
from tests.simulation.loyalty.model.orders import to_take_back

PAGE: Final = (ROOT / "docs/loyalty.md").read_text(encoding="utf-8")
NOW: Final = datetime(2026, 12, 5, 17, tzinfo=UTC)
STEPS: Final = "**Steps, parts of a point, and gift cards.**"
# In the rows of the table: the amount, the gift card, and the tier.
ORDERS: Final = [(250, 0, BRONZE), (250, 0, SILVER), (1_050, 800, BRONZE)]


def example(beginning: str) -> str:
    """The first block after these words."""
    found = re.search(r"```\w+\n(.*?)```", PAGE[PAGE.index(beginning) :], re.DOTALL)
    assert found
    return found[1]


def of_yen(line: str) -> Programme:
    document = json.loads(line)
    return checked(Programme, {"currency": "JPY", **document})


def cells() -> list[list[int]]:
    """The points in the table below the two programmes in yen."""
    table = PAGE[PAGE.index("| an order | the first line") :].split("\n\n")[0].splitlines()[2:]
    return [[int(cell.split()[0]) for cell in row.strip("| ").split(" | ")[1:]] for row in table]


@pytest.mark.parametrize("place", [0, 1])
def test_the_points_of_the_programmes_in_yen_are_as_the_page_says(place: int) -> None:
    programme = of_yen(example(STEPS).splitlines()[place])
    earned = []
    for total, gift, tier in ORDERS:
        lines = (Line("card", "gift-cards", gift), Line("mug", "mugs", total - gift))
        facts = OrderFacts(total=total, currency="JPY", placed_at=NOW, lines=lines)
        earned.append(price(facts, Member(tier), programme).points)
    assert earned == [row[place] for row in cells()[:3]]


@pytest.mark.parametrize("place", [0, 1])
def test_the_refund_of_the_page_leaves_what_it_says(place: int) -> None:
    """As the simulation's model works it out; tests/integration/loyalty/orders/test_steps.py has the same figures."""
    earning = json.loads(example(STEPS).splitlines()[place])["earning"]
    earned, refund = cells()[0][place], Fraction(200, 250)
    gone = to_take_back(earned, refund, (250, earning["step"]) if "step" in earning else None)
    assert earned - gone == cells()[3][place]


def test_the_page_says_what_the_presets_give_back_at_most() -> None:
    said = re.search(r"Classic\s+gives back (\d+) % at most, ladder (\d+) %", PAGE)
    assert said
    assert [int(percent) for percent in said.groups()] == [largest_return(made) * 100 for made in (CLASSIC, LADDER)]


def test_the_document_of_the_page_makes_sense() -> None:
    check_sense(checked(NewVersion, json.loads(example("The file `programme.json`"))).programme)


def test_the_document_of_the_page_earns_what_it_says() -> None:
    new = checked(NewVersion, json.loads(example("The file `programme.json`")))
    asked: dict[str, Any] = json.loads(example("**Try it.**").split("\n", 1)[1])
    order = asked["order"]
    lines = tuple(Line(line["product_id"], line["category"], line["amount"]) for line in order.pop("lines"))
    order["placed_at"] = datetime.fromisoformat(order["placed_at"])
    earned = price(OrderFacts(**order, currency="USD", lines=lines), Member(SILVER), new.programme)
    said = re.search(r"order earns (\d+) points: `base` (\d+), `tier` (\d+), `mugs-in-december` (\d+)", PAGE)
    assert said
    assert [earned.points, *(part.points for part in earned.parts)] == [int(number) for number in said.groups()]
