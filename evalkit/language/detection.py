"""The language of a message, or an honest "cannot tell": n-gram model plus marker words, with abstention."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from math import exp, log
from typing import Any
from unicodedata import normalize

import msgspec

from evalkit.language.lexicon_data import negations
from evalkit.text.data_files import yaml_data
from evalkit.text.normalise import clean, folded
from evalkit.text.said import Said
from evalkit.text.tokens import words

LANGUAGES = ("sv", "da", "nb", "nn", "fi", "en", "de", "is")
MARGIN = 1.0
"""Log-score lead that the best language needs, per `_scale`, before it is named."""
_NUMBER = r"\b[A-ZÅÄÖÆØÜ]{1,4}-?\d[\w-]*|\d+"
_NUMBERS = re.compile(_NUMBER)
_NOISE = re.compile(rf"https?://\S+|\S+@\S+|{_NUMBER}")
_TITLE = re.compile(r"(?<=[^\W\d_] )[A-ZÅÄÖÆØ][\w'’&-]*(?: (?:of|the|for|to|a|in|and|is|[A-ZÅÄÖÆØ&][\w'’&-]*))+")
_ENOUGH = 2
_LETTERS = {"ä": ("sv", "fi", "de"), "ö": ("sv", "fi", "de", "is"), "æ": ("da", "nb", "nn", "is"),
            "ø": ("da", "nb", "nn"), "å": ("sv", "da", "nb", "nn"), "ü": ("de",), "ß": ("de",), "þ": ("is",),
            "ð": ("is",), "ý": ("is",), "ú": ("is",), "í": ("is",), "á": ("is",)}  # fmt: skip
_DIGIT = re.compile(r"\d")
_NAMED = re.compile(r" [A-ZÅÄÖÆØ][\w'’&-]* (?:of|the|for|to|a|in|and|is|[A-ZÅÄÖÆØ&])")
"""Without these two words in a row nothing is a title."""
_LETTER_WEIGHT = 3.0
_PLAIN_LEAD = 6.0
"""From this lead of the words alone on, n-grams change one first guess in a thousand."""
_MARKER_WEIGHT = 3.0
_ENDING_WEIGHT = 0.75
_SECOND_WEIGHT, _LEAST_VOTE = 2.0, 0.01
_LONGEST_ENDING = 6
_KNOWN_WORDS = 50_000
_FEW_WORDS = {1: 5.0, 2: 2.2, 3: 1.2}
"""How much more lead a message of so few words needs."""


class Language(msgspec.Struct, frozen=True):
    """`code` is None when the lead is too small; `candidates` are those that remain, best first.

    `confidence` in [0, 1) grows with the lead of the best candidate over the next.
    """

    code: str | None
    confidence: float
    candidates: tuple[str, ...]


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
    return _detected(*_plain(clean(text), None), margin, second)


def detect_said(said: Said) -> Language:
    """The language of a text that was read before, as `detect` tells it."""
    return _detected(*_plain(said.cleaned, said.folded if said.cleaned == said.text else None), MARGIN, None)


def _detected(
    plain: str, said: list[str], margin: float, second: Callable[[str], Mapping[str, float]] | None
) -> Language:
    if not any(map(str.isalpha, plain)):
        return Language(None, 0.0, ())
    heard = plain if not plain.isupper() else plain.lower()
    scores = _scores(heard, said)
    if second is not None:
        votes = second(heard)
        for code in scores:
            scores[code] += _SECOND_WEIGHT * log(votes.get(code, 0.0) + _LEAST_VOTE)
    margin *= _FEW_WORDS.get(len(said), 1.0)
    ranked = sorted(scores, key=scores.__getitem__, reverse=True)
    best, near = scores[ranked[0]], max(margin, 1e-9)
    lead = best - scores[ranked[1]]
    candidates = tuple([code for code in ranked if best - scores[code] < near])
    return Language(ranked[0] if lead >= margin else None, round(1 - exp(-lead / 4), 3), candidates)


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


def _plain(cleaned: str, said: list[str] | None) -> tuple[str, list[str]]:
    """A text without links, numbers and names of songs, films or products, and its words; `said` are all of them."""
    linked = "@" in cleaned or "://" in cleaned
    noisy = linked or _DIGIT.search(cleaned) is not None
    plain = (_NOISE if linked else _NUMBERS).sub(" ", cleaned).strip() if noisy else cleaned.strip()
    if _NAMED.search(plain):
        # A song, a film or a product keeps its name in every language.
        bare, n_names = _TITLE.subn(" ", plain)
        if n_names:
            left = words(bare)
            if len(left) >= _ENOUGH:
                return bare, left
    return plain, words(plain) if noisy or said is None else said


def _names() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml_data("evalkit.language", "data/language_names.yaml")
    return loaded


def _scores(plain: str, said: list[str]) -> dict[str, float]:
    found = dict.fromkeys(LANGUAGES, 0.0)
    for weights in map(_word_weights, said):
        for code, share in weights:
            found[code] += share
    if not plain.isascii():
        # A name keeps its letters in every language, so only words in lower case speak.
        lowered = " ".join([word for word in plain.split() if word.islower()])
        for letter in _LETTERS.keys() & set(lowered):
            for code in _LETTERS[letter]:
                found[code] += _LETTER_WEIGHT
    next_, best = sorted(found.values())[-2:]
    if best - next_ < _PLAIN_LEAD:
        # Where a few words tell it beyond doubt, the n-grams of the whole would only cost time.
        for code, value in _ngrams()(plain.lower()):
            found[code] += value
    return found


@lru_cache(maxsize=_KNOWN_WORDS)
def _word_weights(word: str) -> tuple[tuple[str, float], ...]:
    """What a word adds to each language: a marker much, a known ending a little."""
    table, folded_table = _markers()
    owners = table.get(word) or folded_table.get(word, frozenset())
    if owners:
        return tuple((code, _MARKER_WEIGHT / len(owners)) for code in owners)
    return tuple((code, _ENDING_WEIGHT * share) for code, share in _ending(word))


def small_words() -> frozenset[str]:
    """The words that tell languages apart, of all languages: most stand in every message and name no subject."""
    return frozenset(_markers()[0])


@cache
def _markers() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    raw: dict[str, list[Any]] = _data()
    table: dict[str, set[str]] = {}
    for code, entries in raw.items():
        for entry in entries if not code.startswith("_") else ():
            # YAML reads a bare `on` or `no` as a word here only when quoted; both spellings mean the same word.
            word = ("on" if entry else "no") if isinstance(entry, bool) else str(entry)
            table.setdefault(word, set()).add(code)
    whole = {word: frozenset(codes) for word, codes in table.items()}
    without: dict[str, set[str]] = {}
    for word, codes in table.items():
        if folded(word) != word and folded(word) not in table:
            without.setdefault(folded(word), set()).update(codes)
    return whole, {word: frozenset(codes) for word, codes in without.items()}


def _ending(word: str) -> Iterable[tuple[str, float]]:
    """The languages whose words end like this one, by its longest known ending, and each one's share of it."""
    table = _endings()
    for length in range(min(_LONGEST_ENDING, len(word) - 2), 1, -1):
        if owners := table.get(word[-length:]):
            return [(code, 1 / len(owners)) for code in owners]
    return ()


@cache
def _endings() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for code, endings in _data()["_endings"].items():
        for ending in endings:
            table.setdefault(str(ending), set()).add(code)
    return {ending: frozenset(codes) for ending, codes in table.items()}


def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.language", "data/markers.yaml")
    return loaded


@cache
def _ngrams() -> Callable[[str], list[tuple[str, float]]]:
    """What the n-grams of a text speak for each language with, in the eyes of py3langid's model."""
    import numpy as np
    from py3langid.langid import MODEL_FILE, LanguageIdentifier, visit_counts

    known = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)
    known.set_languages(["sv", "da", "no", "nn", "fi", "en", "de", "is"])
    codes = ["nb" if code == "no" else code for code in known.nb_classes]
    table, start = known.nb_ptc.astype(np.float32), known.nb_pc
    following, rows, output = known.tk_nextmove, [row << 8 for row in known.tk_row], known.tk_output

    def weights(text: str) -> list[tuple[str, float]]:
        # What `known.rank` does, but for its sorting and its care for other models.
        counted = visit_counts(following, rows, output, normalize("NFC", text).encode("utf-8", "surrogatepass"))
        if not counted:
            return []
        seen = np.fromiter(counted.keys(), np.intp, len(counted))
        times = np.fromiter(counted.values(), np.float32, len(counted))
        return list(zip(codes, (np.log1p(times) @ table[seen] + start).tolist(), strict=True))

    return weights
