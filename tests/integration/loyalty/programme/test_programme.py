"""The programme over HTTP: versions, races, what is refused; and how a process remembers which is in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.client import BaseClient

from loyalty.programme import store
from loyalty.programme.items import PARTITION, StoredVersion
from loyalty.programme.models import Programme
from loyalty.programme.presets import CLASSIC, LADDER
from loyalty.programme.usecases import current_programme, forget_cached_programme
from loyalty.settings import LoyaltySettings, Preset
from shared import clock
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty.shop import call, get

URL = "/api/loyalty/programme"
NOW = "2026-11-22T12:00:00+00:00"
GENEROUS = {"currency": "USD", "earning": {"points_per_unit": 20}}

Clock = Callable[[str], None]


@pytest.fixture(autouse=True)
def noon(set_clock: Clock) -> None:
    set_clock(NOW)


@pytest.fixture
def set_settings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Deploys the stack with other settings."""

    def to(**changed: Any) -> None:
        settings = LoyaltySettings.read().model_copy(update=changed)
        monkeypatch.setattr(LoyaltySettings, "read", lambda: settings)
        forget_cached_programme()

    return to


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls of DynamoDB that were made, as a list that grows."""
    made: list[str] = []
    call = BaseClient._make_api_call

    def call_and_note(client: BaseClient, name: str, sent: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            made.append(name)
        return call(client, name, sent)

    monkeypatch.setattr(BaseClient, "_make_api_call", call_and_note)
    return made


def put(programme: Any, *, at: int | None = 0, by: Role = Role.ADMIN, **more: Any) -> Answer:
    """PUT the programme, having read version `at`."""
    headers = {} if at is None else {"If-Match": f'"{at}"'}
    return call("PUT", URL, {"programme": programme, **more}, by=by, headers=headers)


def rate() -> int:
    """Points a unit of money, as a process that remembers goes by now."""
    return current_programme(clock.now()).programme.earning.points_per_unit


def refused(answer: Answer) -> tuple[int, list[str]]:
    return answer.status, [error["field"] for error in answer.json.get("errors", [])]


def test_until_one_is_stored_the_stacks_preset_is_in_force(set_settings: Callable[..., None]) -> None:
    answer = get(URL)
    assert (answer.status, answer.headers["ETag"]) == (200, '"0"')
    assert (answer.json["version"], answer.json["newest"]) == (0, 0)
    assert Programme.model_validate(answer.json["programme"]) == CLASSIC
    set_settings(preset=Preset.LADDER, currency="JPY", time_zone="Asia/Tokyo")
    programme = get(URL).json["programme"]
    assert (programme["currency"], programme["time_zone"]) == ("JPY", "Asia/Tokyo")
    assert programme["redeeming"]["ladder"][0] == {"points": 100, "value": 10}


def test_a_new_version_replaces_the_whole_programme_at_once() -> None:
    assert rate() == 10
    answer = put(GENEROUS, note="Double points for everyone")
    assert (answer.status, answer.headers["ETag"]) == (200, '"1"')
    assert {name: answer.json[name] for name in answer.json if name != "programme"} == {
        "version": 1,
        "effective_from": "2026-11-22T12:00:00Z",
        "created_at": "2026-11-22T12:00:00Z",
        "created_by": "staff:test-admin",
        "note": "Double points for everyone",
    }
    assert rate() == 20
    assert put({"expiry": {"mode": "never"}}, at=1).json["programme"]["earning"]["points_per_unit"] == 10
    assert (rate(), get(URL).json["version"]) == (10, 2)


def test_a_version_to_come_acts_on_its_moment_without_a_read(set_clock: Clock, queries: list[str]) -> None:
    put(GENEROUS, effective_from="2026-11-22T12:00:30+00:00")
    assert (rate(), get(URL).json["version"], get(URL).headers["ETag"]) == (10, 0, '"1"')
    queries.clear()
    set_clock("2026-11-22T12:00:29.999999+00:00")
    assert (rate(), current_programme(clock.now()).version) == (10, 0)
    set_clock("2026-11-22T12:00:30+00:00")
    assert (rate(), current_programme(clock.now()).version) == (20, 1)
    assert queries == []


def test_what_is_in_force_is_read_once_a_minute(queries: list[str], set_clock: Clock) -> None:
    for _ in range(5):
        rate()
    assert queries == ["Query"]
    set_clock("2026-11-22T12:00:59+00:00")
    rate()
    assert queries == ["Query"]
    for moment in ("2026-11-22T12:01:00+00:00", "2027-11-22T12:00:00+00:00", "2026-01-01T00:00:00+00:00"):
        set_clock(moment)
        rate()
        rate()
    assert queries == ["Query"] * 4


def test_another_process_goes_by_the_version_before_for_at_most_a_minute(set_clock: Clock) -> None:
    assert rate() == 10
    stored = StoredVersion(PARTITION, "VERSION#000001", document=LADDER.model_dump_json(), created_by="staff:eve")
    stored.effective_from = stored.created_at = clock.now()
    stored.save()
    assert rate() == 10
    set_clock("2026-11-22T12:01:00+00:00")
    assert rate() == 1


def test_one_query_finds_the_one_in_force_among_those_to_come(queries: list[str]) -> None:
    for number in range(4):
        put({"earning": {"points_per_unit": 11 + number}}, at=number, effective_from=later(days=number))
    queries.clear()
    assert [rate(), rate()] == [11, 11]
    assert queries == ["Query"]
    assert [version.number for version in store.in_force_and_to_come(clock.now())] == [4, 3, 2, 1]


def later(**time: float) -> str:
    return (datetime.fromisoformat(NOW) + timedelta(**time)).isoformat()


def test_many_versions_to_come_are_all_remembered() -> None:
    for number in range(7):
        put({"earning": {"points_per_unit": 11 + number}}, at=number, effective_from=later(seconds=number))
    moments = [clock.now() + timedelta(seconds=second) for second in range(9)]
    found = [current_programme(moment).programme.earning.points_per_unit for moment in moments]
    assert found == [11, 12, 13, 14, 15, 16, 17, 17, 17]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"programme": {"earning": {"rounding": "sideways"}}}, ["programme.earning.rounding"]),
        ({"programme": {"tiers": {"rungs": []}}}, ["programme.tiers.rungs"]),
        ({"programme": {"currency": "EUR"}}, ["programme.currency"]),
        ({"programme": {"redeeming": {"flat": {"points": 1, "value": 100}}}}, ["programme.redeeming.flat"]),
        (
            {"programme": {"redeeming": {"ladder": [{"points": 9, "value": 1}], "smallest": 10}}},
            ["programme.redeeming.smallest"],
        ),
        ({"programme": {}, "effective_from": "2026-11-22T11:58:59Z"}, ["effective_from"]),
        ({"programme": {}, "effective_from": "2027-12-01T00:00:00Z"}, ["effective_from"]),
        ({"programme": {}, "effective_from": "2026-12-01T00:00:00"}, ["effective_from"]),
        ({"programme": {}, "note": " "}, ["note"]),
        ({"programme": {}, "remark": "x"}, ["remark"]),
        ({}, ["programme"]),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_and_nothing_is_stored(body: dict[str, Any], fields: list[str]) -> None:
    answer = call("PUT", URL, body, by=Role.ADMIN, headers={"If-Match": '"0"'})
    assert refused(answer) == (422, fields)
    assert store.newest_version() is None


def test_the_currency_is_that_of_the_stack(set_settings: Callable[..., None]) -> None:
    set_settings(currency="EUR")
    assert refused(put(GENEROUS)) == (422, ["programme.currency"])
    assert put({**GENEROUS, "currency": "EUR"}).status == 200


def test_a_version_of_before_these_checks_stays_in_force_and_readable() -> None:
    unwise = Programme.model_validate({"redeeming": {"flat": {"points": 1, "value": 100}}})
    stored = StoredVersion(PARTITION, "VERSION#000001", document=unwise.model_dump_json(), created_by="staff:eve")
    stored.effective_from = stored.created_at = clock.now()
    stored.save()
    for path in (URL, f"{URL}/versions/1"):
        assert Programme.model_validate(get(path).json["programme"]) == unwise
    assert current_programme(clock.now()).programme == unwise
    assert refused(put(get(URL).json["programme"], at=1)) == (422, ["programme.redeeming.flat"])


def test_a_refusal_says_why(set_settings: Callable[..., None]) -> None:
    set_settings(currency="JPY")
    [error] = put({"currency": "JPY", "redeeming": {"flat": {"points": 100, "value": 100}}}).json["errors"]
    assert error["message"].startswith("Points would give back more than orders take: up to 1,500 % of the money")
    assert put({"currency": "JPY"}).json["programme"]["redeeming"]["flat"] == {"points": 100, "value": 1}


def test_a_newer_version_takes_the_place_of_one_to_come() -> None:
    put(GENEROUS, effective_from=later(days=7))
    assert put({}, at=1).status == 200
    week_on = datetime.fromisoformat(later(days=7))
    assert (current_programme(week_on).version, current_programme(week_on).programme) == (2, CLASSIC)


def test_a_change_names_the_version_that_it_changes() -> None:
    assert put(GENEROUS, at=None).status == 428
    assert put(GENEROUS, at=1).status == 412
    assert put(GENEROUS, at=0).status == 200
    assert put(GENEROUS, at=0).status == 412
    assert put(GENEROUS, at=2).status == 412


def test_of_two_changes_at_once_one_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    read = store.newest_version
    answers: list[int] = []

    def let_the_other_in() -> StoredVersion | None:
        newest = read()
        monkeypatch.setattr(store, "newest_version", read)
        answers.append(put({"earning": {"points_per_unit": 30}}).status)
        return newest

    monkeypatch.setattr(store, "newest_version", let_the_other_in)
    answers.append(put(GENEROUS).status)
    assert answers == [200, 412]
    assert (rate(), [version.number for version in store.newest_first(limit=9)]) == (30, [1])


def test_versions_are_listed_newest_first_a_page_at_a_time() -> None:
    for number in range(3):
        put({}, at=number, note=f"No. {number + 1}")
    first = get(f"{URL}/versions?limit=2").json
    assert [(row["version"], row["note"]) for row in first["data"]] == [(3, "No. 3"), (2, "No. 2")]
    assert "programme" not in first["data"][0]
    second = get(f"{URL}/versions?limit=2&cursor={first['next_cursor']}").json
    assert ([row["version"] for row in second["data"]], second["next_cursor"]) == ([1], None)


def test_a_version_is_read_as_it_was_put() -> None:
    put(GENEROUS)
    put({}, at=1)
    answer = get(f"{URL}/versions/1")
    assert (answer.json["programme"]["earning"]["points_per_unit"], answer.headers["ETag"]) == (20, '"1"')
    assert put(answer.json["programme"], at=2).json["programme"] == answer.json["programme"]
    assert get(f"{URL}/versions/4").status == 404
    assert [get(f"{URL}/versions/{number}").status for number in ("0", "x", "1000000")] == [422] * 3


@pytest.mark.parametrize("name", list(Preset))
def test_a_preset_can_be_put_as_it_is_read(name: Preset, set_settings: Callable[..., None]) -> None:
    set_settings(currency="BHD", time_zone="Asia/Bahrain")
    programme = get(f"/api/loyalty/presets/{name}").json["programme"]
    assert put(programme).json["programme"] == programme
    assert programme["time_zone"] == "Asia/Bahrain"


def test_there_are_no_other_presets() -> None:
    assert refused(get("/api/loyalty/presets/modern")) == (422, ["name"])


def test_staff_read_and_admins_change() -> None:
    for role in (Role.SUPPORT, Role.MARKETING, Role.COMPLIANCE, Role.STOREFRONT):
        assert put(GENEROUS, by=role).status == 403
    assert get(URL, by=Role.MARKETING).status == 200
    assert get(URL, by=Role.STOREFRONT).status == 403
