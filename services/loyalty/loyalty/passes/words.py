"""The words on passes, in each language that a shop can choose. Phones write numbers and Apple's dates in their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from loyalty.settings import CardLanguage


@dataclass(frozen=True)
class Words:
    """What a pass calls its parts."""

    language: CardLanguage
    card: str
    points: str
    tier: str
    member_since: str
    next_reward: str
    missing: str
    number: str
    made_on: str


_ALL: Final = (
    Words(
        CardLanguage.ENGLISH,
        card="Loyalty card",
        points="Points",
        tier="Tier",
        member_since="Member since",
        next_reward="Next reward",
        missing="Points missing",
        number="Card number",
        made_on="As of",
    ),
    Words(
        CardLanguage.GERMAN,
        card="Kundenkarte",
        points="Punkte",
        tier="Stufe",
        member_since="Mitglied seit",
        next_reward="Nächste Prämie",
        missing="Fehlende Punkte",
        number="Kartennummer",
        made_on="Stand",
    ),
    Words(
        CardLanguage.SPANISH,
        card="Tarjeta de fidelidad",
        points="Puntos",
        tier="Nivel",
        member_since="Miembro desde",
        next_reward="Próxima recompensa",
        missing="Puntos que faltan",
        number="Número de tarjeta",
        made_on="Actualizado",
    ),
    Words(
        CardLanguage.FRENCH,
        card="Carte de fidélité",
        points="Points",
        tier="Niveau",
        member_since="Membre depuis",
        next_reward="Prochaine récompense",
        missing="Points manquants",
        number="Numéro de carte",
        made_on="Mis à jour",
    ),
    Words(
        CardLanguage.ITALIAN,
        card="Carta fedeltà",
        points="Punti",
        tier="Livello",
        member_since="Iscritto dal",
        next_reward="Prossimo premio",
        missing="Punti mancanti",
        number="Numero della carta",
        made_on="Aggiornato",
    ),
    Words(
        CardLanguage.DUTCH,
        card="Klantenkaart",
        points="Punten",
        tier="Niveau",
        member_since="Lid sinds",
        next_reward="Volgende beloning",
        missing="Ontbrekende punten",
        number="Kaartnummer",
        made_on="Bijgewerkt",
    ),
)
WORDS: Final[Mapping[CardLanguage, Words]] = {words.language: words for words in _ALL}
