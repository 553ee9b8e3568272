"""Whether a text says du or Sie to its reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from evalkit.text.data_files import yaml_data
from evalkit.text.normalise import clean
from evalkit.text.tokens import tokens

Form = Literal["informal", "formal", "mixed"]
_BASE = {"nn": "nb"}
_STOP = re.compile(r"[.!?:…\n\"„“»«]")


@dataclass(frozen=True, slots=True)
class Address:
    """The form of address of a text; `spans` are the words that show it, informal ones first, as (start, end, form)."""

    form: Form | None
    spans: tuple[tuple[int, int, Form], ...] = ()


def address(text: str, language: str) -> Address:
    """How a text addresses its reader; `form` is None where no word tells.

    Source: the grammar of each language; inside a sentence a capital tells the polite pronoun from "they" and "her".

    >>> address("Bitte melden Sie sich bei uns.", "de").form
    'formal'
    >>> address("Schick uns deine Nummer.", "de").form
    'informal'
    """
    table = _table(language)
    if not table:
        return Address(None)
    cleaned = clean(text)
    said = tokens(cleaned)
    spans: list[tuple[int, int, Form]] = []
    weak: list[tuple[int, int, Form]] = []
    last = 0
    for number, token in enumerate(said):
        starts = number == 0 or _STOP.search(cleaned[last : token.start]) is not None
        last = token.end
        lowered = token.text.lower()
        if lowered in table["informal"] or (starts and lowered in table["pronounless"]):
            spans.append((token.start, token.end, "informal"))
        elif lowered in table["formal"]:
            spans.append((token.start, token.end, "formal"))
        elif token.text in table["capital"]:
            following = said[number + 1].text.lower() if number + 1 < len(said) else ""
            if not starts:
                spans.append((token.start, token.end, "formal"))
            elif following in table["verbs"] or token.text in table["owning"]:
                weak.append((token.start, token.end, "formal"))
    # At the start of a sentence "they" has the same capital, so it speaks only where nothing surer does.
    spans = spans or weak
    forms = {form for *_, form in spans}
    form: Form | None = next(iter(forms), None) if len(forms) < 2 else "mixed"
    return Address(form, tuple(sorted(spans, key=lambda s: s[2] == "formal")))


@cache
def _table(language: str) -> dict[str, frozenset[str]]:
    raw = _data().get(language) or _data().get(_BASE.get(language, ""), {})
    names = ("informal", "formal", "capital", "verbs", "owning", "pronounless")
    return {name: frozenset(map(str, raw.get(name, ()))) for name in names} if raw else {}


def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.language", "data/address.yaml")
    return loaded
