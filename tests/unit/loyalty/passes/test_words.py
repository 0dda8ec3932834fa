"""The words on passes, and what a start costs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields

import pytest

from loyalty.passes.words import WORDS, Words
from loyalty.settings import CardLanguage
from shared.text import is_name

LABELS = [field.name for field in fields(Words) if field.name != "language"]


@pytest.mark.parametrize("language", CardLanguage)
def test_each_language_has_a_word_of_its_own_for_each_part(language: CardLanguage) -> None:
    words = [getattr(WORDS[language], name) for name in LABELS]
    assert all(is_name(word) for word in words)
    assert len(set(words)) == len(words)


def test_no_two_languages_are_the_same() -> None:
    assert len({tuple(getattr(words, name) for name in LABELS) for words in WORDS.values()}) == len(CardLanguage)


def test_handlers_are_imported_without_what_signs() -> None:
    program = (
        "import tests.harness.environment, sys, loyalty.passes.handlers; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'cryptography', 'jwt', 'barcode', 'segno'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
