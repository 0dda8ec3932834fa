"""Passes of either wallet: who gets one, of which card, and what stops it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from loyalty.passes import usecases
from shared.events.customers import CustomersMerged
from shared.roles import STAFF_GROUPS, Role
from shared.runtime import aws, settings
from tests.harness.aws.gateway import Answer
from tests.harness.aws.ground import aws_client
from tests.harness.logs import captured_logs
from tests.harness.pass_keys import (
    apple_pem,
    google_json,
    intermediate,
    new_key,
    pass_certificate,
    private_pem,
    root,
)
from tests.integration.loyalty.cards import block, number_of, replace, unblock
from tests.integration.loyalty.passes.wallets import BOTH, give, give_both, said_by, saved_by, take
from tests.integration.loyalty.shop import ADA, BOB, erasure, hear, order, registration

each_wallet = pytest.mark.parametrize("wallet", BOTH)


@each_wallet
@pytest.mark.parametrize("by", [*sorted(STAFF_GROUPS), Role.STOREFRONT, ADA])
def test_staff_the_storefront_and_the_customer_get_it(wallet: str, by: Role | str) -> None:
    give_both()
    hear(registration())
    assert take(wallet, by=by).status == 200


@each_wallet
def test_nobody_gets_anothers(wallet: str) -> None:
    give_both()
    hear(registration(), registration(BOB))
    assert take(wallet, by=BOB).status == 403


@each_wallet
def test_a_shop_without_a_key_has_none(wallet: str) -> None:
    hear(registration())
    answer = take(wallet)
    assert (answer.status, answer.json["type"]) == (409, "/problems/passes-not-offered")
    give(wallet)
    assert take(wallet).status == 200


def test_a_shop_without_a_class_has_none_of_googles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_READ", {})
    monkeypatch.setenv("GOOGLE_CARD_CLASS", "")
    give_both()
    hear(registration())
    assert take("google").json["type"] == "/problems/passes-not-offered"
    assert take("apple").status == 200


@each_wallet
def test_a_guest_without_a_card_has_none(wallet: str) -> None:
    give_both()
    assert take(wallet).status == 404
    hear(order())
    assert take(wallet).status == 404


@each_wallet
@pytest.mark.parametrize("by", [Role.ADMIN, Role.STOREFRONT, ADA])
def test_a_blocked_card_has_none_until_it_is_unblocked(wallet: str, by: Role | str) -> None:
    give_both()
    hear(registration())
    block(number_of())
    answer = take(wallet, by=by)
    assert (answer.status, answer.json["type"], answer.json["card_status"]) == (
        409,
        "/problems/card-not-usable",
        "blocked",
    )
    unblock(number_of())
    assert take(wallet, by=by).status == 200


@each_wallet
def test_an_expired_card_has_none(wallet: str, set_clock: Callable[[str], None]) -> None:
    give_both()
    hear(registration())
    set_clock("2026-06-01T00:00:00+00:00")
    replace(number_of(), expires_on="2026-06-30")
    set_clock("2026-06-30T23:59:00+00:00")
    assert take(wallet).status == 200
    set_clock("2026-07-01T00:00:00+00:00")
    assert take(wallet).json["card_status"] == "expired"


@each_wallet
def test_an_erased_customer_has_none(wallet: str) -> None:
    give_both()
    hear(registration())
    assert take(wallet).status == 200
    hear(erasure())
    assert take(wallet).status == 404


@each_wallet
def test_the_id_of_a_merged_customer_leads_to_the_card_that_stayed(wallet: str) -> None:
    give_both()
    hear(registration(), registration(BOB))
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at=datetime.now(UTC)))
    shown = [of(take(wallet, customer_id=customer_id)) for customer_id in (ADA, BOB)]
    assert shown == [number_of(ADA)] * 2


def of(answer: Answer) -> str:
    """The number on a pass of either wallet."""
    if answer.content:
        number: str = said_by(answer)["barcodes"][0]["message"]
        return number
    [card] = saved_by(answer)["payload"]["loyaltyObjects"]
    return str(card["barcode"]["value"])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("Kundenkarte · Café Zoë 咖啡", "Punkte", "Stufe", "Stand", "Kartennummer", "Mitglied seit")),
        ("nl", ("Klantenkaart · Café Zoë 咖啡", "Punten", "Niveau", "Bijgewerkt", "Kaartnummer", "Lid sinds")),
    ],
)
def test_a_pass_speaks_the_shops_language_in_its_name_and_colours(
    language: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "_READ", {})
    for name, value in {"SHOP_NAME": "Café Zoë 咖啡", "CARD_COLOUR": "#0A0b0C", "CARD_TEXT_COLOUR": "#ffEE00"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CARD_LANGUAGE", language)
    give_both()
    hear(registration())
    said = said_by(take("apple"))
    parts = ("headerFields", "secondaryFields", "auxiliaryFields", "backFields")
    labels = [field["label"] for part in parts for field in said["storeCard"][part]]
    assert (said["description"], *labels) == words
    assert {said["organizationName"], said["logoText"]} == {"Café Zoë 咖啡"}
    colours = [said[f"{part}Color"] for part in ("background", "foreground", "label")]
    assert colours == ["rgb(10, 11, 12)", "rgb(255, 238, 0)", "rgb(255, 238, 0)"]
    [card] = saved_by(take("google"))["payload"]["loyaltyObjects"]
    assert card["loyaltyPoints"]["label"] == words[1]
    assert [module["header"] for module in card["textModulesData"]] == [words[5], words[3]]


@each_wallet
@pytest.mark.parametrize("query", ["?form=gif", "?form=qr&size=9", "?colour=red"])
def test_what_cannot_be_made_is_refused(wallet: str, query: str) -> None:
    give_both()
    hear(registration())
    assert take(wallet, query=query).status == 422


# --- keys ----------------------------------------------------------------------------------------------------------


@each_wallet
def test_a_good_key_is_read_once(wallet: str, monkeypatch: pytest.MonkeyPatch) -> None:
    give_both()
    hear(registration())
    assert take(wallet).status == 200
    monkeypatch.setattr(aws, "client", None)
    assert take(wallet).status == 200


def another() -> str:
    return private_pem(new_key("another"))


def elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def encrypted() -> str:
    key = pass_certificate().key
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()


def broken(pem: str) -> str:
    """The block with letters of it gone."""
    return pem.replace(pem.splitlines()[3], "")


def google(**facts: Any) -> str:
    return json.dumps(json.loads(google_json()) | facts)


APPLE: list[tuple[str, Callable[[], str]]] = [
    ("not_one_private_key", lambda: "the wrong file"),
    ("not_one_private_key", lambda: pass_certificate().pem + intermediate().pem),
    ("not_one_private_key", lambda: apple_pem() + another()),
    ("not_readable", lambda: broken(pass_certificate().key_pem) + pass_certificate().pem + intermediate().pem),
    ("not_readable", lambda: pass_certificate().key_pem + broken(pass_certificate().pem) + intermediate().pem),
    ("encrypted", lambda: encrypted() + pass_certificate().pem + intermediate().pem),
    ("not_rsa", lambda: elliptic() + pass_certificate().pem + intermediate().pem),
    ("no_certificate_of_the_key", lambda: another() + pass_certificate().pem + intermediate().pem),
    ("no_certificate_of_the_key", lambda: pass_certificate().key_pem),
    ("no_intermediate_certificate", lambda: pass_certificate().key_pem + pass_certificate().pem),
    ("no_intermediate_certificate", lambda: pass_certificate().key_pem + pass_certificate().pem + root().pem),
    ("not_a_pass_certificate", lambda: apple_pem(pass_certificate(user_id="com.example.shop"))),
    ("certificate_not_valid_now", lambda: apple_pem(pass_certificate(until=datetime(2021, 1, 1, tzinfo=UTC)))),
]
GOOGLE: list[tuple[str, Callable[[], str]]] = [
    ("not_readable", lambda: private_pem(new_key("another"))),
    ("not_a_service_account", lambda: "[]"),
    ("not_a_service_account", lambda: '"a text"'),
    ("not_a_service_account", lambda: google(client_email=None)),
    ("not_a_service_account", lambda: google(private_key="")),
    ("not_a_service_account", lambda: google(private_key={"a": 1})),
    ("not_readable", lambda: google(private_key=broken(another()))),
    ("encrypted", lambda: google(private_key=encrypted())),
    ("not_rsa", lambda: google(private_key=elliptic())),
]


@pytest.mark.parametrize(
    ("wallet", "why", "key"),
    [*(("apple", *each) for each in APPLE), *(("google", *each) for each in GOOGLE)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_key_raises_the_alarm_and_is_told_to_nobody(
    wallet: str, why: str, key: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    monkeypatch.setattr(usecases, "count", counted.append)
    value = key()
    give(wallet, value)
    hear(registration())
    with captured_logs() as lines:
        answer = take(wallet)
    assert (answer.status, answer.json["type"]) == (503, "/problems/pass-not-signed")
    assert counted == ["PassesNotSigned"]
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["wallet"], line["why"]) for line in logged if line["message"] == "pass not signed"] == [(wallet, why)]
    for shown in (answer.text, lines.getvalue()):
        assert not any(part in shown for part in parts_of(value))


def parts_of(value: str) -> set[str]:
    """What would give a part of a key away: every line of its text, and of the texts in it."""
    return {line for line in value.replace("\\n", "\n").splitlines() if len(line) > 20}


@each_wallet
def test_another_key_in_place_of_a_wrong_one_is_taken_at_once(wallet: str) -> None:
    give(wallet, "the wrong file")
    hear(registration())
    assert take(wallet).status == 503
    give(wallet)
    assert take(wallet).status == 200


@each_wallet
def test_a_key_that_was_stored_as_bytes_is_a_wrong_one(wallet: str) -> None:
    value = base64.b64encode(apple_pem().encode())
    aws_client("secretsmanager").put_secret_value(SecretId=f"{wallet}-pass-secret", SecretBinary=value)
    hear(registration())
    assert take(wallet).status == 503
