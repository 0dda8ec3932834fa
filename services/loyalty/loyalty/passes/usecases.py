"""Makes a pass of a customer's card, as of now."""

from __future__ import annotations

from typing import Final, TypeVar

from loyalty.days import day_after, start_of
from loyalty.members.cards import CardNotUsableError, read_card
from loyalty.members.pictures import PictureForm
from loyalty.passes.port import KeyFaultError, Look, NextReward, PassCard, PassMaker, PassNotSignedError
from loyalty.passes.words import WORDS
from loyalty.programme.usecases import current_programme
from loyalty.settings import LoyaltySettings
from shared import clock
from shared.runtime.observability import count, logger

# The service's resources.yaml has its alarm.
METRIC: Final = "PassesNotSigned"

Made = TypeVar("Made")


def make_pass(customer_id: str, form: PictureForm, maker: PassMaker[Made], *, by_self: bool) -> Made:
    """A pass of the customer's card for one wallet.

    Raises the errors of `read_card`, CardNotUsableError, PassesNotOfferedError, PassNotSignedError.
    """
    card = _card(customer_id, form, by_self=by_self)
    try:
        return maker.make(card, _look())
    except KeyFaultError as error:
        count(METRIC)
        logger.error("pass not signed", extra={"wallet": maker.wallet, "why": error.fault})
        raise PassNotSignedError from None


def _card(customer_id: str, form: PictureForm, *, by_self: bool) -> PassCard:
    view = read_card(customer_id, by_self=by_self, for_staff=False)
    if view.number is None:
        raise CardNotUsableError(extensions={"card_status": view.status})
    now = clock.now()
    programme, reward = current_programme(now).programme, view.next_reward
    return PassCard(
        customer_id=view.customer_id,
        number=view.number,
        form=form,
        balance=view.balance,
        tier=programme.tiers.level_of(view.tier).label,
        member_since=programme.day_of(view.member_since),
        next_reward=NextReward(reward.name, reward.missing) if reward else None,
        ends_at=start_of(day_after(view.expires_on), programme.time_zone) if view.expires_on else None,
        made_at=now,
        made_on=programme.day_of(now),
    )


def _look() -> Look:
    settings = LoyaltySettings.read()
    return Look(settings.shop_name, settings.card_colour, settings.card_text_colour, WORDS[settings.card_language])
