"""The language of a message, or an honest "cannot tell": how its words are spelled and its n-grams, with abstention."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import exp, log
from operator import add, itemgetter
from typing import Any
from unicodedata import normalize

import msgspec

from evalkit.language.lexicon_data import negations
from evalkit.language.spelling import spelling
from evalkit.text.data_files import yaml_data
from evalkit.text.normalise import clean
from evalkit.text.said import Said
from evalkit.text.tokens import WORD, words

LANGUAGES = ("sv", "da", "nb", "nn", "fi", "en", "de", "is")
MARGIN = 1.7
"""Lead in log odds that the best language needs before it is named."""
_NUMBER = r"\b[A-ZÅÄÖÆØÜ]{1,4}-?\d[\w-]*|\d+"
_NUMBERS = re.compile(_NUMBER)
_NOISE = re.compile(rf"https?://\S+|\S+@\S+|{_NUMBER}")
_TITLE = re.compile(
    r"(?<=[^\W\d_] )[A-ZÅÄÖÆØ][\w'’&-]*(?: (?:(?:of|the|for|to|a|in|and|is)(?![\w'’-])|[A-ZÅÄÖÆØ&][\w'’&-]*))+"
)
_ENOUGH = 2
_DIGIT = re.compile(r"\d")
_NAMED = re.compile(r" [A-ZÅÄÖÆØ][\w'’&-]* (?:of|the|for|to|a|in|and|is|[A-ZÅÄÖÆØ&])")
"""Without these two words in a row nothing is a title."""
_SPELLING_WEIGHT, _NGRAM_WEIGHT = 0.52, 0.2
"""Fitted by likelihood on texts that neither was learned from, half of them turns of conversations."""
_BESIDE, _SECOND_WEIGHT, _LEAST_VOTE = 0.5, 1.1, 0.01
"""What the own scores and the second voice's count beside each other, fitted alike with lingua."""
_LONGEST = 40
"""No more letters of a word are read."""
_KNOWN_WORDS = 50_000
_WORDS = re.compile(WORD)
_by_score = itemgetter(0)


class Language(msgspec.Struct, frozen=True, gc=False):
    """`code` is None when the lead is too small; `candidates` are those that remain, best first.

    `confidence` in [0, 1) grows with the lead of the best candidate over the next.
    """

    code: str | None
    confidence: float
    candidates: tuple[str, ...]


_UNTOLD = Language(None, 0.0, ())


def detect(
    text: str, *, margin: float = MARGIN, second: Callable[[str], Mapping[str, float]] | None = None
) -> Language:
    """The language of a text among sv, da, nb, nn, fi, en, de and is.

    `second` gives the probability of each language in another's eyes, such as `lingua_votes()`; both are heard.

    >>> detect("Hur lång tid tar det innan jag får tillbaka pengarna?").code
    'sv'
    >>> detect("ok").code is None
    True
    """
    plain, said, _ = _plain(clean(text), None)
    return _detected(plain, said, margin, second)


class Spoken(msgspec.Struct, frozen=True, gc=False):
    """What the words of a text speak for each of `LANGUAGES` with, in log odds, and whether it has a letter at all.

    `named` tells whether it may name a song, a film or a product, so that how many words are left decides.
    """

    said: Said
    scores: list[float]
    lettered: bool
    named: bool


def spoken(said: Said) -> Spoken:
    """What a text that was read before speaks for each language with."""
    plain, heard, named = _plain(said.cleaned, said.words)
    return Spoken(said, _scores(heard), any(map(str.isalpha, plain)), named)


def detect_said(said: Said) -> Language:
    """The language of a text that was read before, as `detect` tells it."""
    return detect_together([spoken(said)])


def detect_together(texts: Sequence[Spoken]) -> Language:
    """The language of texts that were read before, as `detect` tells it of all of them in one."""
    if len(texts) > 1 and any([one.named for one in texts]):
        return detect("\n".join([one.said.cleaned for one in texts]))
    if not any([one.lettered for one in texts]):
        return _UNTOLD
    return _ranked(list(map(sum, zip(*[one.scores for one in texts], strict=True))), MARGIN)


def _detected(
    plain: str, said: list[str], margin: float, second: Callable[[str], Mapping[str, float]] | None
) -> Language:
    if not any(map(str.isalpha, plain)):
        return _UNTOLD
    scores = _scores(said)
    if second is not None:
        votes = second(plain if not plain.isupper() else plain.lower())
        heard = [log(votes.get(code, 0.0) + _LEAST_VOTE) for code in LANGUAGES]
        scores = [_BESIDE * own + _SECOND_WEIGHT * other for own, other in zip(scores, heard, strict=True)]
    return _ranked(scores, margin)


def _ranked(scores: Sequence[float], margin: float) -> Language:
    ranked = sorted(zip(scores, LANGUAGES, strict=True), key=_by_score, reverse=True)
    (best, first), (next_, _) = ranked[:2]
    near = best - max(margin, 1e-9)
    candidates = tuple([code for score, code in ranked if score > near])
    return Language(first if best - next_ >= margin else None, round(1 - exp((next_ - best) / 4), 3), candidates)


def named_language(text: str) -> str | None:
    """The language that a text names, such as in a wish to change to it; None where it names none or several.

    >>> named_language("May I have it in English, please?")
    'en'
    >>> named_language("I don't speak Swedish") is None
    True
    """
    said = words(clean(text).lower())
    denying = negations(None)
    found = {
        code
        for number, word in enumerate(said)
        for code, names in _names().items()
        if any(word.startswith(name[:-1]) if name.endswith("*") else word == name for name in names)
        # "I do not speak Swedish" wishes for no Swedish.
        and not any(word in denying or word.endswith("n't") for word in said[max(0, number - 3) : number])
    }
    return found.pop() if len(found) == 1 else None


def _plain(cleaned: str, said: list[str] | None) -> tuple[str, list[str], bool]:
    """A text without links, numbers and names of songs, films or products, its words, and whether it may name one.

    `said` are all its words where they are known.
    """
    linked = "@" in cleaned or "://" in cleaned
    noisy = linked or _DIGIT.search(cleaned) is not None
    plain = (_NOISE if linked else _NUMBERS).sub(" ", cleaned).strip() if noisy else cleaned.strip()
    named = _NAMED.search(plain) is not None
    if named:
        # A song, a film or a product keeps its name in every language.
        bare, n_names = _TITLE.subn(" ", plain)
        if n_names:
            left = _words(bare)
            if len(left) >= _ENOUGH:
                return bare, left, named
    return plain, _words(plain) if noisy or said is None else said, named


def _words(text: str) -> list[str]:
    """The lower-case words of a text; case folding would lose the German ß."""
    return _WORDS.findall(text.lower())


def _names() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml_data("evalkit.language", "data/language_names.yaml")
    return loaded


def _scores(said: Sequence[str]) -> list[float]:
    """What words speak for each of `LANGUAGES` with, in log odds."""
    return list(map(sum, zip(*map(_known().__getitem__, said), strict=True))) or [0.0] * len(LANGUAGES)


class _Known(dict[str, tuple[float, ...]]):
    """What each lower-case word seen so far speaks for each language with.

    The same ones come again and again, and a bound keeps memory flat.
    """

    def __missing__(self, word: str) -> tuple[float, ...]:
        read = word[:_LONGEST]
        found = tuple(map(add, spelling().weights(read, _SPELLING_WEIGHT), _ngrams()(read)))
        if len(self) < _KNOWN_WORDS:
            self[word] = found
        return found


@cache
def _known() -> _Known:
    return _Known()


@cache
def small_words() -> frozenset[str]:
    """The words that tell languages apart, of all languages: most stand in every message and name no subject."""
    raw: dict[str, list[Any]] = yaml_data("evalkit.language", "data/markers.yaml")
    # YAML reads a bare `on` or `no` as a word here only when quoted; both spellings mean the same word.
    spelled = {True: "on", False: "no"}
    return frozenset(
        spelled[word] if isinstance(word, bool) else str(word) for entries in raw.values() for word in entries
    )


@cache
def _ngrams() -> Callable[[str], Sequence[float]]:
    """What the n-grams of a word speak for each of `LANGUAGES` with, in the eyes of py3langid's model."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier, visit_counts

    known = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)
    own = ["no" if code == "nb" else code for code in LANGUAGES]
    known.set_languages(own)
    # An n-gram counts as one that stands there once: the model takes the logarithm of its number and 1.
    columns = known.nb_ptc.astype(np.float32).take([known.nb_classes.index(code) for code in own], 1)
    table = np.ascontiguousarray(columns) * (_NGRAM_WEIGHT * log(2))
    following, rows, output = known.tk_nextmove, [row << 8 for row in known.tk_row], known.tk_output
    nothing = [0.0] * len(LANGUAGES)

    def weights(word: str) -> Sequence[float]:
        # What `known.rank` does, but for its sorting. Between spaces, n-grams know how words begin and end.
        spaced = normalize("NFC", f" {word} ").encode("utf-8", "surrogatepass")
        counted = visit_counts(following, rows, output, spaced)
        found: Sequence[float] = np.add.reduce(table.take(list(counted), 0), 0).tolist() if counted else nothing
        return found

    return weights
