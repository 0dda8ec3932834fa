"""What a pass of each wallet says: pass.json of Apple's package, and Google's loyalty object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from loyalty.members.pictures import PictureForm
from loyalty.passes.port import Look, PassCard

Json = dict[str, Any]

_APPLES: Final = {PictureForm.QR: "PKBarcodeFormatQR", PictureForm.CODE128: "PKBarcodeFormatCode128"}
_GOOGLES: Final = {PictureForm.QR: "QR_CODE", PictureForm.CODE128: "CODE_128"}
# The phone writes a number in its own way.
_NUMBER: Final = {"numberStyle": "PKNumberStyleDecimal"}
# What a long link of Google's leaves out, the first first. What is left always fits (the tests have the longest).
_LEFT_OUT: Final = ("missing", "member_since", "next_reward", "tier")
LEVELS: Final = len(_LEFT_OUT) + 1


@dataclass(frozen=True)
class PassType:
    """Whose passes the certificate signs, in Apple's words."""

    identifier: str
    team: str


def apple_pass(card: PassCard, look: Look, of: PassType) -> Json:
    """The pass.json of a store card.

    Its serial number is the customer's id: a pass that is made later takes the place of the one on the phone, also
    after the card was replaced.
    """
    made: Json = {
        "formatVersion": 1,
        "passTypeIdentifier": of.identifier,
        "teamIdentifier": of.team,
        "serialNumber": card.customer_id,
        "organizationName": look.shop,
        "description": f"{look.words.card} · {look.shop}",
        "logoText": look.shop,
        "foregroundColor": _rgb(look.foreground),
        "labelColor": _rgb(look.foreground),
        "backgroundColor": _rgb(look.background),
        # Whoever shows the number can use the points, so the phone offers no way to pass it on.
        "sharingProhibited": True,
        "barcodes": [
            {
                "format": _APPLES[card.form],
                "message": card.number,
                "messageEncoding": "iso-8859-1",
                "altText": card.number,
            }
        ],
        "storeCard": _fields(card, look),
    }
    if card.ends_at:
        made["expirationDate"] = f"{card.ends_at:%Y-%m-%dT%H:%M:%SZ}"
    return made


def google_object(card: PassCard, look: Look, class_id: str, *, level: int) -> Json:
    """The loyalty object of a card. A higher `level`, below LEVELS, says less, so that the link is shorter."""
    left_out, words = _LEFT_OUT[:level], look.words
    made: Json = {
        "id": object_id(card, class_id),
        "classId": class_id,
        "state": "ACTIVE",
        "accountId": card.number,
        "barcode": {"type": _GOOGLES[card.form], "value": card.number, "alternateText": card.number},
        "loyaltyPoints": {"label": words.points, "balance": {"int": card.balance}},
        "textModulesData": [
            {"id": name, "header": header, "body": body}
            for name, header, body in _modules(card, look)
            if name not in left_out
        ],
    }
    if "tier" not in left_out:
        made["secondaryLoyaltyPoints"] = {"label": words.tier, "balance": {"string": card.tier}}
    if card.ends_at:
        made["validTimeInterval"] = {"end": {"date": f"{card.ends_at:%Y-%m-%dT%H:%M:%SZ}"}}
    return made


def object_id(card: PassCard, class_id: str) -> str:
    """Google's id of a pass: the issuer's, and the card's number. So a replaced card gets a pass of its own."""
    return f"{class_id.partition('.')[0]}.{card.number}"


def _fields(card: PassCard, look: Look) -> Json:
    words = look.words
    return {
        "headerFields": [{"key": "points", "label": words.points, "value": card.balance, **_NUMBER}],
        "secondaryFields": [
            {"key": "tier", "label": words.tier, "value": card.tier},
            # On the front, because the balance beside it gets older.
            {"key": "made_on", "label": words.made_on, **_day(card.made_on)},
        ],
        "auxiliaryFields": _reward_fields(card, look),
        "backFields": [
            {"key": "number", "label": words.number, "value": card.number},
            {"key": "member_since", "label": words.member_since, **_day(card.member_since)},
        ],
    }


def _reward_fields(card: PassCard, look: Look) -> list[Json]:
    words, reward = look.words, card.next_reward
    if reward is None:
        return []
    return [
        {"key": "next_reward", "label": words.next_reward, "value": reward.name},
        {"key": "missing", "label": words.missing, "value": reward.missing, **_NUMBER},
    ]


def _modules(card: PassCard, look: Look) -> Iterator[tuple[str, str, str]]:
    """Names, headers and texts."""
    words = look.words
    if card.next_reward:
        yield "next_reward", words.next_reward, card.next_reward.name
        yield "missing", words.missing, str(card.next_reward.missing)
    yield "member_since", words.member_since, card.member_since.isoformat()
    yield "made_on", words.made_on, card.made_on.isoformat()


def _day(day: date) -> Json:
    """A day that the phone writes in its own way, and moves to no other time zone."""
    return {"value": f"{day.isoformat()}T00:00:00Z", "dateStyle": "PKDateStyleMedium", "ignoresTimeZone": True}


def _rgb(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgb({red}, {green}, {blue})"
