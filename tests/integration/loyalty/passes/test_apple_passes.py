"""Apple's passes: the package that a customer gets, verified by other code than made it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.roles import Role
from tests.harness.pass_keys import PASS_TYPE, TEAM, apple_pem, pass_certificate
from tests.integration.loyalty.cards import issue, number_of, replace
from tests.integration.loyalty.catalogue import reward
from tests.integration.loyalty.passes.wallets import PKPASS, give, opened, openssl, said_by, take, verified
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, call, hear, order, registration

Clock = Callable[[str], None]


def test_openssl_verifies_the_signature_of_the_manifest_up_to_the_root(tmp_path: Path) -> None:
    give("apple")
    hear(registration())
    files = opened(take("apple"))
    done = verified(tmp_path, files["manifest.json"], files["signature"])
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "verified").read_bytes() == files["manifest.json"]
    printed = openssl(tmp_path, "cms", "-cmsout", "-print", "-inform", "DER", "-in", "signature").stdout
    assert "signingTime" in printed
    assert "eContent: <ABSENT>" in printed
    for name in (f"Pass Type ID: {PASS_TYPE}", "Relations of the tests"):
        assert f"CN={name}" in printed.replace(" = ", "=")


def test_openssl_refuses_another_manifest(tmp_path: Path) -> None:
    give("apple")
    hear(registration())
    files = opened(take("apple"))
    assert verified(tmp_path, files["manifest.json"] + b" ", files["signature"]).returncode != 0


def test_a_pass_shows_all_of_the_card(set_clock: Clock) -> None:
    give("apple")
    set_programme(
        time_zone="America/New_York",
        tiers={
            "rungs": [
                {"tier": "bronze", "threshold": 0},
                {"tier": "silver", "threshold": 100, "name": "Étoile ✨ 銀"},
            ]
        },
    )
    set_clock("2026-02-02T03:00:00+00:00")
    hear(registration(), order())
    reward(name="Ein Becher für Zoë ☕", points=400)
    number = replace(number_of(), expires_on="2026-06-30").json["number"]
    assert said_by(take("apple")) == {
        "formatVersion": 1,
        "passTypeIdentifier": PASS_TYPE,
        "teamIdentifier": TEAM,
        "serialNumber": ADA,
        "organizationName": "our shop",
        "description": "Loyalty card · our shop",
        "logoText": "our shop",
        "foregroundColor": "rgb(255, 255, 255)",
        "labelColor": "rgb(255, 255, 255)",
        "backgroundColor": "rgb(31, 41, 55)",
        "sharingProhibited": True,
        "barcodes": [
            {"format": "PKBarcodeFormatQR", "message": number, "messageEncoding": "iso-8859-1", "altText": number}
        ],
        "storeCard": {
            "headerFields": [{"key": "points", "label": "Points", "value": 293, "numberStyle": "PKNumberStyleDecimal"}],
            "secondaryFields": [
                {"key": "tier", "label": "Tier", "value": "Étoile ✨ 銀"},
                # In New York it is still the day before.
                day("made_on", "As of", "2026-02-01"),
            ],
            "auxiliaryFields": [
                {"key": "next_reward", "label": "Next reward", "value": "Ein Becher für Zoë ☕"},
                {"key": "missing", "label": "Points missing", "value": 107, "numberStyle": "PKNumberStyleDecimal"},
            ],
            "backFields": [
                {"key": "number", "label": "Card number", "value": number},
                day("member_since", "Member since", "2026-01-31"),
            ],
        },
        # The card is good through 30 June in New York.
        "expirationDate": "2026-07-01T04:00:00Z",
    }


def day(key: str, label: str, value: str) -> dict[str, Any]:
    return {
        "key": key,
        "label": label,
        "value": f"{value}T00:00:00Z",
        "dateStyle": "PKDateStyleMedium",
        "ignoresTimeZone": True,
    }


def test_a_pass_without_a_next_reward_or_a_last_day_leaves_them_out() -> None:
    give("apple")
    hear(registration())
    said = said_by(take("apple"))
    assert said["storeCard"]["auxiliaryFields"] == []
    assert "expirationDate" not in said


@pytest.mark.parametrize(("query", "format_"), [("", "QR"), ("?form=qr", "QR"), ("?form=code128", "Code128")])
def test_the_barcode_is_the_one_that_is_asked_for(query: str, format_: str) -> None:
    give("apple")
    hear(order())
    issue({"number": "SHOP-00417"})
    [barcode] = said_by(take("apple", query=query))["barcodes"]
    assert (barcode["format"], barcode["message"]) == (f"PKBarcodeFormat{format_}", "SHOP-00417")


def test_a_pass_never_asks_for_a_newer_one() -> None:
    give("apple")
    hear(registration())
    assert not {"webServiceURL", "authenticationToken"} & set(said_by(take("apple")))


def test_a_later_pass_takes_the_place_of_the_one_before_also_after_a_replacement() -> None:
    give("apple")
    hear(registration())
    first = said_by(take("apple"))
    replace(number_of())
    second = said_by(take("apple"))
    assert first["barcodes"] != second["barcodes"]
    name = ("passTypeIdentifier", "serialNumber")
    assert [first[each] for each in name] == [second[each] for each in name]


def test_equal_cards_give_equal_bytes_but_for_the_signature(set_clock: Clock) -> None:
    give("apple")
    hear(registration())
    set_clock("2026-02-02T03:00:00+00:00")
    first, second = opened(take("apple")), opened(take("apple", by=ADA))
    assert list(first) == list(second)
    assert [first.pop("signature"), second.pop("signature")]
    assert first == second


def test_a_package_has_an_icon_in_three_sizes() -> None:
    give("apple")
    hear(registration())
    assert {"icon.png", "icon@2x.png", "icon@3x.png"} <= set(opened(take("apple")))


def test_a_phone_is_told_what_it_gets_and_nobody_keeps_it() -> None:
    give("apple")
    hear(registration())
    answer = take("apple")
    wanted = {
        "Content-Type": PKPASS,
        "Content-Disposition": 'attachment; filename="card.pkpass"',
        "Cache-Control": "no-store",
    }
    assert {name: answer.headers[name] for name in wanted} == wanted


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", f"text/html, {PKPASS}", "application/*"])
def test_a_request_that_gets_no_bytes_from_the_gateway_is_told_why(accept: str | None) -> None:
    give("apple")
    hear(registration())
    headers = {"Accept": accept} if accept else {}
    answer = call("GET", f"/api/customers/{ADA}/card/passes/apple", by=Role.SUPPORT, headers=headers)
    assert (answer.status, answer.json["type"], answer.json["media_type"]) == (406, "/problems/not-acceptable", PKPASS)


@pytest.mark.parametrize("accept", [f"{PKPASS}, */*;q=0.1", f"{PKPASS};q=0.9", PKPASS.upper()])
def test_a_request_may_accept_more(accept: str) -> None:
    give("apple")
    hear(registration())
    answer = call("GET", f"/api/customers/{ADA}/card/passes/apple", by=Role.SUPPORT, headers={"Accept": accept})
    assert said_by(answer)["serialNumber"] == ADA


def test_a_certificate_that_ends_stops_passes_until_there_is_another(set_clock: Clock, tmp_path: Path) -> None:
    hear(registration())
    set_clock("2026-02-02T03:00:00+00:00")
    give("apple", apple_pem(pass_certificate(until=datetime(2026, 2, 3, tzinfo=UTC))))
    assert take("apple").status == 200
    set_clock("2026-02-03T00:00:01+00:00")
    assert take("apple").json["type"] == "/problems/pass-not-signed"
    give("apple")
    files = opened(take("apple"))
    assert verified(tmp_path, files["manifest.json"], files["signature"]).returncode == 0
