"""Which pieces of information a bot's message asks for."""

from __future__ import annotations

import re
from functools import cache

from evalkit.text.data_files import word_pattern, yaml_data
from evalkit.text.normalise import clean
from evalkit.text.sentences import split


def slot_names() -> tuple[str, ...]:
    """Every slot that can be recognised."""
    return tuple(name for name in _table() if not name.startswith("_"))


def asked_slots(text: str) -> tuple[str, ...]:
    """The slots that a message asks for, in the order of the message.

    >>> asked_slots("Kan du skriva ditt ordernummer och din e-postadress?")
    ('order_number', 'email')
    >>> asked_slots("Ordernumret står i ditt mejl.")
    ()
    """
    found: dict[str, int] = {}
    for sentence in split(clean(text)):
        said = sentence.text.lower()
        if "?" not in said and _pattern("_asking").search(said) is None:
            continue
        for name in slot_names():
            if hit := _pattern(name).search(said):
                found.setdefault(name, sentence.start + hit.start())
    return tuple(sorted(found, key=lambda name: found[name]))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return word_pattern(word for entries in _table()[name].values() for word in entries)


def _table() -> dict[str, dict[str, list[str]]]:
    loaded: dict[str, dict[str, list[str]]] = yaml_data("evalkit.language", "data/slots.yaml")
    return loaded
