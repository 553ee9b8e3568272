"""Whether a message speaks well or ill of what it is about: words and signs that value, with negation and emphasis."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from evalkit.language.lexicon_data import negations
from evalkit.text.data_files import yaml_data
from evalkit.text.normalise import clean, folded
from evalkit.text.tokens import words

Feeling = Literal["positive", "neutral", "negative"]
_NEGATED = 3
_EMPHASIS = 1.5
_SHARES = {"nn": ("nb", "nn")}
_SIGN = 1.5
"""A sign says more than a word: it is written for nothing else."""
_SURE = 0.5


def valence(text: str, language: str) -> float:
    """The sum of what a message values: above 0 good, below 0 bad, 0 where nothing values.

    >>> valence("Så dåligt!", "sv") < 0 < valence("Helt underbart 😍", "sv")
    True
    >>> valence("inte bra", "sv") < 0
    True
    """
    exact, prefixes = _words(language)
    denying, emphatic = negations(language), _emphatic(language)
    said = words(clean(text))
    total = 0.0
    for number, word in enumerate(said):
        value = exact.get(word)
        if value is None:
            value = next((v for n in range(len(word), 2, -1) if (v := prefixes.get(word[:n])) is not None), None)
        if value is None:
            continue
        before = said[max(0, number - _NEGATED) : number]
        if any(other in denying for other in before):
            value = -0.7 * value
        if before and before[-1] in emphatic:
            value *= _EMPHASIS
        total += value
    signs = _signs()
    return total + sum(value * text.count(sign) for sign, value in signs.items() if sign in text)


def feeling(text: str, language: str) -> Feeling:
    """Positive, negative, or neutral where nothing outweighs."""
    value = valence(text, language)
    return "positive" if value >= _SURE else "negative" if value <= -_SURE else "neutral"


@cache
def _words(language: str) -> tuple[dict[str, float], dict[str, float]]:
    exact: dict[str, float] = {}
    prefixes: dict[str, float] = {}
    for code in _SHARES.get(language, (language,)):
        for name, value in (("positive", 1.0), ("negative", -1.0)):
            for entry in map(str, _data().get(code, {}).get(name, ())):
                for word in {entry, folded(entry)}:
                    (prefixes if word.endswith("*") else exact).setdefault(word.rstrip("*"), value)
    return exact, prefixes


@cache
def _emphatic(language: str) -> frozenset[str]:
    return frozenset(map(str, _data().get(language, {}).get("intensifiers", ())))


@cache
def _signs() -> dict[str, float]:
    table = _data()["_signs"]
    return {**dict.fromkeys(table["positive"], _SIGN), **dict.fromkeys(table["negative"], -_SIGN)}


def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.language", "data/valence.yaml")
    return loaded
