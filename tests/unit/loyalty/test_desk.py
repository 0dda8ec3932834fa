"""The desk's rules: bands of balances, and tables that hide no formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from itertools import pairwise

import pytest

from loyalty.desk.models import LedgerDayQuery
from loyalty.desk.tables import Cell, as_csv
from loyalty.points.rules import band_of


def test_bands_begin_at_one_two_and_five_of_each_power_of_ten() -> None:
    begins = [start * 10**zeros for zeros in range(6) for start in (1, 2, 5)]
    assert [band_of(balance) for balance in (-1, 0, *begins)] == list(range(len(begins) + 2))
    for begin, following in pairwise(begins):
        assert band_of(following - 1) == band_of(begin)


def test_bands_have_two_digits_for_every_balance_that_there_can_be() -> None:
    assert band_of(-(10**15)) == 0
    assert band_of(10**18) < 100


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_text_that_would_be_a_formula_begins_with_an_apostrophe(sign: str) -> None:
    [_, [cell]] = csv.reader(io.StringIO(as_csv(["reason"], [[f"{sign}1"]]), newline=""))
    assert cell == f"'{sign}1"


def test_a_page_of_the_longest_rows_fits_into_an_answer_of_lambda() -> None:
    [limit] = [each.le for each in LedgerDayQuery.model_fields["limit"].metadata if hasattr(each, "le")]
    emoji = "\U0001f600"
    longest: list[Cell] = [
        "cus_" + "9" * 26,
        *[-(10**15)] * 8,
        emoji * 128,
        "x" * 64,
        emoji * 200,
        *["staff:" + "x" * 128] * 2,
    ]
    table = as_csv(["x"] * len(longest), [longest] * limit)
    assert len(json.dumps({"body": table})) < 6 * 1024 * 1024


def test_other_cells_are_as_they_are() -> None:
    table = as_csv(["a", "b"], [[-5, None], [date(2026, 1, 31), "a=1, 'b' and \"c\""]])
    assert table == 'a,b\r\n-5,\r\n2026-01-31,"a=1, \'b\' and ""c"""\r\n'
