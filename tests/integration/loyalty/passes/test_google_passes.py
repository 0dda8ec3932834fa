"""Google's passes: the link that saves a card, read with the public key of the account that signed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import jwt
import pytest

from loyalty.passes import google
from loyalty.programme.tiers import BRONZE
from shared.runtime import settings
from tests.harness.pass_keys import ACCOUNT, google_json, new_key, public_pem
from tests.integration.loyalty.cards import issue, number_of, replace
from tests.integration.loyalty.catalogue import reward
from tests.integration.loyalty.passes.wallets import SAVE, give, saved_by, take
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, hear, order, registration

Clock = Callable[[str], None]
CLASS: Final = "3388000000012345678.card"
# Google's own figure.
SAFE: Final = 1_800


def card_in(answer: Any, bits: int = 2048) -> dict[str, Any]:
    [card] = saved_by(answer, bits)["payload"]["loyaltyObjects"]
    found: dict[str, Any] = card
    return found


def test_a_link_holds_all_of_the_card_signed_by_the_account(set_clock: Clock) -> None:
    give("google")
    set_programme(time_zone="America/New_York")
    set_clock("2026-02-02T03:00:00+00:00")
    hear(registration(), order())
    reward(name="Ein Becher für Zoë ☕", points=400)
    number = replace(number_of(), expires_on="2026-06-30").json["number"]
    answer = take("google")
    assert saved_by(answer) == {
        "iss": ACCOUNT,
        "aud": "google",
        "typ": "savetowallet",
        "iat": 1_770_001_200,
        "payload": {
            "loyaltyObjects": [
                {
                    "id": f"3388000000012345678.{number}",
                    "classId": CLASS,
                    "state": "ACTIVE",
                    "accountId": number,
                    "barcode": {"type": "QR_CODE", "value": number, "alternateText": number},
                    "loyaltyPoints": {"label": "Points", "balance": {"int": 293}},
                    "textModulesData": [
                        {"id": "next_reward", "header": "Next reward", "body": "Ein Becher für Zoë ☕"},
                        {"id": "missing", "header": "Points missing", "body": "107"},
                        {"id": "member_since", "header": "Member since", "body": "2026-01-31"},
                        {"id": "made_on", "header": "As of", "body": "2026-02-01"},
                    ],
                    "secondaryLoyaltyPoints": {"label": "Tier", "balance": {"string": "Bronze"}},
                    "validTimeInterval": {"end": {"date": "2026-07-01T04:00:00Z"}},
                }
            ]
        },
    }
    assert answer.json["object_id"] == f"3388000000012345678.{number}"


def test_another_key_does_not_verify_it() -> None:
    give("google")
    hear(registration())
    token = take("google").json["save_url"].removeprefix(SAVE)
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT"}
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, public_pem(new_key("another")).decode(), algorithms=["RS256"], audience="google")


def test_the_barcode_is_the_one_that_is_asked_for() -> None:
    give("google")
    hear(order())
    issue({"number": "SHOP-00417"})
    card = card_in(take("google", query="?form=code128"))
    assert card["barcode"] == {"type": "CODE_128", "value": "SHOP-00417", "alternateText": "SHOP-00417"}


def test_a_replaced_card_gets_a_pass_of_its_own() -> None:
    give("google")
    hear(registration())
    first = take("google").json["object_id"]
    replace(number_of())
    assert take("google").json["object_id"] != first


def test_equal_cards_give_equal_links(set_clock: Clock) -> None:
    give("google")
    hear(registration())
    set_clock("2026-02-02T03:00:00+00:00")
    assert take("google").json == take("google", by=ADA).json


@pytest.mark.parametrize(
    ("tier", "reward_name", "left_out"),
    [
        ("Gold", "A mug", set()),
        ("金" * 60, "杯" * 64, {"missing", "member_since", "next_reward"}),
        ("Gold", "杯" * 100, {"missing", "member_since"}),
    ],
)
def test_a_long_link_says_less(tier: str, reward_name: str, left_out: set[str]) -> None:
    give("google")
    set_programme(tiers={"rungs": [{"tier": BRONZE, "threshold": 0, "name": tier}]})
    hear(order())
    issue({"number": "A" * 32, "expires_on": "2060-12-31"})
    reward(name=reward_name, points=1_000_000)
    answer = take("google")
    assert len(answer.json["save_url"].removeprefix(SAVE)) <= SAFE
    card = card_in(answer)
    shown = {module["id"] for module in card["textModulesData"]}
    assert {"missing", "member_since", "next_reward", "made_on"} - shown == left_out
    assert card["secondaryLoyaltyPoints"]["balance"] == {"string": tier}


def test_the_longest_names_that_google_and_a_shop_can_give_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_READ", {})
    monkeypatch.setenv("GOOGLE_CARD_CLASS", f"{'9' * 20}.{'c' * 40}")
    monkeypatch.setenv("CARD_LANGUAGE", "it")
    # A name and a project of thirty letters each.
    give("google", google_json(4096).replace(ACCOUNT, f"{'a' * 30}@{'p' * 30}.iam.gserviceaccount.com"))
    hear(order())
    issue({"number": "A" * 32, "expires_on": "2060-12-31"})
    answer = take("google", query="?form=code128")
    assert len(answer.json["save_url"].removeprefix(SAVE)) <= SAFE
    assert card_in(answer, 4096)["accountId"] == "A" * 32


def test_a_key_that_no_link_has_room_for_is_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # A signature of 8,192 bits is that much longer than one of 2,048; to make such a key takes half a minute.
    monkeypatch.setattr(google, "SAFE_LENGTH", SAFE - (8192 - 2048) // 6)
    give("google")
    hear(registration())
    assert take("google").json["type"] == "/problems/pass-not-signed"


def test_a_longer_key_leaves_room_for_the_card_all_the_same() -> None:
    give("google", google_json(4096))
    set_programme(tiers={"rungs": [{"tier": BRONZE, "threshold": 0, "name": "金" * 60}]})
    hear(order())
    issue({"number": "A" * 32, "expires_on": "2060-12-31"})
    reward(name="杯" * 64, points=1_000_000)
    answer = take("google")
    assert len(answer.json["save_url"].removeprefix(SAVE)) <= SAFE
    card = card_in(answer, 4096)
    assert "secondaryLoyaltyPoints" not in card
    assert [module["id"] for module in card["textModulesData"]] == ["made_on"]
    assert (card["accountId"], card["loyaltyPoints"]["balance"]) == ("A" * 32, {"int": 293})
