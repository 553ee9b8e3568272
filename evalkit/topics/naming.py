"""Names of groups: the words that tell them from the others, of no single customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log

from evalkit.knowledge.reading.wording import Term
from evalkit.topics.clustering import LEAST, terms_of

_WORDS, _STEM = 3, 5
_CONCEPT = "§"
_WORTH = 1 / 3


def names(groups: Mapping[int, Sequence[str]]) -> dict[int, str]:
    """A name for each group, no two alike; a word stands in it only where five texts hold it in some form or language.

    >>> names({0: ["where is my parcel"] * 5, 1: ["reset password"] * 5})
    {0: 'parcel', 1: 'reset-password'}
    """
    forms: dict[str, Counter[str]] = {}
    held = {number: _stems(texts, forms) for number, texts in groups.items()}
    n_all = sum(map(len, groups.values()))
    everywhere: Counter[str] = Counter()
    for counted in held.values():
        everywhere.update(counted)
    found: dict[int, str] = {}
    for number, counted in held.items():
        n = len(groups[number])
        rest = max(1, n_all - n)
        told = {
            stem: (hits / n) * log((hits / n) / ((everywhere[stem] - hits + 0.5) / (rest + 1)))
            for stem, hits in counted.items()
            if hits >= min(LEAST, n)
        }
        ranked = sorted((stem for stem in told if told[stem] > 0), key=lambda stem: (-told[stem], stem))
        worth = [stem for stem in ranked[:_WORDS] if told[stem] >= _WORTH * told[ranked[0]]]
        said = [_form(key, forms[key]) for key in worth]
        found[number] = _distinct("-".join(said) or "unnamed", set(found.values()))
    return found


def _stems(texts: Sequence[str], forms: dict[str, Counter[str]]) -> Counter[str]:
    """How many texts hold each concept, or a word of each beginning; `forms` gathers the words behind them."""
    counted: Counter[str] = Counter()
    for text in texts:
        said = {(_key(term), term.text.replace(" ", "-")) for term in terms_of(text) if len(term.text) > 2}
        for key, word in said:
            forms.setdefault(key, Counter())[word] += 1
        counted.update({key for key, _ in said})
    return counted


def _key(term: Term) -> str:
    return f"{_CONCEPT}{term.concept}" if term.concept is not None else term.text[:_STEM]


def _form(key: str, forms: Counter[str]) -> str:
    """The word that most customers use; what several languages say in several words is called by its concept."""
    most = min(forms, key=lambda form: (-forms[form], len(form), form))
    if key.startswith(_CONCEPT) and 2 * forms[most] < forms.total():
        return key.removeprefix(_CONCEPT).replace("_", "-")
    return most


def _distinct(name: str, taken: set[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found
