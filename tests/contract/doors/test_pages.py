"""No list of any service ends with an empty page."""

from __future__ import annotations

from typing import Any

import pytest

from shared.http.endpoint import Endpoint
from tests.contract.doors.knocking import somebody, url_of
from tests.contract.doors.test_forged_cursors import PAGED
from tests.harness.house import House


@pytest.mark.parametrize("endpoint", PAGED, ids=lambda each: each.key)
def test_a_list_of_full_pages_ends_with_the_last(town: tuple[House, dict[str, str]], endpoint: Endpoint) -> None:
    house, values = town

    def asked(limit: int, cursor: str | None = None) -> Any:
        url = f"{url_of(endpoint, values)}?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        return house.call("GET", url, by=somebody(endpoint, values)).json

    everything = asked(100)
    rows = len(everything["data"])
    assert rows > 0, "nothing to page through"
    assert everything["next_cursor"] is None
    assert asked(rows)["next_cursor"] is None
    sizes, cursor = [], None
    while len(sizes) <= rows:
        page = asked(1, cursor)
        sizes.append(len(page["data"]))
        if (cursor := page["next_cursor"]) is None:
            break
    assert sizes == [1] * rows
