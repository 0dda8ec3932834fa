"""The arguments of `make run`, and what it invites to at its end."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from infra import run


def chosen(monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    monkeypatch.setattr(sys, "argv", ["make run", *words])
    return run._arguments()


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("1", 1), ("300", 300), ("all", None)])
def test_customers_is_a_number_or_all(monkeypatch: pytest.MonkeyPatch, text: str, number: int | None) -> None:
    assert chosen(monkeypatch, "--customers", text).customers == number


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--customers", "-1"), "customers"),
        (("--customers", "many"), "CUSTOMERS is a number"),
        (("--customers", "1.5"), "CUSTOMERS is a number"),
        (("--customers", "0", "--leave"), "nothing to replay"),
        (("--port", "65535"), "PORT is a number"),
    ],
)
def test_what_cannot_be_run_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], why: str
) -> None:
    with pytest.raises(SystemExit) as refused:
        chosen(monkeypatch, *words)
    assert refused.value.code == 2
    assert why in capsys.readouterr().err


class Listing:
    """A storefront whose list of customers holds these."""

    def __init__(self, *customers: dict[str, Any]) -> None:
        self.customers = customers

    def get(self, *_: str) -> Any:
        return {"data": list(self.customers), "next_cursor": None}


def test_the_newest_registered_customer_is_shown_if_there_is_one() -> None:
    guest, ada = {"id": "cus_1", "registered": False}, {"id": "cus_2", "registered": True}
    assert run._some_customer(Listing(guest, ada)) == "cus_2"  # type: ignore[arg-type]
    assert run._some_customer(Listing(guest)) is None  # type: ignore[arg-type]
    assert run._some_customer(Listing()) is None  # type: ignore[arg-type]


def test_without_a_customer_no_call_names_one() -> None:
    url = "http://127.0.0.1:8080"
    assert not any("$CUSTOMER" in call for call in run._calls(url, with_customer=False))
    assert set(run._calls(url, with_customer=False)) < set(run._calls(url, with_customer=True))


@pytest.mark.parametrize(("customers", "does"), [(0, ["invites", "stays"]), (1, ["replays", "invites", "stays"])])
def test_without_customers_nothing_is_replayed(
    monkeypatch: pytest.MonkeyPatch, customers: int, does: list[str]
) -> None:
    done: list[str] = []
    stage = SimpleNamespace(base_url="http://127.0.0.1:8080", deployment=None)
    monkeypatch.setattr(run, "local_stage", lambda *_, **__: nullcontext(stage))
    monkeypatch.setattr(run, "remembered", nullcontext)
    for name, word in (("replay", "replays"), ("_invite", "invites"), ("_stay", "stays")):
        monkeypatch.setattr(run, name, lambda *_, word=word: done.append(word))
    run._serve([], chosen(monkeypatch, "--customers", str(customers)))
    assert done == does
