"""Which pieces of information a bot's message asks for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from evalkit.language.phrase_table import PhraseTable
from evalkit.text.data_files import yaml_data
from evalkit.text.said import Said
from evalkit.text.sentences import split
from evalkit.text.tokens import words


def slot_names() -> tuple[str, ...]:
    """Every slot that can be recognised."""
    return tuple(name for name in _data() if not name.startswith("_"))


def asked_slots(text: str) -> tuple[str, ...]:
    """The slots that a message asks for, in the order of the message.

    >>> asked_slots("Kan du skriva ditt ordernummer och din e-postadress?")
    ('order_number', 'email')
    >>> asked_slots("Ordernumret står i ditt mejl.")
    ()
    """
    return slots_of(Said(text))


def slots_of(said: Said) -> tuple[str, ...]:
    """The slots that a message asks for that was read before."""
    found: dict[str, None] = {}
    heard = _all_languages().find(said.folded if said.cleaned == said.text else words(said.cleaned))
    if all(hit.label == "_asking" for hit in heard):
        return ()
    # A sentence can hold a phrase that the whole does not only where a longer one hides it.
    if "?" not in said.cleaned and not any(hit.label == "_asking" or hit.last > hit.first for hit in heard):
        return ()
    for sentence in split(said.cleaned):
        heard = _all_languages().find(words(sentence.text))
        if "?" in sentence.text or any(hit.label == "_asking" for hit in heard):
            found.update(dict.fromkeys(hit.label for hit in heard if hit.label != "_asking"))
    return tuple(found)


def slot_words(language: str | None) -> Iterator[tuple[str, str]]:
    """Each slot (or `_asking`) with a phrase for it, in one language or in all."""
    for name, by_language in _data().items():
        for code, listed in by_language.items():
            if language is None or code == language:
                yield from ((name, str(word)) for word in listed)


@cache
def _all_languages() -> PhraseTable:
    return PhraseTable(slot_words(None))


def _data() -> dict[str, dict[str, list[str]]]:
    loaded: dict[str, dict[str, list[str]]] = yaml_data("evalkit.language", "data/slots.yaml")
    return loaded
