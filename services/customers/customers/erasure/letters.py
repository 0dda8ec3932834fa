"""Dead letters that name an erased person by nothing but an address, in whatever spelling."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any

from customers.emails.rules import normalise
from customers.emails.store import EmailTombstone, email_key, find_by_key


def names_any(addresses: Collection[str], body: str) -> bool:
    """Whether the body of a message names one of the addresses, given by keyed hashes, that is still an erased one.

    Whoever comes back by their own act has the address again, and its messages are of the living.
    """
    named = {email_key(email) for email in _emails_in(body)} if addresses else set()
    return any(isinstance(find_by_key(key), EmailTombstone) for key in named.intersection(addresses))


def _emails_in(body: str) -> Iterator[str]:
    try:
        read = json.loads(body)
    except ValueError:
        return
    for text in _texts_in(read):
        if "@" in text:
            with suppress(ValueError):
                yield normalise(text)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(each)
