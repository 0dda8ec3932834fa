"""Personal data, declared at the attribute of the item that holds it.

Every attribute says that it is `plain`, or that it is `personal`: which category of data it holds, what an erasure
does to it, and in which form an export shows it. Erasures, exports and the catalogue of personal fields read these
declarations, so a field that has one cannot be forgotten. tests/contract/test_personal.py finds those without.

An attribute that holds many values also says what bounds them: a full item refuses every later write.

The categories are keys of the Fides taxonomy (https://github.com/ethyca/fideslang, version 3.1.4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal, TypeVar

from pynamodb.attributes import Attribute, AttributeContainer

A = TypeVar("A", bound=Attribute[Any])

Category = Literal[
    "user.account",
    "user.behavior",
    "user.behavior.purchase_history",
    "user.contact.email",
    "user.contact.phone_number",
    "user.content",
    "user.content.private",
    "user.demographic.date_of_birth",
    "user.demographic.language",
    "user.demographic.profile",
    "user.financial",
    "user.name.first",
    "user.name.last",
    "user.privacy_preferences",
    "user.social",
    "user.unique_id",
    "user.unique_id.pseudonymous",
]


class Ground(StrEnum):
    """The legal ground on which an erasure keeps a value."""

    ACCOUNTING = "accounting records, by a random id alone (GDPR art. 17(3)(b))"
    CONSENT = "proof of consent and of its withdrawal, by a random id alone (GDPR art. 7(1) and 17(3)(e))"
    ERASURE = "proof that the person was erased, by a random id alone (GDPR art. 5(2))"
    REWARD = "a keyed hash, so that a reward is paid once for an e-mail (GDPR art. 6(1)(f))"
    STAFF = "which member of staff decided; no data of the person who is erased (GDPR art. 5(2))"
    SUPPRESSION = "a random id or a keyed hash, so that a late event brings nobody back (GDPR art. 6(1)(f))"


class Effect(StrEnum):
    """What an erasure does to a value."""

    DROP = "drop"
    MASK = "mask"
    KEEP = "keep"


class Export(StrEnum):
    """The form in which an export shows a value to the person whom it is about."""

    VALUE = "value"
    MASKED = "masked"
    # Data of other people, and what only machines read.
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Erasure:
    """What an erasure does to a value: `ground` is why it is kept, `masked` the value that takes its place."""

    effect: Effect
    ground: Ground | None = None
    masked: Any = None


@dataclass(frozen=True)
class Declaration:
    """What an attribute says of its value; `category` and `erasure` are None where the value is not personal.

    `bound` is of an attribute that holds many values: why it never fills its item, which takes 400 KB.
    """

    category: Category | None = None
    erasure: Erasure | None = None
    export: Export = Export.LEFT_OUT
    bound: str | None = None

    @property
    def is_stripped(self) -> bool:
        """Whether the value does not outlive an erasure."""
        return self.erasure is not None and self.erasure.effect is not Effect.KEEP


DROP: Final = Erasure(Effect.DROP)
# Under this name an attribute holds its declaration.
_DECLARED: Final = "regulars_declaration"


def keep(ground: Ground) -> Erasure:
    """The value stays, on this ground."""
    return Erasure(Effect.KEEP, ground=ground)


def mask(masked: Any) -> Erasure:
    """The value is replaced by one that says nothing of the person."""
    return Erasure(Effect.MASK, masked=masked)


def personal(
    attribute: A, category: Category, erasure: Erasure, *, export: Export = Export.VALUE, bound: str | None = None
) -> A:
    """The attribute, declared to hold personal data."""
    vars(attribute)[_DECLARED] = Declaration(category, erasure, export, bound)
    return attribute


def plain(attribute: A, *, bound: str | None = None) -> A:
    """The attribute, declared to hold nothing personal."""
    vars(attribute)[_DECLARED] = Declaration(bound=bound)
    return attribute


def declarations_of(kind: type[AttributeContainer]) -> Mapping[str, Declaration | None]:
    """The declaration of each attribute by its name in Python; None where it has none."""
    return {name: vars(attribute).get(_DECLARED) for name, attribute in kind.get_attributes().items()}
