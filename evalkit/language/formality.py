"""Whether a text says du or Sie to its reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from evalkit.text.data_files import yaml_data
from evalkit.text.said import Said

Form = Literal["informal", "formal", "mixed"]
_BASE = {"nn": "nb"}
_STOP = re.compile(r"[.!?:…\n\"„“»«]")


@dataclass(frozen=True, slots=True)
class Address:
    """The form of address of a text; `spans` are the words that show it, informal ones first, as (start, end, form)."""

    form: Form | None
    spans: tuple[tuple[int, int, Form], ...] = ()


_UNTOLD = Address(None)


def address(text: str, language: str) -> Address:
    """How a text addresses its reader; `form` is None where no word tells.

    Source: the grammar of each language; inside a sentence a capital tells the polite pronoun from "they" and "her".

    >>> address("Bitte melden Sie sich bei uns.", "de").form
    'formal'
    >>> address("Schick uns deine Nummer.", "de").form
    'informal'
    """
    return address_of(Said(text), language)


def address_of(said: Said, language: str) -> Address:
    """How a text that was read before addresses its reader."""
    table = _table(language)
    words = said.words
    if not table or table["telling"].isdisjoint(words):
        return _UNTOLD
    spans: list[tuple[int, int, Form]] = []
    weak: list[tuple[int, int, Form]] = []
    for number in [number for number, word in enumerate(words) if word in table["telling"]]:
        word = words[number]
        starts = number == 0 or _STOP.search(said.before(number)) is not None
        if word in table["informal"] or (starts and word in table["pronounless"]):
            spans.append((*said.span(number, number), "informal"))
        elif word in table["formal"]:
            spans.append((*said.span(number, number), "formal"))
        elif (original := said.original(number)) in table["capital"]:
            following = words[number + 1] if number + 1 < len(words) else ""
            if not starts:
                spans.append((*said.span(number, number), "formal"))
            elif following in table["verbs"] or original in table["owning"]:
                weak.append((*said.span(number, number), "formal"))
    # At the start of a sentence "they" has the same capital, so it speaks only where nothing surer does.
    spans = spans or weak
    forms = {form for *_, form in spans}
    form: Form | None = next(iter(forms), None) if len(forms) < 2 else "mixed"
    return Address(form, tuple(sorted(spans, key=lambda s: s[2] == "formal")))


@cache
def _table(language: str) -> dict[str, frozenset[str]]:
    raw = _data().get(language) or _data().get(_BASE.get(language, ""), {})
    if not raw:
        return {}
    names = ("informal", "formal", "capital", "verbs", "owning", "pronounless")
    table = {name: frozenset(map(str, raw.get(name, ()))) for name in names}
    told = table["informal"] | table["formal"] | table["pronounless"] | table["capital"]
    return {**table, "telling": frozenset(word.lower() for word in told)}


def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.language", "data/address.yaml")
    return loaded
